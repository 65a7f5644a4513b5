"""Expressions over columns, row by row: integers stay exact, everything else is float32.

The same code works with NumPy, before TensorFlow is imported, and with TensorFlow, for batches.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from cnnspec.diagnostics.problems import Problem
from cnnspec.language.evaluation import MAX_EXPONENT

LEAST_TOO_LARGE = 2**63
"""The smallest whole number that is too large for 64 bits with a sign."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The operations that differ between NumPy and TensorFlow."""

    cast: Callable[[Any, str], Any]
    is_whole: Callable[[Any], bool]
    is_text: Callable[[Any], bool]
    reshape: Callable[[Any, tuple[int, ...]], Any]
    concatenate: Callable[[list[Any], int], Any]
    one_hot: Callable[[Any, int], Any]
    functions: Mapping[str, Callable[..., Any]]
    check: Callable[[ast.operator, Any, Any], None] = lambda op, a, b: None
    """Checks the operands of a calculation with integers."""


def _numpy_cast(value: Any, dtype: str) -> Any:
    value = np.asarray(value)
    if value.dtype == np.uint64 and dtype == "int64" and (value >= LEAST_TOO_LARGE).any():
        raise _too_large()
    return value.astype(dtype)


def _check_integers(op: ast.operator, a: Any, b: Any) -> None:
    """Check that a result fits 64 bits, because both NumPy and TensorFlow let it overflow."""
    if not (isinstance(op, ast.Add | ast.Sub | ast.Mult) and a.size and b.size):
        return
    one, other = _largest(a), _largest(b)
    bound = one * other if isinstance(op, ast.Mult) else one + other
    if bound < LEAST_TOO_LARGE:
        return
    exactly = _OPERATIONS[type(op)](a.astype("float64"), b.astype("float64"))
    if np.abs(exactly).max() >= LEAST_TOO_LARGE:
        raise _too_large()


def _largest(values: Any) -> int:
    return max(-int(values.min()), int(values.max()))


def _too_large() -> Problem:
    return Problem("out-of-range", "a whole number of the expression does not fit 64 bits")


def _numpy_is_whole(value: Any) -> bool:
    return bool(np.asarray(value).dtype.kind in "biu")


def _numpy_is_text(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "OSU"


def _numpy_one_hot(labels: Any, size: int) -> Any:
    return (labels[..., None] == np.arange(size)).astype("float32")


NUMPY = Arithmetic(
    _numpy_cast,
    _numpy_is_whole,
    _numpy_is_text,
    np.reshape,
    np.concatenate,
    _numpy_one_hot,
    {
        "min": np.minimum,
        "max": np.maximum,
        "round": np.round,
        "floor": np.floor,
        "ceil": np.ceil,
        "abs": np.abs,
    },
    _check_integers,
)
_OPERATIONS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression: its columns exist, and its operations are part of the language.

    In its tree, `column("...")` is a name, a run is a vector, and an image is a column.
    """

    tree: ast.expr
    columns: tuple[str, ...]
    parameters: Mapping[str, float]
    row: tuple[int, ...] | None = None
    """The shape to give to a vector."""

    def value(self, columns: Mapping[str, Any], arithmetic: Arithmetic = NUMPY) -> Any:
        """Evaluate it for the rows of some columns; a single column keeps its type."""
        if isinstance(self.tree, ast.Name) and self.tree.id in columns:
            return columns[self.tree.id]
        value = _Evaluator(columns, self.parameters, arithmetic).visit(self.tree)
        return value if self.row is None else arithmetic.reshape(value, (-1, *self.row))

    def row_shape(self, shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
        """Return the shape of a row, from those of its columns.

        Raises:
            ValueError: they do not fit together.

        """
        ones = {
            name: np.broadcast_to(np.ones((), "int64"), (1, *shapes[name])) for name in self.columns
        }
        with np.errstate(all="ignore"):
            return tuple(np.shape(self.value(ones))[1:])

    @property
    def is_vector(self) -> bool:
        """Whether it puts columns together."""
        return any(isinstance(each, ast.List) for each in ast.walk(self.tree))

    def one_hots(self) -> Iterator[tuple["Expression", int]]:
        """Yield the labels of each `one_hot` in it, with the number of classes."""
        for each in ast.walk(self.tree):
            match each:
                case ast.Call(
                    func=ast.Name(id="one_hot"), args=[labels, ast.Constant(value=size)]
                ) if isinstance(size, int):
                    yield replace(self, tree=labels, row=None), size


def expression(
    tree: ast.expr, shapes: Mapping[str, tuple[int, ...]], parameters: Mapping[str, float]
) -> Expression:
    """Return an expression whose names are those of columns, with these rows, and parameters.

    Raises:
        Problem: it cannot be computed, whatever the values of its columns are.
        ValueError: the rows of its columns do not fit together.

    """
    names = dict.fromkeys(each.id for each in ast.walk(tree) if isinstance(each, ast.Name))
    used = tuple(name for name in names if name in shapes)
    found = Expression(tree, used, parameters)
    try:
        found.row_shape(shapes)
    except ZeroDivisionError:
        raise Problem("bad-expression", "the expression divides by zero") from None
    return found


@dataclass(frozen=True, slots=True)
class _Evaluator:
    columns: Mapping[str, Any]
    parameters: Mapping[str, float]
    arithmetic: Arithmetic

    def visit(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                return self._number(value)
            case ast.Name(id=name) if name in self.columns:
                return self._number(self.columns[name])
            case ast.Name(id=name):
                return self._number(self.parameters[name])
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.visit(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.visit(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
                return self._operate(op, self.visit(left), self.visit(right))
            case ast.Compare(left=left, ops=ops, comparators=others):
                values = [self.visit(each) for each in (left, *others)]
                pairs = zip(ops, values, values[1:], strict=False)
                return reduce(operator.mul, [self._compare(op, a, b) for op, a, b in pairs])
            case ast.List(elts=parts):
                return self._vector([self.visit(each) for each in parts])
            case ast.Call(func=ast.Name(id="one_hot"), args=[labels, ast.Constant(value=size)]) if (
                isinstance(size, int)
            ):
                return self.arithmetic.one_hot(self.visit(labels), size)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, [self.visit(each) for each in arguments])
        raise Problem("bad-expression", f"an expression cannot contain {ast.unparse(node)!r}")

    def _number(self, value: Any) -> Any:
        if self.arithmetic.is_text(value):
            return value
        whole = isinstance(value, bool | int) or self.arithmetic.is_whole(value)
        return self.arithmetic.cast(value, "int64" if whole else "float32")

    def _vector(self, parts: list[Any]) -> Any:
        """Put numbers and vectors of each row together."""
        rows = next((each for each in parts if len(each.shape)), None)
        if rows is None:
            raise Problem("bad-expression", "a vector needs a column")
        if all(map(self.arithmetic.is_text, parts)):
            columns = [each[:, None] if len(each.shape) == 1 else each for each in parts]
            return self.arithmetic.concatenate(columns, -1)
        columns = []
        for each in self._of_one_type(parts):
            if len(each.shape) > 2:
                raise ValueError("a part of a vector is neither a number nor a vector")
            zeros = rows * 0 if len(rows.shape) == 1 else rows[:, 0] * 0
            column = each if len(each.shape) else each + self.arithmetic.cast(zeros, each.dtype)
            columns.append(column[:, None] if len(column.shape) == 1 else column)
        return self.arithmetic.concatenate(columns, -1)

    def _of_one_type(self, parts: list[Any]) -> list[Any]:
        if all(map(self.arithmetic.is_whole, parts)):
            return parts
        return [self.arithmetic.cast(each, "float32") for each in parts]

    def _alike(self, a: Any, b: Any, *, floats: bool = False) -> tuple[Any, Any]:
        cast, is_whole = self.arithmetic.cast, self.arithmetic.is_whole
        a, b = _aligned(a, b)
        if floats or not (is_whole(a) and is_whole(b)):
            return cast(a, "float32"), cast(b, "float32")
        return a, b

    def _operate(self, op: ast.operator, a: Any, b: Any) -> Any:
        if isinstance(op, ast.Pow):
            return self._power(a, b)
        a, b = self._alike(a, b, floats=isinstance(op, ast.Div))
        is_divided = isinstance(op, ast.Div | ast.FloorDiv | ast.Mod)
        if is_divided and isinstance(b, np.ndarray) and b.ndim == 0 and not b:
            raise Problem("bad-expression", "the expression divides by zero")
        if self.arithmetic.is_whole(a):
            self.arithmetic.check(op, a, b)
        return _OPERATIONS[type(op)](a, b)

    def _power(self, a: Any, b: Any) -> Any:
        if isinstance(b, np.ndarray) and (b.ndim or abs(b) > MAX_EXPONENT):
            message = f"an exponent must be one number of at most {MAX_EXPONENT}"
            raise Problem("bad-expression", message)
        return operator.pow(*self._alike(a, b, floats=True))

    def _compare(self, op: ast.cmpop, a: Any, b: Any) -> Any:
        a, b = self._alike(a, b)
        if isinstance(op, ast.Eq | ast.NotEq):
            cast = self.arithmetic.cast
            unequal = cast(a < b, "int64") + cast(a > b, "int64")
            return unequal if isinstance(op, ast.NotEq) else 1 - unequal
        if type(op) not in _OPERATIONS:
            raise Problem("bad-expression", "comparisons must use ==, !=, <, <=, > or >=")
        return self.arithmetic.cast(_OPERATIONS[type(op)](a, b), "int64")

    def _call(self, name: str, values: list[Any]) -> Any:
        functions = self.arithmetic.functions
        if name not in functions:
            message = f"unknown function '{name}'; choose from {', '.join(functions)}"
            raise Problem("bad-expression", message)
        if not values or (len(values) > 1 and name not in ("min", "max")):
            raise Problem("bad-expression", f"'{name}' takes one number, not {len(values)}")
        if name in ("min", "max"):
            return reduce(lambda a, b: functions[name](*self._alike(a, b)), values)
        if self.arithmetic.is_whole(values[0]) and name != "abs":
            return values[0]
        rounded = functions[name](values[0])
        return rounded if name == "abs" else self.arithmetic.cast(rounded, "int64")


def _aligned(a: Any, b: Any) -> tuple[Any, Any]:
    """Give the rows of two values the same rank, as broadcasting does without their first axis."""
    ranks = len(a.shape), len(b.shape)
    if ranks[0] == ranks[1] or not all(ranks):
        return a, b
    if ranks[0] > ranks[1]:
        return a, _with_axes(b, ranks[0] - ranks[1])
    return _with_axes(a, ranks[1] - ranks[0]), b


def _with_axes(value: Any, count: int) -> Any:
    return value[(slice(None), *[None] * count, ...)]
