"""Says which layer of a model has another structure than those that Keras writes."""

from collections.abc import Mapping
from typing import Any

from cnnspec.frontends.nodes import name_of, nodes
from cnnspec.keras_files.problems import MALFORMED, NO_KERAS_MODEL


def not_as_written(layer: Any) -> str:
    """Return why a layer cannot be read that has another structure than those that Keras writes."""
    if not isinstance(layer, Mapping):
        return NO_KERAS_MODEL
    config, kind = layer.get("config"), layer.get("class_name")
    named = (config.get("name") if isinstance(config, Mapping) else None) or layer.get("name")
    if not isinstance(named, str) or not isinstance(kind, str):
        return NO_KERAS_MODEL
    return (
        f"the layer '{named}' ({kind}) is not written as Keras writes it; save the model with Keras "
        "again"
    )


def malformed(model: Mapping[str, Any]) -> str:
    """Return why a model cannot be read that has another structure than those that Keras writes."""
    config = model.get("config")
    layers = config.get("layers") if isinstance(config, Mapping) else config
    calls: dict[str, Any] = {"inbound_nodes": []} if model.get("class_name") == "Sequential" else {}
    for layer in layers if isinstance(layers, list) else ():
        try:
            name_of(layer), layer["class_name"], layer["config"].get("name")
            nodes({**calls, **layer})
        except MALFORMED:
            return not_as_written(layer)
    return NO_KERAS_MODEL
