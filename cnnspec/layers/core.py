"""Dense layers, and the layers that pass their input on."""

from typing import Annotated, Any

from cnnspec.declarations import Checked, Declaration, Problem, default
from cnnspec.fields import Flag, PositiveInt
from cnnspec.layers import shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import Activation, Constraint, Initializer, Regularizer


@kind
class Dense(Layer):
    """A fully connected layer: every output is a weighted sum of the last axis."""

    units: PositiveInt
    """Size of the output's last axis."""
    activation: Activation = None
    """What is applied to the output."""
    use_bias: Flag = True
    """Whether a bias is added."""
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    shape = shape_rules.dense
    weights = weight_rules.dense_kernel
    examples = (
        Example({"units": 10}, (None, 5408), (None, 10)),
        Example({"units": 4, "use_bias": False}, (None, None, 8), (None, None, 4)),
    )


@kind
class Identity(Layer):
    """Gives its input unchanged."""

    passes_dtype = True
    shape = shape_rules.same
    examples = (Example({}, (None, 7, 3), (None, 7, 3)),)


def _factor(value: Any, _: type[Declaration]) -> float | tuple[float, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    for position, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, int | float):
            raise Problem("wrong-type", "", (position,) if isinstance(value, list | tuple) else ())
    return tuple(value) if isinstance(value, list | tuple) else value


Factor = Annotated[
    float | tuple[float, ...], Checked("a number, or a list of one for each channel", check=_factor)
]


@kind
class Rescaling(Layer):
    """Multiplies its input by `scale` and adds `offset`; 1/255 brings image bytes to 0..1."""

    scale: Factor
    """What every value is multiplied by."""
    offset: Factor = 0.0
    """What is added after that."""

    shape = shape_rules.same
    examples = (Example({"scale": 0.00392156862745098}, (None, 28, 28, 1), (None, 28, 28, 1)),)
