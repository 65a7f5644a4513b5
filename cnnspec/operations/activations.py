"""Activations."""

from typing import ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Axis, Flag, Number, PositiveNumber
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NO_FLOAT16, WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, declare, operation
from cnnspec.shapes import Shape, text


class Activation(Operation):
    """Base class of activations, which are for floats unless they say more."""

    is_activation = True
    takes = FLOAT_TYPES
    result = rules.same
    result_type = dtypes.kept
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 26, 26, 8), (None, 26, 26, 8)),)

    def last_activation(self) -> str | None:
        """Return the name of the function."""
        return self.function or self.function_name()


declare(
    Activation,
    {
        "HardSigmoid": "A piecewise linear sigmoid: `relu6(x + 3) / 6`.",
        "HardSilu": "A piecewise linear SiLU: `x * relu6(x + 3) / 6`.",
        "HardTanh": "`x`, limited to -1 and 1.",
        "LogSigmoid": "The logarithm of the sigmoid.",
        "Selu": "A scaled ELU that keeps mean and variance (Klambauer et al., 2017).",
        "Sigmoid": "`1 / (1 + exp(-x))`.",
        "Silu": "`x * sigmoid(x)`.",
        "Softplus": "`log(1 + exp(x))`.",
        "Softsign": "`x / (1 + abs(x))`.",
        "SparsePlus": "0 below -1, `x` above 1, and a parabola between.",
        "SparseSigmoid": "0 below -1, 1 above 1, and linear between.",
        "TanhShrink": "`x - tanh(x)`.",
    },
)
declare(
    Activation,
    {
        "Relu": "`max(x, 0)`.",
        "Relu6": "`x`, limited to 0 and 6.",
    },
    takes=WHOLE,
)
declare(Activation, {"HardSwish": "The same as `ops.hard_silu`."}, function="hard_silu")
declare(Activation, {"Swish": "The same as `ops.silu`."}, function="silu")


@operation
class LeakyRelu(Activation):
    """`x` for positive values, `negative_slope * x` for negative ones."""

    takes = WHOLE
    result_type = dtypes.as_float
    negative_slope: Number = 0.2


@operation
class Elu(Activation):
    """`x` above zero, `alpha * (exp(x) - 1)` below (Clevert et al., 2015, arXiv:1511.07289)."""

    alpha: Number = 1.0


@operation
class Celu(Activation):
    """`x` above zero, `alpha * (exp(x / alpha) - 1)` below (Barron, 2017, arXiv:1704.07483)."""

    alpha: PositiveNumber = 1.0


@operation
class Gelu(Activation):
    """`x` times the normal distribution function (Hendrycks, 2016, arXiv:1606.08415)."""

    approximate: Flag = True
    """Whether to approximate it with a hyperbolic tangent."""


@operation
class Squareplus(Activation):
    """`(x + sqrt(x * x + b)) / 2` (Barron, 2021, arXiv:2112.11687)."""

    b: Number = 4
    """How smooth it is around 0."""


@operation
class HardShrink(Activation):
    """0 between `-threshold` and `threshold`, `x` elsewhere."""

    threshold: Number = 0.5


@operation
class SoftShrink(Activation):
    """0 between `-threshold` and `threshold`, elsewhere `x` moved by it towards 0."""

    threshold: Number = 0.5


@operation
class Threshold(Activation):
    """`x` above a threshold, another value below."""

    threshold: Number
    default_value: Number
    """The value for all that is not above the threshold."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"threshold": 0.5, "default_value": 0.0}, (None, 26, 8), (None, 26, 8)),
    )


class AlongAxis(Activation):
    """Base class of activations along an axis."""

    axis: Axis = -1
    """The axis whose values are compared with each other."""
    reach = reach_rules.along
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 8), (None, 26, 8)),
        Example({"axis": 1}, (None, 26, 26, 8), (None, 26, 26, 8)),
    )

    def last_activation(self) -> str | None:
        """Return the name of the function if it works along the last axis."""
        return super().last_activation() if self.axis == -1 else None

    def result(self, *shapes: Shape) -> Shape:
        """Check the axis."""
        rules.axis_of(self, self.axis, shapes[0])
        return shapes[0]


declare(
    AlongAxis,
    {
        "Softmax": "Makes the values along an axis positive with a sum of 1.",
        "LogSoftmax": "The logarithm of the softmax.",
    },
)


@operation
class Sparsemax(AlongAxis):
    """A softmax whose small values are 0 (Martins and Astudillo, 2016, arXiv:1602.02068)."""

    takes = NO_FLOAT16


@operation
class Glu(Activation):
    """One half of the values times the sigmoid of the other (Dauphin et al., arXiv:1612.08083)."""

    recent = (
        Recent(
            "3.12.0",
            None,
            "ops.glu",
            lambda call: True,
        ),
    )
    axis: Axis = -1
    """The axis whose values are split in two."""
    reach = reach_rules.along
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 26, 8), (None, 26, 4)),)

    def result(self, *shapes: Shape) -> Shape:
        """Halve the size of the axis."""
        (shape,) = shapes
        axis = rules.axis_of(self, self.axis, shape)
        size = shape[axis]
        if size is None:
            message = f"{self.kind()} needs to know the size of axis {axis} of {text(shape)}"
            raise Problem("unknown-size", message, "axis")
        if size % 2:
            message = f"{self.kind()} cannot halve axis {axis} of {text(shape)}"
            raise Problem("shape-mismatch", message, "axis")
        return (*shape[:axis], size // 2, *shape[axis + 1 :])
