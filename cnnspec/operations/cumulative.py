"""Functions along one axis whose results depend on the order of the values."""

from collections.abc import Iterator
from typing import ClassVar

from cnnspec.declarations.fields import Axis, Dtype, NonNegativeInt, Number
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import ListOperand, Operation, constant_shape, operation
from cnnspec.operations.number_fields import OptionalAxis
from cnnspec.shapes import Shape, text


class Cumulative(Operation):
    """Base class of functions that combine each value with those in front of it."""

    absent = ("trainable", "activity_regularizer")
    axis: OptionalAxis = None
    """The axis; null for all values in a row, those of other samples as well."""
    dtype: Dtype = None
    """The data type of the result; null for that of the tensor."""

    result = rules.along_one
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": 1}, (None, 26, 8), (None, 26, 8)),
        Example({"axis": -1, "dtype": "int32"}, (None, 26, 8), (None, 26, 8)),
    )

    def result_type(self, dtype: str) -> str:
        """The type that is told, else that of the tensor, but numbers for truth values."""
        return dtypes.counted(self, self.dtype or dtype)


_CUMULATIVE = {
    "Cumprod": "The products of each value and those in front of it along an axis.",
    "Cumsum": "The sums of each value and those in front of it along an axis.",
    "Nancumprod": "As `ops.cumprod`, with 1 for NaN.",
    "Nancumsum": "As `ops.cumsum`, with 0 for NaN.",
}
for _name, _said in _CUMULATIVE.items():
    operation(type(_name, (Cumulative,), {"__doc__": _said, "__module__": __name__}))


@operation
class Diff(Operation):
    """The differences of neighbours along an axis, `n` times over."""

    tensors = ("a",)
    n: NonNegativeInt = 1
    """How many times."""
    axis: Axis = -1
    """The axis."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 8), (None, 26, 7)),
        Example({"n": 2, "axis": 1}, (None, 26, 8), (None, 24, 8)),
    )

    def result(self, shape: Shape) -> Shape:
        """The shape with `n` values less along the axis."""
        axis = rules.axis_of(self, self.axis, shape)
        size = shape[axis]
        left = None if size is None else max(size - self.n, 0)
        rules.not_empty(self, left, shape, "n")
        return (*shape[:axis], left, *shape[axis + 1 :])


@operation
class Trapezoid(Operation):
    """The integral along an axis by the trapezoidal rule."""

    tensors = ("y",)
    x: ListOperand = None
    """The positions of the values along the axis; null for positions that are `dx` apart."""
    dx: Number = 1.0
    """The distance of neighbours."""
    axis: Axis = -1
    """The axis."""

    takes = NUMBERS
    result_type = dtypes.as_float
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 8), (None, 26)),
        Example({"x": [0, 1, 3]}, (None, 8, 3), (None, 8)),
        Example({"dx": 0.5, "axis": 1}, (None, 3, 8), (None, 8)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Yield a problem with the positions."""
        if self.x is not None and len(constant_shape(self.x)) != 1:
            yield Problem("wrong-type", f"'x' of {self.kind()} must be a list of numbers", "x")
        if self.x is not None and self.axis != -1:
            message = "TensorFlow takes positions 'x' only for the last axis (-1)"
            yield Problem("conflicting-arguments", message, "axis")

    def result(self, shape: Shape) -> Shape:
        """The shape without the axis."""
        axis = rules.axis_of(self, self.axis, shape)
        if self.x is not None and not rules.match((len(self.x),), (shape[axis],)):
            message = f"axis {axis} of {text(shape)} does not have {len(self.x)} values"
            raise Problem("shape-mismatch", message, "x")
        return rules.without((axis,), shape, keepdims=False)
