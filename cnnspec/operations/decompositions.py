"""Linear algebra: decompositions, inverses and solutions."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.fields import Choice, Flag, OptionalNonNegativeNumber
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.shapes import Shape, text

TAKES = ("float32", "float64")
WITH_HALF = ("float16", *TAKES)


class OfMatrices(Operation):
    """Base class of functions of matrices, which are the last two axes."""

    takes: ClassVar[tuple[str, ...]] = TAKES
    result_type: ClassVar[Callable[..., Any]] = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 3, 3), (None, 3, 3)),)

    def check_matrices(self, shape: Shape, *, square: bool) -> tuple[int, int]:
        """Return the sizes of the matrices, which must be known."""
        rules.check_rank(self, shape, 2)
        rows, columns = shape[-2:]
        if rows is None or columns is None:
            message = f"{self.kind()} needs to know the last two sizes of its input {text(shape)}"
            raise Problem("unknown-size", message)
        if square and rows != columns:
            message = f"{self.kind()} takes square matrices, not {text(shape)}"
            raise Problem("shape-mismatch", message)
        return rows, columns


class OfSquares(OfMatrices):
    """Base class of functions that make square matrices from square matrices."""

    def result(self, shape: Shape) -> Shape:
        """Check that the matrices are square."""
        self.check_matrices(shape, square=True)
        return shape


@operation
class Cholesky(OfSquares):
    """The Cholesky factor of positive definite matrices."""

    upper: Flag = False
    """Whether it is the upper factor."""


@operation
class CholeskyInverse(OfSquares):
    """The inverse of matrices whose Cholesky factors are given."""

    upper: Flag = False
    """Whether they are the upper factors."""


@operation
class Inv(OfSquares):
    """The inverse of square matrices."""

    takes = WITH_HALF


@operation
class Det(OfMatrices):
    """The determinant of square matrices."""

    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 3, 3), (None,)),)

    def result(self, shape: Shape) -> Shape:
        """Remove the matrices."""
        self.check_matrices(shape, square=True)
        return shape[:-2]


@operation
class Logdet(Det):
    """The logarithm of the determinant of positive definite matrices."""


@operation
class MatrixRank(OfMatrices):
    """The number of singular values of matrices that are not 0."""

    tol: OptionalNonNegativeNumber = None
    """The largest singular value that counts as 0; null for one that depends on the matrix."""

    result_type = dtypes.positions
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 3, 4), (None,)),)

    def result(self, shape: Shape) -> Shape:
        """Remove the matrices."""
        self.check_matrices(shape, square=False)
        return shape[:-2]


@operation
class Pinv(OfMatrices):
    """The pseudo-inverse of matrices."""

    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 3, 4), (None, 4, 3)),)

    def result(self, shape: Shape) -> Shape:
        """Exchange the last two sizes."""
        rows, columns = self.check_matrices(shape, square=False)
        return (*shape[:-2], columns, rows)


class Parts(OfMatrices):
    """Base class of decompositions into several tensors."""

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the parts."""
        return rules.numbered(2)

    def output_dtype(self, *inputs: str) -> list[str]:
        """Every part has the type of the matrices."""
        return [inputs[0]] * 2


@operation
class Eigh(Parts):
    """The eigenvalues and eigenvectors of symmetric matrices: `name/0` and `name/1`."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 3, 3), [(None, 3), (None, 3, 3)]),
    )

    def result(self, shape: Shape) -> list[Shape]:
        """Return a value for each row."""
        self.check_matrices(shape, square=True)
        return [shape[:-1], shape]


@operation
class Qr(Parts):
    """The QR decomposition: an orthogonal and a triangular matrix, `name/0` and `name/1`."""

    mode: Annotated[str, Choice("reduced", "complete")] = "reduced"
    """Whether to leave out columns that only fill up the orthogonal matrix."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 4, 3), [(None, 4, 3), (None, 3, 3)]),
        Example({"mode": "complete"}, (None, 4, 3), [(None, 4, 4), (None, 4, 3)]),
    )

    def result(self, shape: Shape) -> list[Shape]:
        """Return the sizes of both factors."""
        rows, columns = self.check_matrices(shape, square=False)
        inner = rows if self.mode == "complete" else min(rows, columns)
        return [(*shape[:-2], rows, inner), (*shape[:-2], inner, columns)]


@operation
class Svd(OfMatrices):
    """The singular value decomposition: `name/0`, `name/1` (the values) and `name/2`."""

    full_matrices: Flag = True
    """Whether the outer matrices are square."""
    compute_uv: Flag = True
    """Whether to return the outer matrices as well."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 4, 3), [(None, 4, 4), (None, 3), (None, 3, 3)]),
        Example({"full_matrices": False}, (None, 4, 3), [(None, 4, 3), (None, 3), (None, 3, 3)]),
        Example({"compute_uv": False}, (None, 4, 3), (None, 3)),
    )

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the parts; the values alone have none."""
        return rules.numbered(3) if self.compute_uv else ()

    def output_dtype(self, *inputs: str) -> str | list[str]:
        """Every part has the type of the matrices."""
        return [inputs[0]] * 3 if self.compute_uv else inputs[0]

    def result(self, shape: Shape) -> Shape | list[Shape]:
        """Return the sizes of the parts."""
        rows, columns = self.check_matrices(shape, square=False)
        inner, outside = min(rows, columns), shape[:-2]
        values = (*outside, inner)
        if not self.compute_uv:
            return values
        left, right = (rows, columns) if self.full_matrices else (inner, inner)
        return [(*outside, rows, left), values, (*outside, right, columns)]


class Solving(OfMatrices):
    """Base class of solutions of linear equations."""

    tensors = ("a", "b")
    min_inputs = 1
    max_inputs = 2
    a: Operand = None
    """The matrices, if they are constants."""
    b: Operand = None
    """The right sides, if they are constants."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 3, 3), (None, 3, 5)], (None, 3, 5)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that both sides have the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_same_type(self, self.tensors, inputs, constants=True)

    def result(self, matrices: Shape, right: Shape) -> Shape:
        """Return the shape of the right sides."""
        rows, _ = self.check_matrices(matrices, square=True)
        if len(right) != len(matrices) or right[-2] != rows:
            message = f"{self.kind()} needs right sides with the axes of the matrices and {rows} rows, not {text(matrices)} and {text(right)}"
            raise Problem("shape-mismatch", message)
        rules.check_alike(self, matrices[:-2], right[:-2])
        return right


@operation
class Solve(Solving):
    """The solution of linear equations, `a x = b`."""


@operation
class SolveTriangular(Solving):
    """The solution of linear equations whose matrices are triangular."""

    lower: Flag = False
    """Whether they are lower triangles."""
