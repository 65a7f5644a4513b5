"""Shape rules of layers that rearrange values without changing them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from cnnspec.counts import counted
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.shape_rules import images, with_sizes
from cnnspec.shapes import Shape, product, text

if TYPE_CHECKING:
    from cnnspec.layers.protocols import (
        Cropped,
        Padded,
        Permutes,
        Repeats,
        Reshapes,
        Resizing,
        Spatial,
    )


def flatten(layer: object, shape: Shape) -> Shape:
    """All axes except the batch become one."""
    return (shape[0], None if None in shape[1:] else product(shape[1:]))


def reshape(layer: Reshapes, shape: Shape) -> Shape:
    """All axes except the batch become `target_shape`; -1 stands for the remaining size."""
    target: tuple[int, ...] = layer.target_shape
    has = math.prod(size for size in shape[1:] if size is not None)
    wanted = math.prod(size for size in target if size != -1)
    is_known, is_open = None not in shape[1:], -1 in target
    if (is_known and has % wanted) or (not is_open and wanted % has):
        message = f"{layer.kind()} cannot reshape {text(shape[1:])}, which has {'' if is_known else 'a multiple of '}{has} values, to {text(target)}"
        raise Problem("shape-mismatch", message, "target_shape")
    rest = has // wanted if is_known else None
    return (shape[0], *(rest if size == -1 else size for size in target))


def permute(layer: Permutes, shape: Shape) -> Shape:
    """The axes are permuted by `dims`."""
    if len(shape) != len(layer.dims) + 1:
        message = f"{layer.kind()} permutes {counted(len(layer.dims), 'axis')}, but its input is {text(shape)}"
        raise Problem("wrong-rank", message, "dims")
    return (shape[0], *(shape[axis] for axis in layer.dims))


def repeat(layer: Repeats, shape: Shape) -> Shape:
    """A vector becomes a sequence of `n` copies."""
    if len(shape) != 2:
        message = f"{layer.kind()} takes an input with 2 axes (batch, values), not {text(shape)}"
        raise Problem("wrong-rank", message)
    return (shape[0], layer.n, shape[1])


def upsample(layer: Resizing, shape: Shape) -> Shape:
    """Every spatial size is multiplied."""
    sizes, channels = images(layer, shape)
    factors = layer.size if isinstance(layer.size, tuple) else (layer.size,)
    larger = tuple(
        None if size is None else size * factor for size, factor in zip(sizes, factors, strict=True)
    )
    return with_sizes(layer, shape, larger, channels)


def ends_of_axes(layer: Spatial, ends: Any) -> tuple[tuple[int, int], ...]:
    """Return the sizes at both ends of each spatial axis; a sequence has a plain pair."""
    return (ends,) if layer.rank == 1 else ends


def pad(layer: Padded, shape: Shape) -> Shape:
    """Every spatial axis grows at both ends by `padding`."""
    sizes, channels = images(layer, shape)
    larger = tuple(
        None if size is None else size + before + after
        for size, (before, after) in zip(sizes, ends_of_axes(layer, layer.padding), strict=True)
    )
    return with_sizes(layer, shape, larger, channels)


def crop(layer: Cropped, shape: Shape) -> Shape:
    """Every spatial axis shrinks at both ends by `cropping`."""
    sizes, channels = images(layer, shape)
    smaller = tuple(
        None if size is None else size - before - after
        for size, (before, after) in zip(sizes, ends_of_axes(layer, layer.cropping), strict=True)
    )
    if any(size is not None and size <= 0 for size in smaller):
        has = " x ".join(map(str, sizes))
        raise Problem(
            "no-output-shape",
            f"{layer.kind()} crops away its whole input, which is {has}",
            "cropping",
        )
    return with_sizes(layer, shape, smaller, channels)
