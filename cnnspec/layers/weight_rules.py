"""Rules that compute the weights of a layer from the shapes of its inputs.

Names, shapes and order are those of Keras: first trainable weights, then the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Named, Weight, known
from cnnspec.layers.shape_rules import axes_of, channels_first
from cnnspec.shapes import Shape

if TYPE_CHECKING:
    from cnnspec.layers.protocols import (
        BatchScaling,
        DepthwiseConvolution,
        Embeds,
        EmbedsBothWays,
        GroupedConvolution,
        GroupScaling,
        HasBias,
        OverAxes,
        Scaling,
        SeparableConvolution,
        SharedSlopes,
        TransposedConvolution,
        Units,
    )


def input_channels(layer: Named, shape: Shape) -> int:
    """Return the number of input channels.

    Raises:
        Problem: it is unknown.

    """
    axis = 1 if channels_first(layer) else len(shape) - 1
    return known(shape[axis], axis, shape, layer)


def _bias(layer: HasBias, size: int) -> tuple[Weight, ...]:
    return (Weight("bias", (size,)),) if layer.use_bias else ()


def convolution_kernel(layer: GroupedConvolution, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (*kernel_size, input channels per group, filters), and a bias."""
    channels = input_channels(layer, shape)
    if channels % layer.groups:
        message = (
            f"{layer.kind()} cannot split {channels} input channels into {layer.groups} groups"
        )
        raise Problem("shape-mismatch", message, "groups")
    kernel = Weight("kernel", (*layer.kernel_size, channels // layer.groups, layer.filters))
    return (kernel, *_bias(layer, layer.filters))


def transposed_kernel(layer: TransposedConvolution, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (*kernel_size, filters, input channels), and a bias."""
    kernel = Weight("kernel", (*layer.kernel_size, layer.filters, input_channels(layer, shape)))
    return (kernel, *_bias(layer, layer.filters))


def depthwise_kernel(layer: DepthwiseConvolution, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (*kernel_size, input channels, depth_multiplier), and a bias."""
    channels = input_channels(layer, shape)
    kernel = Weight("kernel", (*layer.kernel_size, channels, layer.depth_multiplier))
    return (kernel, *_bias(layer, channels * layer.depth_multiplier))


def separable_kernels(layer: SeparableConvolution, shape: Shape) -> tuple[Weight, ...]:
    """A depthwise kernel, a pointwise kernel, and a bias."""
    channels = input_channels(layer, shape)
    depth = layer.depth_multiplier
    ones = (1,) * layer.rank
    return (
        Weight("depthwise_kernel", (*layer.kernel_size, channels, depth)),
        Weight("pointwise_kernel", (*ones, channels * depth, layer.filters)),
        *_bias(layer, layer.filters),
    )


def dense_kernel(layer: Units, shape: Shape) -> tuple[Weight, ...]:
    """A kernel of (size of the last axis, units), and a bias."""
    last = len(shape) - 1
    kernel = Weight("kernel", (known(shape[last], last, shape, layer), layer.units))
    return (kernel, *_bias(layer, layer.units))


def axis_sizes(layer: OverAxes, shape: Shape) -> tuple[int, ...]:
    """Return the sizes of the axes that a layer normalizes.

    Raises:
        Problem: one of them is unknown.

    """
    return tuple(known(shape[axis], axis, shape, layer) for axis in axes_of(layer, shape))


def scale_and_offset(layer: Scaling, shape: Shape) -> tuple[Weight, ...]:
    """Gamma and beta, with the sizes of the normalized axes."""
    names = (("gamma", layer.scale), ("beta", layer.center))
    return tuple(Weight(name, axis_sizes(layer, shape)) for name, used in names if used)


def scale_of_groups(layer: GroupScaling, shape: Shape) -> tuple[Weight, ...]:
    """Gamma and beta, with the size of the axis that is split into groups."""
    (size,) = axis_sizes(layer, shape)
    groups = size if layer.groups == -1 else layer.groups
    if size % groups:
        message = f"{layer.kind()} cannot split {size} channels into {groups} groups"
        raise Problem("shape-mismatch", message, "groups")
    return scale_and_offset(layer, shape)


def scale(layer: OverAxes, shape: Shape) -> tuple[Weight, ...]:
    """A scale with the sizes of the normalized axes."""
    return (Weight("scale", axis_sizes(layer, shape)),)


def batch_statistics(layer: BatchScaling, shape: Shape) -> tuple[Weight, ...]:
    """Gamma and beta, and the moving statistics."""
    trained = scale_and_offset(layer, shape)
    size = axis_sizes(layer, shape)
    moving = ["moving_mean", "moving_variance"]
    if layer.renorm:
        moving += ["moving_stddev", "renorm_mean", "renorm_stddev"]
    return (*trained, *(Weight(name, size, trainable=False) for name in moving))


def embeddings(layer: Embeds, shape: Shape) -> tuple[Weight, ...]:
    """A vector for each of `input_dim` numbers."""
    return (Weight("embeddings", (layer.input_dim, layer.output_dim)),)


def reversible_embeddings(layer: EmbedsBothWays, shape: Shape) -> tuple[Weight, ...]:
    """The embeddings, and the reverse embeddings unless they are tied."""
    back = Weight("reverse_embeddings", (layer.output_dim, layer.input_dim))
    return (*embeddings(layer, shape), *(() if layer.tie_weights else (back,)))


def slopes(layer: SharedSlopes, shape: Shape) -> tuple[Weight, ...]:
    """A slope for every value of the input; shared axes have one slope."""
    shared = layer.shared_axes
    axes = () if shared is None else shared if isinstance(shared, tuple) else (shared,)
    for axis in axes:
        if not 1 <= axis < len(shape):
            message = (
                f"{layer.kind()} shares axis {axis}, but its input has axes 1 to {len(shape) - 1}"
            )
            raise Problem("out-of-range", message, "shared_axes")
    sizes = tuple(
        1 if axis in axes else known(shape[axis], axis, shape, layer)
        for axis in range(1, len(shape))
    )
    return (Weight("alpha", sizes),)
