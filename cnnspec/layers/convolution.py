"""Convolution layers: plain, transposed, depthwise and separable."""

from collections.abc import Iterator

from cnnspec.declarations.declaration import Recent, default
from cnnspec.declarations.fields import FLOAT_TYPES, Flag, FloatPolicy, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, reach_rules, shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import (
    Activation,
    CausalPadding,
    Constraint,
    DataFormat,
    Initializer,
    Padding,
    Regularizer,
    Size,
)


class Sliding(Layer):
    """Base class of layers with a convolution kernel."""

    ends_with_activation = True
    takes = FLOAT_TYPES
    dtype: FloatPolicy = None
    kernel_size: Size
    """Size of the kernel along each spatial axis."""
    strides: Size = default(1)
    """Stride of the kernel along each spatial axis."""
    padding: Padding = "valid"
    """`valid` adds nothing; `same` adds zeros, so that a stride of 1 preserves the size."""
    data_format: DataFormat = None
    """Position of the channels: `channels_last` (the default) or `channels_first`."""
    dilation_rate: Size = default(1)
    """Distance between the values that the kernel is applied to."""
    activation: Activation = None
    """Activation of the output."""
    use_bias: Flag = True
    """Whether to add a bias."""
    bias_initializer: Initializer = default("zeros")
    bias_regularizer: Regularizer = None
    bias_constraint: Constraint = None

    macs = cost_rules.kernel_at_every_output
    reach = reach_rules.convolution


class Conv(Sliding):
    """Base class of plain convolutions."""

    filters: PositiveInt
    """Number of output channels."""
    groups: PositiveInt = 1
    """Number of groups of channels that are convolved separately."""
    kernel_initializer: Initializer = default("glorot_uniform")
    kernel_regularizer: Regularizer = None
    kernel_constraint: Constraint = None

    shape = shape_rules.convolve
    weights = weight_rules.convolution_kernel

    def conflicts(self) -> Iterator[Problem]:
        """Check strides, dilation and groups."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            message = f"{self.kind()} cannot have both 'strides' and 'dilation_rate' above 1"
            yield Problem("conflicting-arguments", message, "dilation_rate")
        if self.filters % self.groups:
            message = f"{self.kind()} cannot split {self.filters} filters into {self.groups} groups"
            yield Problem("conflicting-arguments", message, "groups")


@kind
class Conv1D(Conv):
    """1-D convolution, typically over a sequence."""

    rank = 1
    aliases = ("Convolution1D",)
    padding: CausalPadding = "valid"
    examples = (
        Example({"filters": 8, "kernel_size": 3}, (None, 20, 4), (None, 18, 8)),
        Example(
            {"filters": 8, "kernel_size": 3, "padding": "causal"}, (None, 20, 4), (None, 20, 8)
        ),
    )


@kind
class Conv2D(Conv):
    """2-D convolution, typically over images."""

    rank = 2
    aliases = ("Convolution2D",)
    examples = (
        Example({"filters": 32, "kernel_size": 3}, (None, 28, 28, 1), (None, 26, 26, 32)),
        Example(
            {
                "filters": 8,
                "kernel_size": [3, 5],
                "strides": 2,
                "padding": "same",
                "use_bias": False,
            },
            (None, 28, None, 4),
            (None, 14, None, 8),
        ),
        Example(
            {"filters": 8, "kernel_size": 3, "groups": 4, "data_format": "channels_first"},
            (None, 4, 28, 28),
            (None, 8, 26, 26),
        ),
        Example(
            {"filters": 8, "kernel_size": 3, "dilation_rate": 2},
            (None, 28, 28, 4),
            (None, 24, 24, 8),
        ),
    )


@kind
class Conv3D(Conv):
    """3-D convolution, typically over volumes or video."""

    rank = 3
    aliases = ("Convolution3D",)
    examples = (
        Example({"filters": 8, "kernel_size": 3}, (None, 16, 28, 28, 1), (None, 14, 26, 26, 8)),
    )


class DepthwiseConv(Sliding):
    """Base class of depthwise convolutions."""

    recent = (
        Recent(
            "3.15.0",
            "dilation_rate",
            "a dilation rate above 1 with strides above 1",
            lambda call: max(call.strides) > 1 and max(call.dilation_rate) > 1,
        ),
    )

    depth_multiplier: PositiveInt = 1
    """Number of output channels for each input channel."""
    depthwise_initializer: Initializer = default("glorot_uniform")
    depthwise_regularizer: Regularizer = None
    depthwise_constraint: Constraint = None

    shape = shape_rules.convolve_depthwise
    weights = weight_rules.depthwise_kernel


@kind
class DepthwiseConv1D(DepthwiseConv):
    """1-D convolution of each input channel separately."""

    rank = 1
    examples = (
        Example({"kernel_size": 3}, (None, 20, 4), (None, 18, 4)),
        Example(
            {"kernel_size": 3, "strides": 2, "dilation_rate": 2, "depth_multiplier": 2},
            (None, 20, 4),
            (None, 8, 8),
        ),
    )


@kind
class DepthwiseConv2D(DepthwiseConv):
    """2-D convolution of each input channel separately."""

    rank = 2
    examples = (
        Example({"kernel_size": 3}, (None, 28, 28, 4), (None, 26, 26, 4)),
        Example(
            {"kernel_size": 3, "depth_multiplier": 2, "strides": 2, "padding": "same"},
            (None, 28, 28, 4),
            (None, 14, 14, 8),
        ),
    )


class SeparableConv(DepthwiseConv):
    """Base class of separable convolutions."""

    filters: PositiveInt
    """Number of output channels."""
    pointwise_initializer: Initializer = default("glorot_uniform")
    pointwise_regularizer: Regularizer = None
    pointwise_constraint: Constraint = None

    shape = shape_rules.convolve
    weights = weight_rules.separable_kernels


@kind
class SeparableConv1D(SeparableConv):
    """1-D depthwise convolution, followed by a pointwise convolution that mixes the channels."""

    rank = 1
    aliases = ("SeparableConvolution1D",)
    examples = (
        Example({"filters": 8, "kernel_size": 3}, (None, 20, 4), (None, 18, 8)),
        Example(
            {"filters": 8, "kernel_size": 3, "padding": "same", "use_bias": False},
            (None, None, 4),
            (None, None, 8),
        ),
    )


@kind
class SeparableConv2D(SeparableConv):
    """2-D depthwise convolution, followed by a pointwise convolution that mixes the channels."""

    rank = 2
    aliases = ("SeparableConvolution2D",)
    examples = (
        Example({"filters": 8, "kernel_size": 3}, (None, 28, 28, 4), (None, 26, 26, 8)),
        Example(
            {"filters": 8, "kernel_size": 3, "strides": 2, "depth_multiplier": 2},
            (None, 28, None, 4),
            (None, 13, None, 8),
        ),
    )
