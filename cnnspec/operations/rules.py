"""Rules for the shapes of results that several operations share."""

from collections.abc import Iterator
from typing import Any, Protocol

from cnnspec.counts import counted
from cnnspec.diagnostics.problems import At, Problem
from cnnspec.layers.base import Named
from cnnspec.layers.reach_rules import Reach
from cnnspec.shapes import Dim, Shape, product, text


class OverAxes(Named, Protocol):
    """An operation along some axes, all of them for null."""

    axis: int | tuple[int, ...] | None
    keepdims: bool


class OverAxis(Named, Protocol):
    """An operation along one axis, or along all values in a row for null."""

    axis: int | None


def same(operation: Named, *shapes: Shape) -> Shape:
    """The shape of the first operand."""
    return shapes[0]


def axis_of(operation: Named, axis: int, shape: Shape, argument: At | str = "axis") -> int:
    """Return an axis counted from the front.

    Raises:
        Problem: the shape has no such axis.

    """
    if not -len(shape) <= axis < len(shape):
        count = axes_in_words(len(shape))
        message = (
            f"{operation.kind()} works on axis {axis}, but its input {text(shape)} has {count}"
        )
        raise Problem("out-of-range", message, argument, suggestion=_range_of_axes(len(shape)))
    return axis % len(shape)


def _range_of_axes(rank: int) -> str | None:
    return f"use an axis from {-rank} to {rank - 1}" if rank else None


def axes_of(
    operation: Named, axes: int | tuple[int, ...] | None, shape: Shape, argument: str = "axis"
) -> tuple[int, ...]:
    """Return axes counted from the front, all of them for null.

    Raises:
        Problem: the shape lacks one, or one is named twice.

    """
    if axes is None:
        return tuple(range(len(shape)))
    listed = axes if isinstance(axes, tuple) else (axes,)
    found = tuple(axis_of(operation, axis, shape, argument) for axis in listed)
    if len(set(found)) < len(found):
        message = f"{operation.kind()} names an axis of its input {text(shape)} twice"
        raise Problem("conflicting-arguments", message, argument)
    return found


def exchanged(shape: Shape, first: int, second: int) -> Shape:
    """Return a shape with two sizes exchanged."""
    sizes = list(shape)
    sizes[first], sizes[second] = shape[second], shape[first]
    return tuple(sizes)


def places_of(
    operation: Named, axes: tuple[int, ...], rank: int, argument: str = "axis"
) -> tuple[int, ...]:
    """Return axes of a result of some rank, counted from the front.

    Raises:
        Problem: the result lacks one, or one is named twice.

    """
    for axis in axes:
        if not -rank <= axis < rank:
            message = f"{operation.kind()} makes axis {axis}, but its result has {rank} axes"
            raise Problem("out-of-range", message, argument, suggestion=_range_of_axes(rank))
    found = tuple(axis % rank for axis in axes)
    if len(set(found)) < len(found):
        message = f"{operation.kind()} names an axis of its result twice"
        raise Problem("conflicting-arguments", message, argument)
    return found


def broadcast(operation: Named, *shapes: Shape) -> Shape:
    """Align the axes from the last one; sizes of 1 are repeated."""
    rank = max(map(len, shapes))
    merged: list[Dim] = []
    for axis in range(rank):
        sizes = [
            shape[axis - rank + len(shape)] for shape in shapes if axis - rank + len(shape) >= 0
        ]
        known = list(dict.fromkeys(size for size in sizes if size not in (None, 1)))
        if len(known) > 1:
            listed = " and ".join(text(shape) for shape in shapes)
            message = f"{operation.kind()} cannot combine {listed}: axis {axis} is {known[0]} in one and {known[1]} in another"
            raise Problem("shape-mismatch", message)
        merged.append(known[0] if known else None if None in sizes else 1)
    return tuple(merged)


def match(shape: Shape, other: Shape) -> bool:
    """Whether two shapes may be equal."""
    return len(shape) == len(other) and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, other, strict=True)
    )


def along_one(operation: OverAxis, *shapes: Shape) -> Shape:
    """The shape of the input; for null, all values in a row."""
    if operation.axis is None:
        return (product(shapes[0]),)
    axis_of(operation, operation.axis, shapes[0])
    return shapes[0]


def reduced(operation: OverAxes, *shapes: Shape) -> Shape:
    """The shape without the axes that are reduced; with `keepdims` their size is 1."""
    return without(axes_of(operation, operation.axis, shapes[0]), shapes[0], operation.keepdims)


def without(axes: Any, shape: Shape, keepdims: bool) -> Shape:
    """Return a shape without some axes, or with sizes of 1 in their place."""
    if keepdims:
        return tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return tuple(size for axis, size in enumerate(shape) if axis not in axes)


MAX_RESULTS = 10_000
"""The most results of an operation."""


def numbered(count: int) -> tuple[str, ...]:
    """Return the names of several results: their numbers."""
    return tuple(map(str, range(count)))


def too_many(operation: Named, count: int, argument: str) -> Iterator[Problem]:
    """Check the number of results of an operation."""
    if count > MAX_RESULTS:
        message = f"{operation.kind()} makes {MAX_RESULTS} tensors at most, not {count}"
        yield Problem("too-large", message, argument)


def check_rank(operation: Named, shape: Shape, least: int, most: int | None = None) -> None:
    """Check the number of axes of a tensor.

    Raises:
        Problem: there are fewer or more.

    """
    if len(shape) < least or (most is not None and len(shape) > most):
        wanted = f"{least} axes" if most == least else f"{least} or more axes"
        if most is not None and most > least:
            wanted = f"{least} to {most} axes"
        message = f"{operation.kind()} takes an input with {wanted}, not {text(shape)}"
        raise Problem("wrong-rank", message.replace(" 1 axes", " 1 axis"))


def check_alike(operation: Named, *shapes: Shape) -> None:
    """Check that tensors have the same shape, as far as it is known.

    Raises:
        Problem: they differ.

    """
    for shape in shapes:
        has = [size for size in zip(shapes[0], shape, strict=False) if None not in size]
        if len(shape) != len(shapes[0]) or any(first != other for first, other in has):
            message = f"{operation.kind()} takes inputs of the same shape, not {text(shapes[0])} and {text(shape)}"
            raise Problem("shape-mismatch", message)


def concatenated(operation: Named, axis: int, *shapes: Shape) -> Shape:
    """The sizes along an axis are added; all others are equal."""
    axis = axis_of(operation, axis, shapes[0])
    first = shapes[0]
    listed = " and ".join(text(shape) for shape in shapes)
    for shape in shapes:
        if len(shape) != len(first):
            message = f"{operation.kind()} cannot join {listed}: they have {len(first)} and {counted(len(shape), 'axis')}"
            raise Problem("shape-mismatch", message)
        for place, (size, other) in enumerate(zip(first, shape, strict=True)):
            if place != axis and None not in (size, other) and size != other:
                message = f"{operation.kind()} cannot join {listed}: axis {place} is {size} in one and {other} in another"
                raise Problem("shape-mismatch", message)
    sizes = [shape[axis] for shape in shapes]
    total = None if None in sizes else sum(size for size in sizes if size is not None)
    return (*first[:axis], total, *first[axis + 1 :])


def axes_in_words(count: int) -> str:
    """Return the number of axes in words."""
    return f"{count} ax{'i' if count == 1 else 'e'}s"


def moved(by: int) -> Reach:
    """Return the reach of positions that have moved."""
    return Reach(by, by)


def not_empty(operation: Named, size: Dim, shape: Shape, argument: str) -> Dim:
    """Check that something is left of a tensor.

    Raises:
        Problem: nothing is.

    """
    if size == 0:
        message = f"{operation.kind()} leaves nothing of its input {text(shape)}"
        raise Problem("no-output-shape", message, argument)
    return size


def with_values(operation: Named, result: Shape | list[Shape]) -> Shape | list[Shape]:
    """Check that no result is empty.

    Raises:
        Problem: one is.

    """
    for shape in result if isinstance(result, list) else [result]:
        if 0 in shape:
            message = f"the result of {operation.kind()} would be {text(shape)}, without any values"
            raise Problem("no-output-shape", message)
    return result


def broadcasts_to(shape: Shape, wanted: Shape) -> bool:
    """Whether a shape is repeated to another one."""
    pairs = zip(reversed(shape), reversed(wanted), strict=False)
    return len(shape) <= len(wanted) and all(size in (1, other) for size, other in pairs)
