"""Functions of diagonals and triangles of matrices."""

from typing import ClassVar

from cnnspec.declarations.fields import Axis
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Dim, Shape, product, text


class Triangle(Operation):
    """Base class of functions that keep a triangle of the last two axes, and set the rest to 0."""

    k: Axis = 0
    """The diagonal that limits the triangle: 0 for the main one, above it if it is positive."""

    sign: ClassVar[int]
    """1 if positive diagonals are at the edge that is set to 0, -1 if negative ones are."""
    along: ClassVar[int]
    """The axis that such a diagonal starts on."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 26), (None, 26, 26)),
        Example({"k": -1}, (None, 3, 5), (None, 3, 5)),
    )

    def result(self, shape: Shape) -> Shape:
        """Check that there are two axes, which the diagonal may leave by one step."""
        rules.check_rank(self, shape, 2)
        size, away = shape[self.along], self.sign * self.k
        if size is not None and away > size:
            message = f"diagonal {self.k} is outside of the last two axes of {text(shape)}"
            raise Problem("out-of-range", message, "k")
        return shape


@operation
class Tril(Triangle):
    """Keeps the lower triangle of the last two axes, and sets the rest to 0."""

    sign = 1
    along = -1


@operation
class Triu(Triangle):
    """Keeps the upper triangle of the last two axes, and sets the rest to 0."""

    sign = -1
    along = -2


def on_diagonal(rows: Dim, columns: Dim, offset: int) -> Dim:
    """Return the number of values of a diagonal."""
    if rows is None or columns is None:
        return None
    remaining = columns - offset if offset > 0 else rows + offset
    return max(0, min(remaining, rows, columns))


def with_diagonal(operation: Operation, shape: Shape, k: int) -> Shape:
    """Return the shape of the matrix that has all values of a tensor on a diagonal.

    Raises:
        Problem: their number is unknown, so that TensorFlow has no gradient of another diagonal than 0.

    """
    count = product(shape)
    if count is None and k:
        message = f"{operation.kind()} needs to know the sizes of {text(shape)} for another diagonal than 0"
        raise Problem("unknown-size", message, "k")
    return (None if count is None else count + abs(k),) * 2


@operation
class Diag(Operation):
    """Makes a matrix with a diagonal from a vector, or takes the diagonal of a matrix."""

    k: Axis = 0
    """The diagonal: 0 for the main one, above it if it is positive."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26), (None,)),
        Example({"k": 1}, (4,), (5, 5)),
    )

    def result(self, shape: Shape) -> Shape:
        """Add an axis to a vector, or remove one of a matrix."""
        rules.check_rank(self, shape, 1, 2)
        if len(shape) == 1:
            return with_diagonal(self, shape, self.k)
        return (rules.not_empty(self, on_diagonal(shape[0], shape[1], self.k), shape, "k"),)


@operation
class Diagflat(Operation):
    """Makes a matrix with a diagonal from all values."""

    k: Axis = 0
    """The diagonal: 0 for the main one, above it if it is positive."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 2), (None, None)),
        Example({"k": -1}, (2, 2), (5, 5)),
    )

    def result(self, shape: Shape) -> Shape:
        """Count all values."""
        return with_diagonal(self, shape, self.k)


class OfDiagonal(Operation):
    """Base class of functions of a diagonal."""

    offset: Axis = 0
    """The diagonal: 0 for the main one, above it if it is positive."""
    axis1: Axis = 0
    """The axis of the rows."""
    axis2: Axis = 1
    """The axis of the columns."""

    def planes(self, shape: Shape) -> tuple[int, int]:
        """Return the axes of the matrices, counted from the front."""
        rules.check_rank(self, shape, 2)
        rows = rules.axis_of(self, self.axis1, shape, "axis1")
        columns = rules.axis_of(self, self.axis2, shape, "axis2")
        if rows == columns:
            message = f"'axis1' and 'axis2' of {self.kind()} must be different axes"
            raise Problem("conflicting-arguments", message, "axis2")
        return rows, columns


@operation
class Diagonal(OfDiagonal):
    """Takes the diagonal along two axes, which becomes the last axis."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis1": 1, "axis2": 2}, (None, 26, 28, 8), (None, 8, 26)),
        Example({"axis1": -2, "axis2": -1, "offset": 1}, (None, 5, 8), (None, 5)),
    )

    def result(self, shape: Shape) -> Shape:
        """Replace the two axes by the diagonal."""
        rows, columns = axes = self.planes(shape)
        count = on_diagonal(shape[rows], shape[columns], self.offset)
        rules.not_empty(self, count, shape, "offset")
        return (*rules.without(axes, shape, keepdims=False), count)


@operation
class Trace(OfDiagonal):
    """The sum of the diagonal along two axes."""

    result_type = dtypes.summed
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis1": 1, "axis2": 2}, (None, 5, 5), (None,)),
    )

    def result(self, shape: Shape) -> Shape:
        """Remove the two axes."""
        return rules.without(self.planes(shape), shape, keepdims=False)
