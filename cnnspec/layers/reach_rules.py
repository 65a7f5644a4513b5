"""Rules for the receptive field: the input positions that an output position depends on.

Layers use them as `reach`. A rule returns a `Reach` for each spatial axis (those between batch and
channels), or None if it is unknown. Receptive fields are computed from them (Dumoulin and Visin,
2016, arXiv:1603.07285; Araujo, Norris and Sim, 2019,
https://distill.pub/2019/computing-receptive-fields).
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING

from cnnspec.layers.reshaping_rules import ends_of_axes
from cnnspec.layers.shape_rules import dilated, images
from cnnspec.records import Record
from cnnspec.shapes import Dim, Shape

if TYPE_CHECKING:
    from cnnspec.layers.protocols import (
        Cropped,
        Einsum,
        Kernel,
        OverAxes,
        OverOneAxis,
        Padded,
        Pooling,
        Resizing,
        Shaped,
        ShapedTransposed,
        Sliding,
    )
    from cnnspec.layers.sequence_protocols import Wraps


class Reach(Record):
    """The input positions that output position `i` depends on.

    These are all from `i * stride / factor + first` to `i * stride / factor + last`.
    """

    first: float
    last: float
    stride: int = 1
    factor: int = 1


POINT = Reach(0, 0)
"""Every position depends only on itself."""
WHOLE = Reach(-inf, inf)
"""Every position depends on all positions."""

Reaches = tuple[Reach, ...] | None
"""The result of a rule: a reach for each spatial axis of the output, or None."""


def spatial(shape: Shape) -> int:
    """Return the number of spatial axes of a tensor: those between batch and channels."""
    return max(len(shape) - 2, 0)


def pointwise(layer: object, *shapes: Shape) -> Reaches:
    """Every position depends only on itself."""
    return (POINT,) * max(map(spatial, shapes))


def everything(layer: Shaped, *shapes: Shape) -> Reaches:
    """Every output position depends on the whole input."""
    output = layer.shape(*shapes)
    first = output[0] if isinstance(output, list) else output
    return (WHOLE,) * spatial(first)


def along(layer: OverAxes, *shapes: Shape) -> Reaches:
    """All positions along the axes of the layer, one position along the others.

    Axis 1 may be the channels.
    """
    shape = shapes[0]
    axes = layer.axis if isinstance(layer.axis, tuple) else (layer.axis,)
    named = {axis % len(shape) for axis in axes}
    if 1 in named and spatial(shape):
        return None
    return tuple(WHOLE if axis in named else POINT for axis in range(1, 1 + spatial(shape)))


def side_by_side(layer: OverOneAxis, *shapes: Shape) -> Reaches:
    """Inputs concatenated along the last axis; along another axis, positions would move."""
    last = layer.axis % len(shapes[0]) == len(shapes[0]) - 1
    return pointwise(layer, *shapes) if last else None


def convolution(layer: Kernel, shape: Shape) -> Reaches:
    """A dilated kernel covers `(kernel_size - 1) * dilation_rate + 1` positions."""
    return _windows(layer, shape, dilated(layer), layer.strides)


def pooling(layer: Pooling, shape: Shape) -> Reaches:
    """A window of `pool_size`, moved by the strides or by its own size."""
    return _windows(layer, shape, layer.pool_size, layer.strides or layer.pool_size)


def _windows(
    layer: Sliding, shape: Shape, extents: tuple[int, ...], strides: tuple[int, ...]
) -> Reaches:
    sizes, _ = images(layer, shape)
    return tuple(
        _window(extent, stride, _before(layer.padding, size, extent, stride))
        for size, extent, stride in zip(sizes, extents, strides, strict=True)
    )


def _window(extent: int, stride: int, before: int) -> Reach:
    return Reach(-before, extent - 1 - before, stride)


def _before(padding: str, size: Dim, extent: int, stride: int) -> int:
    """Return the number of zeros before an axis; an unknown size counts as a multiple of the stride.

    For `same`, TensorFlow adds as many zeros as the last window needs, the smaller half in front.
    """
    if padding == "causal":
        return extent - 1
    if padding == "valid":
        return 0
    over = (stride if size is None else size % stride or stride) - 1
    return max(extent - 1 - over, 0) // 2


def transposed(layer: ShapedTransposed, shape: Shape) -> Reaches:
    """An output position depends on each input position whose kernel covers it."""
    sizes, _ = images(layer, shape)
    results, _ = images(layer, layer.shape(shape))
    reaches = []
    for size, result, extent, stride in zip(
        sizes, results, dilated(layer), layer.strides, strict=True
    ):
        over = extent - stride
        if size is not None and result is not None:
            over = (size - 1) * stride + extent - result
        before = max(over, 0) // 2 if layer.padding == "same" else 0
        first, last = (before - extent + 1) / stride, before / stride
        reaches.append(Reach(first, last, factor=stride))
    return tuple(reaches)


SUPPORT = {"bilinear": 1, "bicubic": 2, "lanczos3": 3, "lanczos5": 5}
"""Return how far an interpolation reaches to either side, in input positions."""


def upsampling(layer: Resizing, shape: Shape) -> Reaches:
    """The nearest position, or the neighbours that the interpolation uses."""
    method = getattr(layer, "interpolation", "nearest")
    sizes = layer.size if isinstance(layer.size, tuple) else (layer.size,)
    reaches = []
    for factor in sizes:
        step = 1 / factor
        first, last = step - 1, 0.0
        if method in SUPPORT and factor > 1:
            middle, around = (step - 1) / 2, SUPPORT[method] - step / 2
            first, last = middle - around, middle + around
        reaches.append(Reach(first, last, factor=factor))
    return tuple(reaches)


def padded(layer: Padded, shape: Shape) -> Reaches:
    """Positions move by the padding in front of them."""
    return _moved(-before for before, _ in ends_of_axes(layer, layer.padding))


def cropped(layer: Cropped, shape: Shape) -> Reaches:
    """Positions move by the cropping in front of them."""
    return _moved(before for before, _ in ends_of_axes(layer, layer.cropping))


def _moved(offsets: Iterable[int]) -> Reaches:
    return tuple(Reach(by, by) for by in offsets)


def reshaped(layer: Shaped, shape: Shape) -> Reaches:
    """Known only if just axes of size 1 are added or removed, or if no other axes are left."""
    output = layer.shape(shape)
    if all(size == 1 for size in output[1:-1]):
        return (WHOLE,) * spatial(output)
    before, after = ([size for size in each[1:] if size != 1] for each in (shape, output))
    return (POINT,) * spatial(output) if before == after else None


def of_equation(layer: Einsum, shape: Shape) -> Reaches:
    """An equation over the channels only: `...x,xy->...y`."""
    parts = layer.parts
    over_channels = parts.left and len(parts.inputs) == len(parts.output) == 1
    return pointwise(layer, shape) if over_channels else None


def at_every_step(layer: Wraps, shape: Shape) -> Reaches:
    """One step of the sequence, and within it the reach of the inner layer."""
    inner: Reaches = layer.layer.reach((shape[0], *shape[2:]))
    return None if inner is None else (POINT, *inner)


def as_wrapped(layer: Wraps, shape: Shape) -> Reaches:
    """The reach of the inner layer."""
    inner: Reaches = layer.layer.reach(shape)
    return inner
