"""Functions that put tensors together."""

from typing import ClassVar

from cnnspec.declarations.fields import Axis, OptionalInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.shapes import Shape, product, text


class Joining(Operation):
    """Base class of functions of a list of tensors."""

    tensors = ("xs",)
    merges = True
    max_inputs = None
    moves_values = True
    takes = ANYTHING
    result_type = dtypes.joined


@operation
class Concatenate(Joining):
    """Joins tensors along an axis that they have."""

    axis: Axis = 0
    """The axis along which they are joined."""

    reach = reach_rules.side_by_side
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": -1}, [(None, 26, 26, 8), (None, 26, 26, 4)], (None, 26, 26, 12)),
        Example({"axis": 1}, [(None, 26, 8), (None, None, 8)], (None, None, 8)),
    )

    def result(self, *shapes: Shape) -> Shape:
        """Add the sizes along the axis."""
        return rules.concatenated(self, self.axis, *shapes)


@operation
class Stack(Joining):
    """Joins tensors of the same shape along a new axis."""

    tensors = ("x",)
    axis: Axis = 0
    """Where the new axis is in the result."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": 1}, [(None, 8), (None, 8), (None, 8)], (None, 3, 8)),
        Example({"axis": -1}, [(None, 3, 8), (None, None, 8)], (None, 3, 8, 2)),
    )

    def result(self, *shapes: Shape) -> Shape:
        """Put the number of tensors between the sizes of the first."""
        rules.check_alike(self, *shapes)
        first = shapes[0]
        (axis,) = rules.places_of(self, (self.axis,), len(first) + 1)
        return (*first[:axis], len(shapes), *first[axis:])


class AlongFixed(Joining):
    """Base class of functions that join tensors along an axis that the function knows."""

    along: ClassVar[int]

    def result(self, *shapes: Shape) -> Shape:
        """Add the sizes along the axis."""
        for shape in shapes:
            rules.check_rank(self, shape, self.along + 1)
        return rules.concatenated(self, self.along, *shapes)


@operation
class Vstack(AlongFixed):
    """Joins tensors along axis 0, the batch."""

    along = 0
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 8), (None, 8)], (None, 8)),
        Example({}, [(4, 8), (2, 8)], (6, 8)),
    )

    def result(self, *shapes: Shape) -> Shape:
        """Add the batch sizes; Keras states a wrong shape for tensors of one axis."""
        for shape in shapes:
            rules.check_rank(self, shape, 2)
        return super().result(*shapes)


@operation
class Hstack(AlongFixed):
    """Joins tensors along axis 1."""

    along = 1
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 8), (None, 4, 8)], (None, 30, 8)),
    )


@operation
class Dstack(AlongFixed):
    """Joins tensors along axis 2, which matrices get first."""

    along = 2
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 8), (None, 26, 4)], (None, 26, 12)),
        Example({}, [(None, 26), (None, 26)], (None, 26, 2)),
    )

    def result(self, *shapes: Shape) -> Shape:
        """Add the sizes along the last of three axes."""
        return super().result(*(_with_depth(shape) for shape in shapes))


def _with_depth(shape: Shape) -> Shape:
    return (*shape, 1) if len(shape) == 2 else (1, *shape, 1) if len(shape) == 1 else shape


@operation
class Append(Operation):
    """Joins two tensors along an axis, or all their values in a row."""

    tensors = ("x1", "x2")
    min_inputs = 1
    max_inputs = 2
    x1: Operand = None
    """The first operand, if it is a constant."""
    x2: Operand = None
    """The second operand, if it is a constant."""
    axis: OptionalInt = None
    """The axis; null puts all values in a row, also those of different samples."""

    moves_values = True
    takes = ANYTHING
    result_type = dtypes.common_type
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": 1}, [(None, 26), (None, 4)], (None, 30)),
        Example({}, [(None, 26), (4, 3)], (None,)),
        Example({}, [(4, 5), (2, 3)], (26,)),
    )

    def result(self, *shapes: Shape) -> Shape:
        """Add the sizes along the axis."""
        if self.axis is None:
            counts = [product(shape) for shape in shapes]
            return (None if None in counts else sum(count for count in counts if count),)
        joined = rules.concatenated(self, self.axis, *shapes)
        axis = self.axis % len(joined)
        if any(shape[axis] is None for shape in shapes):
            sizes = " and ".join(map(text, shapes))
            message = (
                f"{self.kind()} must know the size of axis {axis} of {sizes}; use ops.concatenate"
            )
            raise Problem("unknown-size", message, "axis")
        return joined
