"""Convolutions with kernels that are tensors or constants."""

from typing import Any, ClassVar

from cnnspec.counts import counted
from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, reach_rules, shape_rules
from cnnspec.layers.base import Example
from cnnspec.layers.fields import DataFormat, PoolingPadding
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operand, Operation, constant_shape, operation
from cnnspec.operations.fields import Counts
from cnnspec.operations.windows import window_of
from cnnspec.shapes import Dim, Shape, product, text

_DIFFERENCE = [[[1.0]], [[0.0]], [[-1.0]]]

DILATED_STRIDES = Recent(
    "3.15.0",
    "dilation_rate",
    "a dilation rate above 1 with strides above 1",
    lambda call: max(call.canonical("strides")) > 1 and max(call.canonical("dilation_rate")) > 1,
)


class Convolution(Operation):
    """Base class of convolutions."""

    tensors: ClassVar[tuple[str, ...]] = ("inputs", "kernel")
    kernel_argument: ClassVar[str] = "kernel"
    min_inputs = 1
    max_inputs = 2
    kernel: Operand = None
    """The kernel, if it is a constant."""
    strides: Counts = 1
    """Stride of the kernel: one number, or one per spatial axis."""
    padding: PoolingPadding = "valid"
    """`valid` for complete windows only; `same` adds zeros around the input."""
    data_format: DataFormat = None
    dilation_rate: Counts = 1
    """Distance between the values of the kernel."""

    takes = FLOAT_TYPES
    result_type = dtypes.kept

    def check_dtypes(self, *inputs: str) -> None:
        """Check that all tensors have the same data type."""
        super().check_dtypes(*inputs)
        operand_rules.check_same_type(self, self.tensors, inputs, constants=True)

    def window(self, shape: Shape, kernel: Shape, **facts: Any) -> Any:
        """Return the kernel as the rules of layers read it."""
        if len(kernel) != len(shape):
            message = f"{self.kind()} takes a kernel with {rules.axes_in_words(len(shape))} for an input {text(shape)}, not {text(kernel)}"
            raise Problem("wrong-rank", message)
        if None in kernel:
            raise Problem(
                "unknown-size", f"{self.kind()} needs a kernel of known size, not {text(kernel)}"
            )
        window = window_of(self, shape, kernel_size=kernel[:-2], **facts)
        if max(window.strides) > 1 and max(window.dilation_rate) > 1:
            message = f"{self.kind()} cannot have both strides and a dilation rate above 1"
            raise Problem("conflicting-arguments", message, "dilation_rate")
        return window

    def check_channels(self, window: Any, shape: Shape, wanted: Dim) -> Dim:
        """Check the channels of the input, and return their number."""
        _, channels = shape_rules.images(window, shape)
        if channels is None:
            message = f"{self.kind()} needs to know the channels of its input {text(shape)}"
            raise Problem("unknown-size", message)
        if wanted and channels % wanted:
            message = f"{self.kind()} has a kernel for {counted(wanted, 'channel')}, but its input {text(shape)} has {channels}"
            raise Problem("shape-mismatch", message)
        return channels

    def reach(self, *shapes: Shape) -> Any:
        """Return what the kernel covers, if it is a constant."""
        kernel = getattr(self, self.kernel_argument)
        if len(shapes) > 1 or kernel is None:
            return None
        return reach_rules.convolution(self.window(shapes[0], constant_shape(kernel)), shapes[0])

    def cost(self, *shapes: Shape) -> Dim:
        """Every value of the kernels is used once per output position."""
        places = cost_rules.places(self, self.result(*shapes))
        _, *kernels = shapes
        return cost_rules.times(places, sum(product(kernel) or 0 for kernel in kernels))


@operation
class Conv(Convolution):
    """Convolution over sequences, images or volumes, with a kernel of `(..., channels, filters)`."""

    takes = (*FLOAT_TYPES, "int32")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"kernel": _DIFFERENCE, "strides": 2, "padding": "same"}, (None, 20, 1), (None, 10, 1)
        ),
        Example({"kernel": _DIFFERENCE, "dilation_rate": 2}, (None, 20, 1), (None, 16, 1)),
        Example(
            {"strides": 2, "padding": "same"}, [(None, 28, 28, 4), (3, 3, 4, 8)], (None, 14, 14, 8)
        ),
        Example({"dilation_rate": 2}, [(None, 28, 20, 4), (3, 3, 4, 8)], (None, 24, 16, 8)),
    )

    def result(self, shape: Shape, kernel: Shape) -> Shape:
        """Move the kernel over the input."""
        window = self.window(shape, kernel, filters=kernel[-1])
        channels = self.check_channels(window, shape, kernel[-2])
        groups = (channels or 1) // (kernel[-2] or 1)
        if (kernel[-1] or 0) % groups:
            message = f"{self.kind()} cannot divide {kernel[-1]} filters into {groups} groups"
            raise Problem("shape-mismatch", message)
        return shape_rules.convolve(window, shape)


@operation
class DepthwiseConv(Convolution):
    """Convolution of each channel separately, with a kernel of `(..., channels, multiplier)`."""

    recent = (DILATED_STRIDES,)

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"kernel": [[[0.5], [1.0]], [[0.5], [-1.0]]]}, (None, 20, 2), (None, 19, 2)),
        Example({}, [(None, 28, 28, 4), (3, 3, 4, 2)], (None, 26, 26, 8)),
        Example({"strides": 2, "padding": "same"}, [(None, 20, 4), (3, 4, 1)], (None, 10, 4)),
    )

    def result(self, shape: Shape, kernel: Shape) -> Shape:
        """Move the kernel over every channel."""
        rules.check_rank(self, shape, 3, 4)
        window = self.window(shape, kernel, depth_multiplier=kernel[-1])
        if self.check_channels(window, shape, None) != kernel[-2]:
            message = f"{self.kind()} has a kernel for {kernel[-2]} channels, but its input is {text(shape)}"
            raise Problem("shape-mismatch", message)
        return shape_rules.convolve_depthwise(window, shape)


@operation
class SeparableConv(Convolution):
    """A depthwise convolution, followed by a pointwise one that mixes the channels."""

    recent = (DILATED_STRIDES,)

    tensors = ("inputs", "depthwise_kernel", "pointwise_kernel")
    absent = (*Operation.absent, "kernel")
    kernel_argument = "depthwise_kernel"
    max_inputs = 3
    depthwise_kernel: Operand = None
    """The kernel of the depthwise convolution, if it is a constant."""
    pointwise_kernel: Operand = None
    """The kernel of the pointwise convolution, if it is a constant."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {
                "depthwise_kernel": [[[0.5, 1.0]], [[0.5, -1.0]]],
                "pointwise_kernel": [[[1.0], [2.0]]],
            },
            (None, 20, 1),
            (None, 19, 1),
        ),
        Example({}, [(None, 28, 28, 4), (3, 3, 4, 2), (1, 1, 8, 6)], (None, 26, 26, 6)),
    )

    def result(self, shape: Shape, kernel: Shape, pointwise: Shape) -> Shape:
        """Move the kernel over every channel, and replace the channels."""
        rules.check_rank(self, shape, 3, 4)
        window = self.window(shape, kernel, depth_multiplier=kernel[-1])
        channels = self.check_channels(window, shape, None)
        wanted = (*(1 for _ in range(window.rank)), product((channels, kernel[-1])))
        if channels != kernel[-2] or pointwise[:-1] != wanted:
            message = f"{self.kind()} needs kernels (..., {channels}, n) and {text((*wanted[:-1], wanted[-1]))[:-1]}, filters), not {text(kernel)} and {text(pointwise)}"
            raise Problem("shape-mismatch", message)
        sizes, _ = shape_rules.images(window, shape_rules.convolve_depthwise(window, shape))
        return shape_rules.with_sizes(window, shape, sizes, pointwise[-1])
