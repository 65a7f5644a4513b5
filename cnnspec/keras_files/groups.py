"""Which group of a weights file holds which layer, in files that do not store the names of layers.

Keras 3 names the groups by class, in snake case, and counts them in the order of the layers of a model. Only
from Keras 3.6 on, a group has the name of its layer as well.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.configuration import MODELS, is_recorded
from cnnspec.keras_files.layer_order import in_order_of_keras
from cnnspec.naming import snake_case

Ordered = Mapping[str, Any] | CheckedGraph | None
"""What knows the order of layers: a serialized model, or a checked one; None for what is no model."""
CLASSES = ("functional", "sequential")
"""The groups of nested models; a checked model does not know which class they had in Keras."""


def layers_of_groups(model: Ordered, keys: Collection[str]) -> dict[str, tuple[str, Ordered]]:
    """Return the name of the layer of each group of a model, and the model that it is or wraps.

    `keys` are the groups in the file. Nested models of a checked model are paired only if all groups of
    models are of one class.
    """
    if isinstance(model, CheckedGraph):
        found = (key.rstrip("0123456789").rstrip("_") for key in keys)
        classes = {key for key in found if key in CLASSES}
        layers = _of_checked(model, classes.pop() if len(classes) == 1 else None)
    else:
        layers = _of_config(model) if model is not None else iter(())
    counts: Counter[str] = Counter()
    named: dict[str, tuple[str, Ordered]] = {}
    for kind, name, inner in layers:
        key = snake_case(kind)
        named[f"{key}_{counts[key]}" if counts[key] else key] = name, inner
        counts[key] += 1
    return named


def _of_config(model: Mapping[str, Any]) -> Iterator[tuple[str, str, Ordered]]:
    config = model["config"]
    for layer in config["layers"] if isinstance(config, Mapping) else config:
        if not is_recorded(layer):
            own = layer["config"]
            name = own["name"] if "name" in own else layer["name"]
            yield layer["class_name"].rpartition(">")[2], name, _model_in(layer)


def _model_in(layer: Mapping[str, Any]) -> Ordered:
    """Return the model that a layer is, or that it wraps."""
    if layer["class_name"] in MODELS:
        return layer
    config = layer["config"]
    wrapped = config.get("layer") if isinstance(config, Mapping) else None
    return _model_in(wrapped) if isinstance(wrapped, Mapping) else None


def _of_checked(model: CheckedGraph, models: str | None) -> Iterator[tuple[str, str, Ordered]]:
    for node in in_order_of_keras(model):
        is_model = node.submodel is not None and node.every_step is None
        kind = models if is_model else node.kind.rpartition(":")[2]
        if kind is not None:
            yield kind, node.node.layer_name, node.submodel
