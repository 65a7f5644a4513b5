"""Pure rules from input shapes to the weights that a layer makes of them.

Names, shapes and order are Keras's: what training changes first, then the rest.
"""

from typing import Any

from cnnspec.declarations import Problem
from cnnspec.layers.base import Weight, known
from cnnspec.layers.shape_rules import channels_first, check_axis
from cnnspec.shapes import Shape


def input_channels(layer: Any, shape: Shape) -> int:
    """How many channels the input has.

    Raises:
        Problem: that is unknown.

    """
    axis = 1 if channels_first(layer) else len(shape) - 1
    return known(shape[axis], axis, shape, layer)


def _bias(layer: Any, size: int) -> tuple[Weight, ...]:
    return (Weight("bias", (size,)),) if layer.use_bias else ()


def convolution_kernel(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (*kernel_size, input channels a group, filters), and a bias."""
    channels = input_channels(layer, shape)
    if channels % layer.groups:
        message = (
            f"{layer.kind()} cannot split {channels} input channels into {layer.groups} groups"
        )
        raise Problem("shape-mismatch", message, "groups")
    kernel = Weight("kernel", (*layer.kernel_size, channels // layer.groups, layer.filters))
    return (kernel, *_bias(layer, layer.filters))


def transposed_kernel(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (*kernel_size, filters, input channels), and a bias."""
    kernel = Weight("kernel", (*layer.kernel_size, layer.filters, input_channels(layer, shape)))
    return (kernel, *_bias(layer, layer.filters))


def depthwise_kernel(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (*kernel_size, input channels, depth_multiplier), and a bias."""
    channels = input_channels(layer, shape)
    kernel = Weight("kernel", (*layer.kernel_size, channels, layer.depth_multiplier))
    return (kernel, *_bias(layer, channels * layer.depth_multiplier))


def separable_kernels(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """A depthwise kernel, a pointwise kernel, and a bias."""
    channels = input_channels(layer, shape)
    depth = layer.depth_multiplier
    ones = (1,) * layer.rank
    return (
        Weight("depthwise_kernel", (*layer.kernel_size, channels, depth)),
        Weight("pointwise_kernel", (*ones, channels * depth, layer.filters)),
        *_bias(layer, layer.filters),
    )


def dense_kernel(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (size of the last axis, units), and a bias."""
    last = len(shape) - 1
    kernel = Weight("kernel", (known(shape[last], last, shape, layer), layer.units))
    return (kernel, *_bias(layer, layer.units))


def scale_and_offset(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """Gamma and beta, of the sizes of the normalized axes."""
    axes = layer.axis if isinstance(layer.axis, tuple) else (layer.axis,)
    places = [check_axis(layer, axis, shape) for axis in axes]
    if isinstance(layer.axis, tuple):
        places.sort()
    sizes = tuple(known(shape[place], place, shape, layer) for place in places)
    return (
        *((Weight("gamma", sizes),) if layer.scale else ()),
        *((Weight("beta", sizes),) if layer.center else ()),
    )


def batch_statistics(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """Gamma and beta, and the moving statistics that only training mode changes."""
    trained = scale_and_offset(layer, shape)
    place = check_axis(layer, layer.axis, shape)
    size = (known(shape[place], place, shape, layer),)
    moving = ["moving_mean", "moving_variance"]
    if layer.renorm:
        moving += ["moving_stddev", "renorm_mean", "renorm_stddev"]
    return (*trained, *(Weight(name, size, trainable=False) for name in moving))


def slopes(layer: Any, shape: Shape) -> tuple[Weight, ...]:
    """A slope for every value of the input; shared axes have one slope."""
    shared = layer.shared_axes
    axes = () if shared is None else shared if isinstance(shared, tuple) else (shared,)
    for axis in axes:
        if not 1 <= axis < len(shape):
            message = (
                f"{layer.kind()} shares axis {axis}, its input has the axes 1 to {len(shape) - 1}"
            )
            raise Problem("out-of-range", message, "shared_axes")
    sizes = tuple(
        1 if axis in axes else known(shape[axis], axis, shape, layer)
        for axis in range(1, len(shape))
    )
    return (Weight("alpha", sizes),)
