"""Linear algebra of one matrix, as Keras does it without the axis of a batch."""

from typing import ClassVar

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import operand_rules, rules
from cnnspec.operations.base import Operand, operation
from cnnspec.operations.decompositions import OfMatrices, Parts
from cnnspec.operations.number_fields import OptionalNumber
from cnnspec.shapes import Shape, text


@operation
class LuFactor(Parts):
    """The LU decomposition of one square matrix: both triangles in `name/0`, the pivots in `name/1`."""

    examples: ClassVar[tuple[Example, ...]] = (Example({}, (3, 3), [(3, 3), (3,)]),)

    def output_dtype(self, *inputs: str) -> list[str]:
        """Pivots are positions; Keras states the type of the matrix for them."""
        return [inputs[0], "int32"]

    def result(self, shape: Shape) -> list[Shape]:
        """Return a pivot for each row."""
        rules.check_rank(self, shape, 2, 2)
        self.check_matrices(shape, square=True)
        return [shape, shape[:1]]


@operation
class Lstsq(OfMatrices):
    """The least-squares solution of linear equations `a x = b` with one matrix."""

    tensors = ("a", "b")
    min_inputs = 1
    max_inputs = 2
    a: Operand = None
    """The matrix, if it is a constant."""
    b: Operand = None
    """The right sides, if they are constants."""
    rcond: OptionalNumber = None
    """The share of the largest singular value below which others count as 0; null for one that depends on the sizes."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(5, 3), (5, 2)], (3, 2)),
        Example({"rcond": 0.001, "b": [1.0, 0.5, 2.0, 1.5, 0.0]}, (5, 3), (3,)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that both sides have the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_same_type(self, self.tensors, inputs, constants=True)

    def result(self, matrix: Shape, right: Shape) -> Shape:
        """Return a row for each column of the matrix."""
        rules.check_rank(self, matrix, 2, 2)
        rules.check_rank(self, right, 1, 2)
        self.check_matrices(matrix, square=False)
        if matrix[0] != right[0]:
            message = f"{self.kind()} needs as many rows on both sides, not {text(matrix)} and {text(right)}"
            raise Problem("shape-mismatch", message)
        return (matrix[1], *right[1:])
