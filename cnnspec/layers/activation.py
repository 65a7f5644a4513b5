"""Activations as layers of their own."""

from typing import ClassVar

from cnnspec.declarations import default
from cnnspec.fields import (
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
    """What changes every value by itself."""

    shape = shape_rules.same
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, None, 8), (None, 26, None, 8)),
    )


@kind
class Activation(Elementwise):
    """Applies an activation function by its name."""

    activation: ActivationName
    """Name of a function of keras.activations."""
    examples = (Example({"activation": "relu"}, (None, 26, 26, 8), (None, 26, 26, 8)),)


@kind
class ReLU(Elementwise):
    """`max(x, 0)`, with a slope below `threshold` and a ceiling where asked for."""

    max_value: OptionalNonNegativeNumber = None
    negative_slope: NonNegativeNumber = 0.0
    threshold: NonNegativeNumber = 0.0


@kind
class LeakyReLU(Elementwise):
    """`x` above zero, `negative_slope * x` below."""

    negative_slope: NonNegativeNumber = 0.3


@kind
class PReLU(Elementwise):
    """A leaky ReLU whose slopes are learned (He et al., 2015, arXiv:1502.01852)."""

    dtype: FloatPolicy = None
    alpha_initializer: Initializer = default("zeros")
    alpha_regularizer: Regularizer = None
    alpha_constraint: Constraint = None
    shared_axes: OptionalAxes = None
    """Axes, counted from 1, along which one slope serves all."""

    weights = weight_rules.slopes
    examples = (
        Example({}, (None, 4, 8), (None, 4, 8)),
        Example({"shared_axes": [1, 2]}, (None, None, None, 8), (None, None, None, 8)),
    )


@kind
class ELU(Elementwise):
    """`x` above zero, `alpha * (exp(x) - 1)` below (Clevert et al., 2015, arXiv:1511.07289)."""

    alpha: Number = 1.0


@kind
class Softmax(Elementwise):
    """Makes values along an axis positive, with the sum 1."""

    axis: Axes = -1

    shape = shape_rules.normalize_axes
    reach = reach_rules.along
