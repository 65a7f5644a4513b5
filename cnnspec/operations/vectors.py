"""Functions of vectors."""

from typing import Any, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Axis, Flag, OptionalPositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example, known
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.arithmetic import OfTwoTensors
from cnnspec.operations.base import (
    ListOperand,
    Operation,
    constant_shape,
    constant_type,
    operation,
)
from cnnspec.operations.number_fields import OptionalAxis
from cnnspec.shapes import Shape, text


def _is_misplaced(call: Any, *shapes: Shape) -> bool:
    """Whether older versions state another shape: they misplace the vectors of the result."""
    first, second = call.ordered(shapes, constant_shape).values()
    first_axis, second_axis, axis = call.axes()
    has_vectors = (first[first_axis], second[second_axis]) != (2, 2)
    return first_axis != second_axis or (has_vectors and axis < 0 and len(call.shape(*shapes)) > 1)


@operation
class Cross(OfTwoTensors):
    """The cross product of vectors of 2 or 3 values."""

    recent = (
        Recent(
            "3.14.0",
            None,
            "ops.cross on these axes",
            _is_misplaced,
            by_inputs=True,
        ),
    )

    axisa: Axis = -1
    """The axis of the vectors of `x1`."""
    axisb: Axis = -1
    """The axis of the vectors of `x2`."""
    axisc: Axis = -1
    """The axis of the vectors of the result."""
    axis: OptionalAxis = None
    """The axis of all vectors; null for those above."""

    takes = WHOLE
    result_type = dtypes.common_type
    reach = Operation.reach
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 3), (None, 26, 3)], (None, 26, 3)),
        Example({"x2": [0, 0, 1]}, (None, 26, 3), (None, 26, 3)),
        Example({}, [(None, 26, 2), (None, 26, 2)], (None, 26)),
    )

    def axes(self) -> tuple[int, int, int]:
        """Return the axes of the vectors of both tensors and of the result."""
        if self.axis is not None:
            return (self.axis,) * 3
        return self.axisa, self.axisb, self.axisc

    def result(self, first: Shape, second: Shape) -> Shape:
        """The aligned shapes with the vectors, or without them for two values each."""
        first_axis, second_axis, axis = self.axes()
        names = ("axis",) * 2 if self.axis is not None else ("axisa", "axisb")
        sizes, others = [], []
        for shape, each, name in zip(
            (first, second), (first_axis, second_axis), names, strict=True
        ):
            at = rules.axis_of(self, each, shape, name)
            sizes.append(known(shape[at], at, shape, self))
            others.append(rules.without((at,), shape, keepdims=False))
        if not {2, 3}.issuperset(sizes):
            message = f"{self.kind()} takes vectors of 2 or 3 values, not {text(first)} and {text(second)}"
            raise Problem("shape-mismatch", message)
        shape = rules.broadcast(self, *others)
        if sizes == [2, 2]:
            return shape
        at = rules.axis_of(self, axis, (*shape, 3), "axis" if self.axis is not None else "axisc")
        return (*shape[:at], 3, *shape[at:])


@operation
class Cdist(Operation):
    """The distances between all vectors of one tensor and all of another."""

    tensors = ("x", "y")
    min_inputs = 1
    max_inputs = 2
    x: ListOperand = None
    """The first vectors, if they are a constant."""
    y: ListOperand = None
    """The second vectors, if they are a constant."""

    takes = FLOAT_TYPES
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 3), (None, 10, 3)], (None, 26, 10)),
        Example({"y": [[0.0, 1.0, 2.0]]}, (None, 26, 3), (None, 26, 1)),
    )

    def result(self, first: Shape, second: Shape) -> Shape:
        """The aligned shapes of the batches, with a row for each vector of `x`."""
        for shape in (first, second):
            rules.check_rank(self, shape, 2)
        if not rules.match(first[-1:], second[-1:]):
            message = (
                f"{self.kind()} takes vectors of one length, not {text(first)} and {text(second)}"
            )
            raise Problem("shape-mismatch", message)
        return (*rules.broadcast(self, first[:-2], second[:-2]), first[-2], second[-2])

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: they differ, or are not floats.

        """
        super().check_dtypes(*inputs)
        types = set(self.ordered(inputs, constant_type).values())
        if len(types) > 1:
            message = (
                f"{self.kind()} takes vectors of one data type, not {' and '.join(sorted(types))}"
            )
            raise Problem("wrong-dtype", message)


@operation
class Vander(Operation):
    """The powers of each value: a Vandermonde matrix."""

    N: OptionalPositiveInt = None
    """How many powers; null for as many as there are values."""
    increasing: Flag = False
    """Whether the powers increase from left to right."""

    result_type = dtypes.filled
    examples: ClassVar[tuple[Example, ...]] = (Example({"N": 3}, (None,), (None, 3)),)

    def result(self, shape: Shape) -> Shape:
        """A row of powers for each value."""
        if len(shape) != 1:
            message = f"{self.kind()} takes a tensor with one axis, not {text(shape)}"
            raise Problem("wrong-rank", message)
        return (*shape, self.N or shape[0])
