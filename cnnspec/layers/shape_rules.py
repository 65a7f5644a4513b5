"""Rules that compute the output shape from input shapes, used by layers as `shape`.

A rule is a method of the layer: it reads the arguments of the layer, and raises `Problem` if the
layer does not accept the inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnspec.counts import counted
from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Named
from cnnspec.shapes import Dim, Shape, text

if TYPE_CHECKING:
    from cnnspec.layers.protocols import (
        AdaptivePooling,
        Convolution,
        DepthwiseConvolution,
        DropsByShape,
        Embeds,
        EmbedsBothWays,
        GlobalPooling,
        Kernel,
        OverAxes,
        Pooling,
        Sliding,
        Spatial,
        TransposedConvolution,
        Units,
    )

AXIS_NAMES = {
    1: "(batch, steps, channels)",
    2: "(batch, height, width, channels)",
    3: "(batch, depth, height, width, channels)",
}


def same(layer: object, shape: Shape) -> Shape:
    """The output has the shape of the input."""
    return shape


def images(layer: Spatial, shape: Shape) -> tuple[Shape, Dim]:
    """Split an input into spatial sizes and channels, by the rank and data format of the layer.

    Raises:
        Problem: the input has a different number of axes.

    """
    rank = layer.rank
    if len(shape) != rank + 2:
        form = AXIS_NAMES[rank]
        message = f"{layer.kind()} takes an input with {rank + 2} axes {form}, not {text(shape)}"
        raise Problem("wrong-rank", message)
    if channels_first(layer):
        return shape[2:], shape[1]
    return shape[1:-1], shape[-1]


def same_images(layer: Spatial, shape: Shape) -> Shape:
    """The output has the shape of the input, whose number of axes must match the layer."""
    images(layer, shape)
    return shape


def channels_first(layer: object) -> bool:
    """Whether the channels are on axis 1; by default Keras has them on the last axis."""
    return getattr(layer, "data_format", None) == "channels_first"


def with_sizes(layer: object, shape: Shape, sizes: Shape, channels: Dim) -> Shape:
    """Combine batch, spatial sizes and channels in the data format of the layer."""
    if channels_first(layer):
        return (shape[0], channels, *sizes)
    return (shape[0], *sizes, channels)


def windows(size: Dim, window: int, stride: int, padding: str) -> Dim:
    """Return the number of window positions along an axis; at most 0 if the window does not fit."""
    if size is None:
        return None
    return (size - 1) // stride + 1 if padding != "valid" else (size - window) // stride + 1


def slide(layer: Sliding, shape: Shape, window: tuple[int, ...], argument: str) -> Shape:
    """Return the spatial sizes after a window with the strides and padding of the layer."""
    sizes, _ = images(layer, shape)
    strides = layer.strides or window
    result = tuple(
        windows(size, extent, stride, layer.padding)
        for size, extent, stride in zip(sizes, window, strides, strict=True)
    )
    if any(size is not None and size <= 0 for size in result):
        extent, has = " x ".join(map(str, window)), " x ".join(map(str, sizes))
        message = f"{layer.kind()} needs at least {extent} values, but its input has only {has}"
        raise Problem("kernel-too-large", message, argument)
    return result


def dilated(layer: Kernel) -> tuple[int, ...]:
    """Return the size of the kernel of the layer, including dilation."""
    return tuple(
        (size - 1) * rate + 1
        for size, rate in zip(layer.kernel_size, layer.dilation_rate, strict=True)
    )


def convolve(layer: Convolution, shape: Shape) -> Shape:
    """A kernel moves over the input; the output has `filters` channels."""
    sizes = slide(layer, shape, dilated(layer), "kernel_size")
    return with_sizes(layer, shape, sizes, layer.filters)


def convolve_depthwise(layer: DepthwiseConvolution, shape: Shape) -> Shape:
    """A kernel moves over every channel, which gives `depth_multiplier` channels."""
    sizes = slide(layer, shape, dilated(layer), "kernel_size")
    channels = images(layer, shape)[1]
    out = None if channels is None else channels * layer.depth_multiplier
    return with_sizes(layer, shape, sizes, out)


def convolve_transposed(layer: TransposedConvolution, shape: Shape) -> Shape:
    """The input shape of a convolution with the same arguments."""
    sizes, _ = images(layer, shape)
    given = layer.output_padding or (None,) * layer.rank
    result = tuple(
        _transposed(size, extent, stride, layer.padding, extra)
        for size, extent, stride, extra in zip(
            sizes, dilated(layer), layer.strides, given, strict=True
        )
    )
    return with_sizes(layer, shape, result, layer.filters)


def _transposed(size: Dim, extent: int, stride: int, padding: str, extra: int | None) -> Dim:
    if size is None:
        return None
    if padding == "same":
        return size * stride if extra is None else (size - 1) * stride + extent % 2 + extra
    return (size - 1) * stride + extent + (max(stride - extent, 0) if extra is None else extra)


def pool(layer: Pooling, shape: Shape) -> Shape:
    """A window moves over every channel."""
    sizes = slide(layer, shape, layer.pool_size, "pool_size")
    return with_sizes(layer, shape, sizes, images(layer, shape)[1])


def pool_globally(layer: GlobalPooling, shape: Shape) -> Shape:
    """Every channel becomes one value; with `keepdims` the axes stay, with size 1."""
    _, channels = images(layer, shape)
    if layer.keepdims:
        return with_sizes(layer, shape, (1,) * layer.rank, channels)
    return (shape[0], channels)


def adapt(layer: AdaptivePooling, shape: Shape) -> Shape:
    """Every spatial axis becomes `output_size` windows of nearly the same size."""
    sizes, channels = images(layer, shape)
    # TensorFlow also pools with windows one larger than needed, and these must fit too.
    if 1 in (*sizes, *layer.output_size):
        message = (
            f"{layer.kind()} cannot pool an axis of size 1, or to size 1, because TensorFlow fails"
        )
        raise Problem("no-output-shape", message, "output_size")
    return with_sizes(layer, shape, layer.output_size, channels)


def dense(layer: Units, shape: Shape) -> Shape:
    """The size of the last axis becomes `units`."""
    if len(shape) < 2:
        raise Problem(
            "wrong-rank", f"{layer.kind()} takes an input with at least 2 axes, not {text(shape)}"
        )
    return (*shape[:-1], layer.units)


def embed(layer: Embeds, shape: Shape) -> Shape:
    """Every number becomes a vector: an additional axis of size `output_dim`."""
    return (*shape, layer.output_dim)


def embed_either_way(layer: EmbedsBothWays, shape: Shape) -> Shape:
    """Every number becomes a vector; in reverse, every vector becomes a score for each number."""
    if not layer.reverse:
        return embed(layer, shape)
    if len(shape) < 2:
        message = f"{layer.kind()} in reverse needs vectors, not {text(shape)}"
        raise Problem("wrong-rank", message, "reverse")
    if shape[-1] not in (None, layer.output_dim):
        message = f"{layer.kind()} in reverse needs vectors of {layer.output_dim} numbers, not {text(shape)}"
        raise Problem("shape-mismatch", message, "reverse")
    return (*shape[:-1], layer.input_dim)


def rescale(layer: Declaration, shape: Shape) -> Shape:
    """The shape does not change; a list of numbers has one per channel."""
    channels = shape[-1] if len(shape) > 1 else 1
    for argument in ("scale", "offset"):
        value = layer.checked(argument)
        if isinstance(value, tuple) and channels is not None and len(value) not in (1, channels):
            message = f"'{argument}' of {layer.kind()} has {counted(len(value), 'number')}, but its input {text(shape)} has {counted(channels, 'channel')}"
            raise Problem("shape-mismatch", message, argument)
    return shape


def drop(layer: DropsByShape, shape: Shape) -> Shape:
    """The shape does not change; `noise_shape` has the size of the input or 1 for each axis."""
    noise = layer.noise_shape or shape
    if len(noise) != len(shape):
        message = f"'noise_shape' of {layer.kind()} has {counted(len(noise), 'axis')}, but its input is {text(shape)}"
        raise Problem("wrong-rank", message, "noise_shape")
    for axis, (wanted, size) in enumerate(zip(noise, shape, strict=True)):
        if None not in (wanted, size) and wanted not in (1, size):
            message = f"'noise_shape' of {layer.kind()} has {wanted} for axis {axis}, but its input is {text(shape)}"
            raise Problem("shape-mismatch", message, "noise_shape")
    return shape


def normalize_axes(layer: OverAxes, shape: Shape) -> Shape:
    """The shape does not change; all axes of the layer must exist."""
    axes_of(layer, shape)
    return shape


def normalize_last_axes(layer: OverAxes, shape: Shape) -> Shape:
    """The shape does not change; the axes of the layer must be the last ones, in order."""
    axes = axes_of(layer, shape)
    if axes != tuple(range(len(shape) - len(axes), len(shape))):
        message = f"{layer.kind()} works only on the last axes of its input {text(shape)}, because Keras would scale the wrong ones"
        raise Problem("out-of-range", message, "axis")
    return shape


def axes_of(layer: OverAxes, shape: Shape) -> tuple[int, ...]:
    """Return the axes of a layer counted from the front, in the order in which Keras sorts `axis`.

    Raises:
        Problem: there are none, or one is named twice or does not exist.

    """
    named = sorted(layer.axis) if isinstance(layer.axis, tuple) else [layer.axis]
    axes = tuple(check_axis(layer, axis, shape) for axis in named)
    if not axes:
        raise Problem("out-of-range", f"'axis' of {layer.kind()} must name an axis", "axis")
    if len(set(axes)) < len(axes):
        message = f"'axis' of {layer.kind()} names an axis of {text(shape)} twice"
        raise Problem("conflicting-arguments", message, "axis")
    return axes


def check_axis(layer: Named, axis: int, shape: Shape) -> int:
    """Return an axis counted from the front.

    Raises:
        Problem: the shape has no such axis.

    """
    if not -len(shape) <= axis < len(shape):
        message = f"{layer.kind()} works on axis {axis}, but its input {text(shape)} has {counted(len(shape), 'axis')}"
        raise Problem("out-of-range", message, "axis")
    return axis % len(shape)
