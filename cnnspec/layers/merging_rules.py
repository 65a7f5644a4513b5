"""Shape rules of the layers that merge their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnspec.counts import counted
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Named
from cnnspec.layers.shape_rules import check_axis
from cnnspec.shapes import Dim, Shape, text

if TYPE_CHECKING:
    from cnnspec.layers.protocols import OverOneAxis, TwoAxes


def merge_batches(layer: Named, *shapes: Shape) -> Dim:
    """Return the batch size of merged inputs.

    Raises:
        Problem: two known batch sizes differ.

    """
    batches = {shape[0] for shape in shapes} - {None}
    if len(batches) > 1:
        raise Problem(
            "shape-mismatch", f"{layer.kind()} cannot merge inputs with different batch sizes"
        )
    return next(iter(batches), None)


def broadcast(layer: Named, *shapes: Shape) -> Shape:
    """Elementwise merge: axes are aligned from the last one, and sizes of 1 are broadcast."""
    longest = max(map(len, shapes))
    merged: list[Dim] = []
    for axis in range(1, longest):
        places = [(shape, axis + len(shape) - longest) for shape in shapes]
        sizes = [shape[place] for shape, place in places if place > 0]
        known = list(dict.fromkeys(size for size in sizes if size not in (None, 1)))
        if len(known) > 1:
            shown_inputs = " and ".join(text(shape) for shape in shapes)
            message = f"{layer.kind()} cannot merge {shown_inputs}: axis {axis} is {known[0]} in one and {known[1]} in another"
            raise Problem("shape-mismatch", message)
        merged.append(None if None in sizes else known[0] if known else 1)
    return (merge_batches(layer, *shapes), *merged)


def concatenate(layer: OverOneAxis, *shapes: Shape) -> Shape:
    """Concatenate inputs along `axis`; all other sizes must be equal."""
    first = shapes[0]
    axis = check_axis(layer, layer.axis, first)
    shown_inputs = " and ".join(text(shape) for shape in shapes)
    for shape in shapes:
        if len(shape) != len(first):
            message = f"{layer.kind()} cannot concatenate {shown_inputs}: they have {len(first)} and {counted(len(shape), 'axis')}"
            raise Problem("shape-mismatch", message)
    for position in range(len(first)):
        sizes = [shape[position] for shape in shapes if shape[position] is not None]
        differing = next((size for size in sizes if size != sizes[0]), None)
        if position != axis and differing is not None:
            message = f"{layer.kind()} cannot concatenate {shown_inputs}: axis {position} is {sizes[0]} in one and {differing} in another"
            raise Problem("shape-mismatch", message)
    joined = [shape[axis] for shape in shapes]
    total = None if None in joined else sum(size for size in joined if size is not None)
    return (*first[:axis], total, *first[axis + 1 :])


def dot(layer: TwoAxes, first: Shape, second: Shape) -> Shape:
    """Dot product along one axis of each input; both axes are removed."""
    axes = layer.axes if isinstance(layer.axes, tuple) else (layer.axes, layer.axes)
    places = []
    for axis, shape in zip(axes, (first, second), strict=True):
        if not -len(shape) < axis < len(shape) or axis % len(shape) == 0:
            message = f"Dot cannot work along axis {axis} of {text(shape)}"
            raise Problem("out-of-range", message, "axes")
        places.append(axis % len(shape))
    a, b = first[places[0]], second[places[1]]
    if a != b:
        message = f"Dot needs axes of the same size: axis {places[0]} of {text(first)} is {a}, axis {places[1]} of {text(second)} is {b}"
        raise Problem("shape-mismatch", message, "axes")
    left = [size for axis, size in enumerate(first) if axis != places[0]]
    right = [size for axis, size in enumerate(second) if axis not in (0, places[1])]
    merged = (*left, *right)
    return merged if len(merged) > 1 else (*merged, 1)
