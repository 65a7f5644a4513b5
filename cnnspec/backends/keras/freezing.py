"""Freezes layers of a built model."""

from collections.abc import Iterator
from typing import Any

from cnnspec.backends.keras.errors import BackendMismatch
from cnnspec.backends.keras.loading import layers_by_name, model_of
from cnnspec.ir.checked import CheckedGraph


def freeze(model: Any, checked: CheckedGraph) -> None:
    """Set the flags of frozen layers, from the outside in; no flag is ever set back to true.

    (The flag of an outer layer overwrites those inside it.)
    """
    layers = layers_by_name(model)
    for node in checked.layers:
        layer = layers[node.keras_name]
        if node.node.frozen:
            layer.trainable = False
        for part in layer._flatten_layers():
            # Few layers pass their argument on, and setting the value that it has does nothing.
            for inner in [] if part.trainable else part._flatten_layers(include_self=False):
                inner.trainable = False
        if node.submodel is not None:
            freeze(model_of(node, layer), node.submodel)


def check_trainable(model: Any, checked: CheckedGraph) -> None:
    """Check that the trainable weights are those of the spec."""
    built = sorted(weight.path for weight in model.trainable_weights)
    known = sorted(_trainable(model, checked))
    if built != known:
        wrong = sorted(set(built) ^ set(known))
        raise BackendMismatch(f"the trainable weights differ from those of the spec: {wrong}")


def _trainable(model: Any, checked: CheckedGraph) -> Iterator[str]:
    layers = layers_by_name(model)
    for node in checked.layers:
        layer = layers[node.keras_name]
        if not node.is_first_call or not node.trainable:
            continue
        if node.submodel is not None:
            yield from _trainable(model_of(node, layer), node.submodel)
            continue
        if not node.weights_known:
            yield from (weight.path for weight in layer.trainable_weights)
            continue
        for weight, known in zip(layer.weights, node.weights, strict=True):
            if known.trainable:
                yield weight.path
