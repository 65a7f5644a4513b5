"""Activation layers."""

from typing import ClassVar

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import (
    FLOAT_TYPES,
    Axes,
    FloatPolicy,
    NonNegativeNumber,
    Number,
    OptionalAxes,
    OptionalNonNegativeNumber,
)
from cnnspec.layers import dtype_rules, reach_rules, shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import ActivationName, Constraint, Initializer, Regularizer

KEEPING = ("linear", "relu", "relu6")
"""Activations that return whole numbers for whole numbers."""
TAKES = {
    **dict.fromkeys(("exponential", "linear", "tanh"), dtype_rules.NUMBERS),
    **dict.fromkeys(("leaky_relu", "relu", "relu6"), dtype_rules.WHOLE),
}
"""The data types of activations that are not only for floats."""


class Elementwise(Layer):
    """Base class of layers that transform every value separately."""

    hands_masks_on = True
    is_activation = True
    shape = shape_rules.same
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, None, 8), (None, 26, None, 8)),
    )


@kind
class Activation(Elementwise):
    """Applies an activation function, given by name."""

    ends_with_activation = True
    activation: ActivationName
    """Name of a function in keras.activations."""
    examples = (Example({"activation": "relu"}, (None, 26, 26, 8), (None, 26, 26, 8)),)

    def computes_on(self) -> tuple[str, ...]:
        """Return the types that TensorFlow computes the function of."""
        name = self.meant("activation")
        return TAKES.get(name, FLOAT_TYPES)

    def output_dtype(self, *inputs: str) -> str:
        """Some functions keep whole numbers."""
        keeps = self.meant("activation") in KEEPING
        return (dtype_rules.kept if keeps else dtype_rules.as_float)(self, *inputs)

    def passes_on(self) -> bool:
        """Return whether the activation is linear."""
        return self.last_activation() == "linear"


@kind
class ReLU(Elementwise):
    """`max(x, 0)`, optionally with a slope below `threshold` and an upper bound."""

    function = "relu"
    takes = dtype_rules.WHOLE
    max_value: OptionalNonNegativeNumber = None
    negative_slope: NonNegativeNumber = 0.0
    threshold: NonNegativeNumber = 0.0

    def computes_on(self) -> tuple[str, ...]:
        """A slope beside a threshold or an upper bound is for floats only."""
        bounded = self.threshold or self.max_value is not None
        return FLOAT_TYPES if self.negative_slope and bounded else self.takes

    def output_dtype(self, *inputs: str) -> str:
        """A slope makes floats."""
        if self.negative_slope:
            return dtype_rules.as_float(self, *inputs)
        return (dtype_rules.calculated if self.threshold else dtype_rules.kept)(self, *inputs)


@kind
class LeakyReLU(Elementwise):
    """`x` for positive values, `negative_slope * x` for negative ones."""

    function = "leaky_relu"
    takes = dtype_rules.WHOLE
    output_dtype = dtype_rules.as_float
    negative_slope: NonNegativeNumber = 0.3


@kind
class PReLU(Elementwise):
    """A leaky ReLU with learned slopes (He et al., 2015, arXiv:1502.01852)."""

    takes = FLOAT_TYPES
    dtype: FloatPolicy = None
    alpha_initializer: Initializer = default("zeros")
    alpha_regularizer: Regularizer = None
    alpha_constraint: Constraint = None
    shared_axes: OptionalAxes = None
    """Axes that share one slope, counted from 1."""

    weights = weight_rules.slopes
    examples = (
        Example({}, (None, 4, 8), (None, 4, 8)),
        Example({"shared_axes": [1, 2]}, (None, None, None, 8), (None, None, None, 8)),
    )


@kind
class ELU(Elementwise):
    """`x` above zero, `alpha * (exp(x) - 1)` below (Clevert et al., 2015, arXiv:1511.07289)."""

    function = "elu"
    takes = FLOAT_TYPES
    alpha: Number = 1.0


@kind
class Softmax(Elementwise):
    """Makes the values along an axis positive with a sum of 1."""

    function = "softmax"
    takes = FLOAT_TYPES
    axis: Axes = -1

    shape = shape_rules.normalize_axes
    reach = reach_rules.along

    def last_activation(self) -> str | None:
        """Return softmax if it works along the last axis."""
        return self.function if self.canonical("axis") == (-1,) else None
