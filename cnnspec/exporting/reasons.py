"""Says in one line why a model cannot be exported."""

import re
from collections.abc import Iterator
from typing import Any

import keras

from cnnspec.failures.cause import cause, layer_of

_OF_TFLITE = re.compile(r'fused\["(\w+):", "([^"@]+)')
"""Matches the TensorFlow operation and its path in messages of the TFLite converter."""
_OF_ONNX = re.compile(r'In Node, \("(.*?)", (\w+), .*No Op registered for', re.S)
_TYPES_OF_ONNX = re.compile(
    r"Optype \((\w+)\) bound to different types \(tensor\((\w+)\) and tensor\((\w+)\) in node \((.*?)\)"
)


def reason(error: BaseException, model: Any, form: str) -> str:
    """Return why a Keras model cannot be exported to a format, or run in it."""
    layers = [*_layers(model)]
    names = {layer.name for layer in layers}
    return _lacks(str(error), form, names) or cause(error, names, _packages(layers))


def is_lack(error: BaseException) -> bool:
    """Whether an exception is one of a runtime that does not have an operation."""
    return bool(_lacks(str(error), "", set()))


def _lacks(message: str, form: str, names: set[str]) -> str | None:
    """Return what a format lacks that a model needs."""
    if found := _OF_ONNX.search(message):
        nodes, what = [found[1]], f"the operation {found[2]}"
    elif found := _TYPES_OF_ONNX.search(message):
        nodes, what = [found[4]], f"the operation {found[1]} of {found[2]} and {found[3]}"
    elif found := _OF_TFLITE.search(message):
        nodes = [path for _, path in _OF_TFLITE.findall(message)]
        what = f"the operation {found[1]}"
    else:
        return None
    layer = next(filter(None, (layer_of(node, names) for node in nodes)), None)
    where = f"layer '{layer}'" if layer else f"'{nodes[0]}'"
    return f"{where}: {form} does not support {what}"


def _layers(model: Any) -> Iterator[Any]:
    """Yield the layers of a model and of the models in it, but not those inside of layers."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _packages(layers: list[Any]) -> set[str]:
    """Return the packages of classes that are not of Keras."""
    return {type(layer).__module__.partition(".")[0] for layer in layers} - {"keras"}
