"""Rules for the data types of operands, and for operands that are indices."""

from collections.abc import Iterator, Sequence
from typing import Any

from cnnspec.counts import counted
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.dtype_rules import named, phrase
from cnnspec.operations import dtypes
from cnnspec.operations.base import Operation, constant_type
from cnnspec.shapes import Shape, text

INDICES = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32")
"""The data types of indices, which Keras converts."""
WIDE_INDICES = ("int32", "int64")
"""The data types of indices that TensorFlow takes as they are."""


def check_indices(
    operation: Operation, operand: str, inputs: Sequence[str], takes: tuple[str, ...] = INDICES
) -> None:
    """Check the data type of an operand that holds indices.

    Raises:
        Problem: they are not whole numbers.

    """
    dtype = operation.ordered(inputs, constant_type).get(operand)
    if dtype is not None and dtype not in (*takes, dtypes.WEAK_INT):
        message = f"{operation.kind()} takes {phrase(takes)} as '{operand}', not {named(dtype)}"
        raise Problem("wrong-dtype", message, operand if operand in operation.given else ())


def check_common_type(operation: Operation, inputs: Sequence[str], takes: tuple[str, ...]) -> None:
    """Check the data type to which all operands are promoted.

    Raises:
        Problem: the function does not compute in it.

    """
    found = operation.ordered(inputs, constant_type).values() if operation.tensors else inputs
    dtype = dtypes.promoted(*found)
    if dtype not in takes:
        message = f"{operation.kind()} takes {phrase(takes)}, not {named(dtype)}"
        raise Problem("wrong-dtype", message)


def check_same_type(
    operation: Operation,
    operands: tuple[str, ...],
    inputs: Sequence[str],
    *,
    constants: bool = False,
) -> None:
    """Check that operands have the same data type; constants are converted unless they count.

    Raises:
        Problem: they differ.

    """
    found = operation.ordered(inputs, constant_type)
    counted = [name for name in operands if constants or name not in operation.given]
    types = {found[name] for name in counted if name in found}
    if len(types) > 1:
        listed = " and ".join(sorted(types))
        message = f"{operation.kind()} needs operands of the same data type, not {listed}"
        raise Problem("wrong-dtype", message)


def flat(constant: Any) -> Iterator[Any]:
    """Yield the numbers of a constant."""
    if isinstance(constant, tuple):
        for each in constant:
            yield from flat(each)
    else:
        yield constant


def check_positions(operation: Operation, indices: Shape, values: Shape, shape: Shape) -> None:
    """Check that rows of indices lead to parts of a tensor, which the values are for.

    Raises:
        Problem: they do not.

    """
    depth = indices[-1] if indices else None
    if depth is None or depth > len(shape):
        message = f"{operation.kind()} takes indices whose last axis has a number for each axis of {text(shape)}, not {text(indices)}"
        raise Problem("shape-mismatch", message)
    wanted = (*indices[:-1], *shape[depth:])
    pairs = zip(wanted, values, strict=False)
    if len(wanted) != len(values) or any(None not in pair and pair[0] != pair[1] for pair in pairs):
        message = f"{operation.kind()} needs values of {text(wanted)} for {text(indices)} indices into {text(shape)}, not {text(values)}"
        raise Problem("shape-mismatch", message)


def check_indices_in(operation: Operation, constant: Any, shape: Shape) -> None:
    """Check constant rows of indices against a shape.

    Raises:
        Problem: one is out of range.

    """
    for row in _rows(constant):
        for axis, index in enumerate(row):
            size = shape[axis]
            if size is not None and not 0 <= index < size:
                message = f"the index {index} is out of range: axis {axis} of {text(shape)} has {counted(size, 'value')}"
                raise Problem("out-of-range", message, "indices")


def _rows(constant: Any) -> Iterator[tuple[int, ...]]:
    if isinstance(constant, tuple) and not any(isinstance(each, tuple) for each in constant):
        yield constant
    elif isinstance(constant, tuple):
        for each in constant:
            yield from _rows(each)
