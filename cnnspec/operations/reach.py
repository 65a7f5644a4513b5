"""Rules for the receptive fields of operations, in addition to those of layers."""

from typing import Any, Protocol

from cnnspec.layers.reach_rules import POINT, WHOLE, Reaches, spatial
from cnnspec.shapes import Shape


class Reduced(Protocol):
    """An operation along some axes."""

    axis: int | tuple[int, ...] | None
    keepdims: bool

    def shape(self, *shapes: Shape) -> Any:
        """Compute the shape of the result."""


def reduced(operation: Reduced, *shapes: Shape) -> Reaches:
    """All positions along the axes that are combined, one position along the others.

    It is unknown if axes move, or if samples are combined.
    """
    rank = len(shapes[0])
    axes = operation.axis if isinstance(operation.axis, tuple) else (operation.axis,)
    named = {range(rank)[axis] for axis in axes if axis is not None}
    if None in axes or 0 in named:
        return None
    if getattr(operation, "keepdims", False):
        return tuple(WHOLE if axis in named else POINT for axis in range(1, rank - 1))
    left = spatial(operation.shape(*shapes))
    return (
        (POINT,) * left
        if named == {rank - 1} and left == spatial(shapes[0])
        else ()
        if not left
        else None
    )
