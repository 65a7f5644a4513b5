"""Functions of vectors."""

from typing import ClassVar

from cnnspec.declarations.fields import FLOAT_TYPES, Axis, Flag, OptionalPositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example, known
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.arithmetic import OfTwoTensors
from cnnspec.operations.base import ListOperand, Operation, constant_type, operation
from cnnspec.operations.number_fields import OptionalAxis
from cnnspec.shapes import Shape, text


@operation
class Cross(OfTwoTensors):
    """The cross product of vectors of 2 or 3 values."""

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

    def result(self, first: Shape, second: Shape) -> Shape:
        """The aligned shapes with the vectors, or without them for two values each."""
        first_axis, second_axis, axis = (
            (self.axis,) * 3 if self.axis is not None else (self.axisa, self.axisb, self.axisc)
        )
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
