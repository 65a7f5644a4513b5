"""The outputs of a layer, and whether a tensor fits an input."""

from collections.abc import Iterator, Sequence
from typing import Any

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Layer
from cnnspec.layers.object_rules import check_output
from cnnspec.shapes import MAX_SIZE, UNKNOWN, Shape, TensorSpec

Tensors = dict[str | None, TensorSpec]
"""The outputs of a node by name; a single one has none."""


def outputs_of(layer: Layer, inputs: Sequence[TensorSpec], shape: Any) -> list[TensorSpec]:
    """Return the outputs of a layer, whose shape rule has returned a shape or one for each.

    Raises:
        Problem: a size is too large, or a penalty does not work on an output.

    """
    check_sizes(layer, shape)
    dtype = layer.output_dtype(*(each.dtype for each in inputs))
    found = list(map(TensorSpec, *_as_lists(layer, shape, dtype)))
    for tensor in found:
        check_output(layer, tensor.shape, tensor.dtype)
    return found


def unknown_outputs(layer: Layer, inputs: Sequence[TensorSpec]) -> Tensors:
    """Return the outputs of a layer whose inputs come from code that is not run."""
    dtype = layer.output_dtype(*(each.dtype for each in inputs))
    names, dtypes = (layer.outputs(), dtype) if layer.outputs() else ((None,), (dtype,))
    return {name: TensorSpec(UNKNOWN, dtype) for name, dtype in zip(names, dtypes, strict=True)}


def _as_lists(layer: Layer, *values: Any) -> Iterator[Sequence[Any]]:
    """Return the values for each output; a layer of one output has one value, not a list."""
    return (value if layer.outputs() else (value,) for value in values)


def check_sizes(layer: Layer, shape: Shape | Sequence[Shape]) -> None:
    """Check that the sizes of the outputs of a layer are numbers that a tensor can have.

    Raises:
        Problem: one is larger.

    """
    for size in shape:
        if isinstance(size, tuple):
            check_sizes(layer, size)
        elif size is not None and size > MAX_SIZE:
            message = f"an axis of the output of {layer.kind()} is longer than a tensor can be ({MAX_SIZE})"
            raise Problem("too-large", message)


def fits(given: Shape, wanted: Shape) -> bool:
    """Whether a tensor is allowed for an input with a declared shape."""
    if given is UNKNOWN:
        return True
    return len(given) == len(wanted) and all(
        size is None or has is None or has == size for has, size in zip(given, wanted, strict=True)
    )
