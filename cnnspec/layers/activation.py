"""Activation layers."""

from typing import ClassVar

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import (
    Axes,
    FloatPolicy,
    NonNegativeNumber,
    Number,
    OptionalAxes,
    OptionalNonNegativeNumber,
)
from cnnspec.layers import reach_rules, shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import ActivationName, Constraint, Initializer, Regularizer


class Elementwise(Layer):
    """Base class of layers that transform every value separately."""

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

    def passes_on(self) -> bool:
        """Return whether the activation is linear."""
        return self.last_activation() == "linear"


@kind
class ReLU(Elementwise):
    """`max(x, 0)`, optionally with a slope below `threshold` and an upper bound."""

    function = "relu"
    max_value: OptionalNonNegativeNumber = None
    negative_slope: NonNegativeNumber = 0.0
    threshold: NonNegativeNumber = 0.0


@kind
class LeakyReLU(Elementwise):
    """`x` for positive values, `negative_slope * x` for negative ones."""

    function = "leaky_relu"
    negative_slope: NonNegativeNumber = 0.3


@kind
class PReLU(Elementwise):
    """A leaky ReLU with learned slopes (He et al., 2015, arXiv:1502.01852)."""

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
    alpha: Number = 1.0


@kind
class Softmax(Elementwise):
    """Makes the values along an axis positive with a sum of 1."""

    function = "softmax"
    axis: Axes = -1

    shape = shape_rules.normalize_axes
    reach = reach_rules.along

    def last_activation(self) -> str | None:
        """Return softmax if it works along the last axis."""
        return self.function if self.canonical("axis") == (-1,) else None
