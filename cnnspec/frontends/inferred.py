"""Infers what files of Keras 2 do not store: the shapes and data types of the tensors of a model."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.frontends.nodes import Tensor
from cnnspec.layers.base import Layer
from cnnspec.shapes import BATCH, UNKNOWN, Shape


class Inferred(NamedTuple):
    """What is known about a tensor."""

    shape: Shape
    counted: Shape | None
    """The shape for batches of `BATCH` samples; None if it is unknown."""
    dtype: str

    def known_of(self, tensor: Tensor) -> Tensor:
        """Return a tensor of a file with what is known about it."""
        return replace(tensor, shape=self.shape, dtype=self.dtype, counted=self.counted)


def of_input(shape: Sequence[Any], dtype: Any) -> Inferred | None:
    """Return what is known about an input, whose shape has no batch axis; None if it is malformed."""
    sizes = tuple(shape)
    if not all(size is None or type(size) is int for size in sizes) or not isinstance(dtype, str):
        return None
    return Inferred((None, *sizes), (BATCH, *sizes), dtype)


def results(layer: Layer, inputs: Sequence[Inferred | None]) -> list[Inferred | None]:
    """Return what is known about the results of a layer or an operation."""
    count = len(layer.outputs()) or 1
    known = [each for each in inputs if each is not None]
    if len(known) < len(inputs) or not known:
        return [None] * count
    shapes = _shapes(layer, [each.shape for each in known])
    counted_inputs = [each.counted for each in known if each.counted is not None]
    counted = _shapes(layer, counted_inputs) if len(counted_inputs) == len(known) else None
    if shapes is None:
        return [None] * count
    dtypes = layer.output_dtype(*(each.dtype for each in known))
    listed = dtypes if layer.outputs() else [dtypes]
    return [
        Inferred(shape, counted[at] if counted else None, dtype)
        for at, (shape, dtype) in enumerate(zip(shapes, listed, strict=True))
    ]


def _shapes(layer: Layer, inputs: Sequence[Shape]) -> list[Shape] | None:
    """Return the shapes of the results; None for what the layer refuses, or if they are unknown."""
    try:
        layer.check_count(len(inputs))
        shape = layer.shape(*inputs)
    except (Problem, Problems):
        return None
    found = list(shape) if layer.outputs() else [shape]
    return None if any(each is UNKNOWN for each in found) else found


def tensors_of(word: str, layer: Layer, inputs: Sequence[Inferred | None]) -> Mapping[str, Any]:
    """Return what is known about the results of the step of some name, by the words of a spec."""
    names = layer.outputs()
    words = [f"{word}/{name}" if name else word for name in names] or [word]
    if names and not layer.is_operation:
        words[0] = word
    return dict(zip(words, results(layer, inputs), strict=True))
