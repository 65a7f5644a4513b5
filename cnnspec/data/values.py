"""Expressions over columns, row by row: integers stay exact, everything else is float32.

The same code works with NumPy, before TensorFlow is imported, and with TensorFlow, for batches.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At, Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.language.evaluation import MAX_EXPONENT
from cnnspec.language.expressions import names_in, parse


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """The operations that differ between NumPy and TensorFlow."""

    cast: Callable[[Any, str], Any]
    is_whole: Callable[[Any], bool]
    functions: Mapping[str, Callable[..., Any]]


def _numpy_cast(value: Any, dtype: str) -> Any:
    return np.asarray(value).astype(dtype)


def _numpy_is_whole(value: Any) -> bool:
    return bool(np.asarray(value).dtype.kind in "biu")


NUMPY = Arithmetic(
    _numpy_cast,
    _numpy_is_whole,
    {
        "min": np.minimum,
        "max": np.maximum,
        "round": np.round,
        "floor": np.floor,
        "ceil": np.ceil,
        "abs": np.abs,
    },
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
    """A checked expression: its columns exist, and its operations are part of the language."""

    tree: ast.expr
    columns: tuple[str, ...]
    parameters: Mapping[str, float]

    def value(self, columns: Mapping[str, Any], arithmetic: Arithmetic = NUMPY) -> Any:
        """Evaluate it for the rows of some columns; a single column keeps its type."""
        if isinstance(self.tree, ast.Name) and self.tree.id in columns:
            return columns[self.tree.id]
        return _Evaluator(columns, self.parameters, arithmetic).visit(self.tree)


def expression(
    text: str, columns: Mapping[str, Any], parameters: Mapping[str, float], at: At
) -> Expression:
    """Parse an expression over columns.

    Raises:
        DataProblem: it cannot be parsed, or a column does not exist.

    """
    try:
        tree = parse(str(text))
    except Problem as problem:
        raise DataProblem(problem.code, problem.message, at) from None
    names = names_in(tree)
    for name in names:
        if name not in columns and name not in parameters:
            known = ", ".join(f"'{each}'" for each in columns)
            suggestion = did_you_mean(name, [*columns, *parameters]) or f"choose from {known}"
            message = f"the data has no column '{name}'"
            raise DataProblem("unknown-name", message, at, suggestion=suggestion)
    used = tuple(name for name in names if name in columns)
    if not used:
        raise DataProblem("bad-expression", f"'{text}' does not use a column of the data", at)
    result = Expression(tree, used, parameters)
    try:
        ones = {name: np.ones((1, 1), "int64") for name in used}
        with np.errstate(all="ignore"):
            result.value(ones | {"": None})
    except Problem as problem:
        raise DataProblem(problem.code, problem.message, at) from None
    except ZeroDivisionError:
        raise DataProblem("bad-expression", f"'{text}' divides by zero", at) from None
    return result


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
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, [self.visit(each) for each in arguments])
        raise Problem("bad-expression", f"an expression cannot contain {ast.unparse(node)!r}")

    def _number(self, value: Any) -> Any:
        whole = isinstance(value, bool | int) or self.arithmetic.is_whole(value)
        return self.arithmetic.cast(value, "int64" if whole else "float32")

    def _alike(self, a: Any, b: Any, *, floats: bool = False) -> tuple[Any, Any]:
        cast, is_whole = self.arithmetic.cast, self.arithmetic.is_whole
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
