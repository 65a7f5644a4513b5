"""Computes the values of expressions, within bounds."""

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.diagnostics.problems import FAILED, Problem
from cnnspec.diagnostics.suggestions import did_you_mean

MAX_MAGNITUDE = 2**63
MAX_EXPONENT = 64

Scalar = int | float | bool


class FailedParameter(Problem):
    """Raised for values that depend on a parameter without a known value; not reported."""

    is_reported = True

    def __init__(self) -> None:
        super().__init__("bad-expression", "")


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: a != b,
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
FUNCTIONS: dict[str, Callable[..., Scalar]] = {
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "round": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "abs": abs,
}


def compute(node: ast.expr, parameters: Mapping[str, Any]) -> Scalar:
    """Evaluate an expression.

    Raises:
        Problem: a name is undefined, a value is not a number, or a result is out of bounds.

    """
    try:
        return _bounded(_compute(node, parameters))
    except ZeroDivisionError:
        raise Problem("bad-expression", "the expression divides by zero") from None
    except OverflowError:
        raise _too_large() from None


def _compute(node: ast.expr, parameters: Mapping[str, Any]) -> Scalar:
    match node:
        case ast.Constant(value=bool() | int() | float() as value):
            return _bounded(value)
        case ast.Name(id=name):
            value = _parameter(name, parameters)
            if not isinstance(value, int | float):
                raise Problem(
                    "bad-expression",
                    f"'{name}' is not a number, so it cannot be used in a calculation",
                )
            return _bounded(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_compute(operand, parameters)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _compute(operand, parameters)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_compute(left, parameters), _compute(right, parameters))
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _BINARY:
            operate = _BINARY[type(operator)]
            return _bounded(operate(_compute(left, parameters), _compute(right, parameters)))
        case ast.Compare(left=left, ops=operators, comparators=others) if all(
            type(operator) in _COMPARISONS for operator in operators
        ):
            values = [_compute(each, parameters) for each in (left, *others)]
            pairs = zip(operators, values, values[1:], strict=False)
            return all(_COMPARISONS[type(operator)](a, b) for operator, a, b in pairs)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
            return _call(name, [_compute(each, parameters) for each in arguments])
    raise Problem("bad-expression", f"an expression cannot contain {ast.unparse(node)!r}")


def _call(name: str, values: list[Scalar]) -> Scalar:
    if name not in FUNCTIONS:
        message = f"unknown function '{name}'; choose from {', '.join(FUNCTIONS)}"
        raise Problem("bad-expression", message)
    if not values or (len(values) > 1 and name not in ("min", "max")):
        raise Problem("bad-expression", f"'{name}' takes one number, not {len(values)}")
    return FUNCTIONS[name](*values)


def _power(base: Scalar, exponent: Scalar) -> Scalar:
    if abs(exponent) > MAX_EXPONENT:
        raise _too_large()
    result = base**exponent
    if isinstance(result, complex):
        raise Problem("bad-expression", "the expression takes the root of a negative number")
    return _bounded(result)


def _bounded(value: Scalar) -> Scalar:
    if not -MAX_MAGNITUDE < value < MAX_MAGNITUDE:
        raise _too_large()
    return value


def _too_large() -> Problem:
    return Problem("bad-expression", "the expression, or a number in it, is too large")


def _parameter(name: str, parameters: Mapping[str, Any]) -> Any:
    if name not in parameters:
        suggestion = did_you_mean(name, parameters)
        message = f"unknown parameter '{name}'"
        raise Problem("unknown-parameter", message, suggestion=suggestion)
    if parameters[name] is FAILED:
        raise FailedParameter
    return parameters[name]


def check_parts(node: ast.expr) -> None:
    """Hold every part of an expression against the language, whatever its values will be.

    Raises:
        Problem: it is something that expressions do not have.

    """
    one, alone = ast.Constant(1), node
    parts: list[ast.expr] = []
    match node:
        case ast.Name():
            return
        case ast.BinOp(left=left, op=operator, right=right):
            alone, parts = ast.BinOp(one, operator, one), [left, right]
        case ast.UnaryOp(op=sign, operand=operand):
            alone, parts = ast.UnaryOp(sign, one), [operand]
        case ast.Compare(left=left, ops=operators, comparators=others):
            alone, parts = ast.Compare(one, operators, [one] * len(others)), [left, *others]
        case ast.Call(func=ast.Name() as name, args=arguments, keywords=keywords):
            alone, parts = ast.Call(name, [one] * len(arguments), keywords), arguments
    try:
        compute(alone, {})
    except Problem as problem:
        said = problem.message.replace(ast.unparse(alone), ast.unparse(node))
        raise Problem(problem.code, said) from None
    for part in parts:
        check_parts(part)
