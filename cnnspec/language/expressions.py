"""Parses and evaluates `$name` and `$(expression)`; Python never evaluates them.

The syntax tree comes from the parser of Python. Only the node types below are accepted, and all
numbers are bounded.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from cnnspec.diagnostics.problems import FAILED, At, Problem, shown
from cnnspec.language.evaluation import FailedParameter, _parameter, check_parts, compute

MAX_LENGTH = 200

# Patterns are compiled when they are first looked for: many specs have no expressions.
_NAME = r"(?a)\$([A-Za-z_]\w*)"
_ALLOWED = r"(?a)[\w\s.+\-*/%<>=!(),]*"


def is_reference(value: object) -> bool:
    """Whether a value is a reference to a parameter or an expression."""
    return isinstance(value, str) and value.startswith("$") and not value.startswith("$$")


_INSIDE = r"\$\(((?:[^()]|\([^()]*\))*)\)"
"""Matches an expression inside a text; parentheses may be nested once."""


def is_pattern(value: object) -> bool:
    """Whether a name is text with expressions, such as `block$(index + 1)`."""
    if not isinstance(value, str) or "$(" not in value or re.fullmatch(_INSIDE, value):
        return False
    return re.search(_INSIDE, value) is not None


def parameters_in(value: object) -> tuple[str, ...]:
    """Return the names in a reference or in the expressions of a name; empty for other values."""
    text = str(value)
    if is_pattern(value):
        inside = re.finditer(_INSIDE, text)
        return tuple(name for match in inside for name in names_in(parse(match[1])))
    if not is_reference(value):
        return ()
    return names_in(parse(text[2:-1])) if text.startswith("$(") else (text[1:],)


def counts(pattern: str) -> bool:
    """Whether a name is different in every iteration of a repetition."""
    return any("index" in names_in(parse(found[1])) for found in re.finditer(_INSIDE, pattern))


def filled(pattern: str, parameters: Mapping[str, Any]) -> str:
    """Return a name with its expressions replaced by their values.

    Raises:
        Problem: a value is undefined, or is neither an integer nor text.

    """

    def value(found: re.Match[str]) -> str:
        tree = parse(found[1])
        value = (
            _parameter(tree.id, parameters)
            if isinstance(tree, ast.Name)
            else compute(tree, parameters)
        )
        if isinstance(value, bool) or not isinstance(value, int | str):
            message = f"a name can contain whole numbers and text, not {shown(value)}"
            raise Problem("wrong-type", message)
        return str(value)

    try:
        return re.sub(_INSIDE, value, pattern)
    except FailedParameter:
        _check_known(parameters_in(pattern), parameters)
        raise


def substitute(value: Any, parameters: Mapping[str, Any]) -> Any:
    """Replace parameters and expressions by their values, at any depth; `$$` becomes `$`.

    Raises:
        Problem: a reference has no value; its `at` is the path to the reference.

    """
    problems: list[Problem] = []
    result = substituted(value, parameters, problems)
    for problem in problems:
        raise problem
    return result


_NESTED = (str, list, dict)


def substituted(
    value: Any, parameters: Mapping[str, Any], problems: list[Problem], at: At = ()
) -> Any:
    """Replace references as `substitute` does, and add all problems to a list.

    `FAILED` replaces what cannot be resolved.
    """
    if isinstance(value, str):
        if not value.startswith("$"):
            return value
        if value.startswith("$$"):
            return value[1:]
        try:
            result = resolve(value, parameters)
        except Problem as problem:
            problems.append(problem.within(at))
            return FAILED
        return result
    if isinstance(value, list):
        return [
            substituted(item, parameters, problems, (*at, position))
            for position, item in enumerate(value)
        ]
    if isinstance(value, dict):
        return {
            key: substituted(item, parameters, problems, (*at, key))
            if isinstance(item, _NESTED)
            else item
            for key, item in value.items()
        }
    return value


def has_failed(value: object) -> bool:
    """Whether a substituted value contains `FAILED`."""
    if isinstance(value, list | dict):
        return any(map(has_failed, value.values() if isinstance(value, dict) else value))
    return value is FAILED


def escaped(value: Any) -> Any:
    """Escape text that starts with a dollar sign, at any depth, so that it stays text."""
    if isinstance(value, str):
        return f"${value}" if value.startswith("$") else value
    if isinstance(value, list | tuple):
        return [escaped(item) for item in value]
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    return value


def resolve(reference: str, parameters: Mapping[str, Any]) -> Any:
    """Return the value of `$name` (of any type) or of `$(expression)` (a number).

    Raises:
        Problem: it cannot be parsed, a parameter is undefined, or a number is out of bounds.

    """
    if name := re.fullmatch(_NAME, reference):
        return _parameter(name[1], parameters)
    if not (reference.startswith("$(") and reference.endswith(")")):
        message = (
            f"'{reference}' is neither $name nor $(expression); to write a dollar sign, use $$"
        )
        raise Problem("bad-expression", message)
    tree = parse(reference[2:-1])
    try:
        return compute(tree, parameters)
    except FailedParameter:
        check_parts(tree)
        _check_known(names_in(tree), parameters)
        raise


def _check_known(names: Iterable[str], parameters: Mapping[str, Any]) -> None:
    for name in names:
        if name not in parameters:
            _parameter(name, parameters)


def parse(text: str) -> ast.expr:
    """Parse an expression.

    Raises:
        Problem: it is too long, or not an expression of the language.

    """
    if len(text) > MAX_LENGTH:
        message = (
            f"an expression may have at most {MAX_LENGTH} characters, but this one has {len(text)}"
        )
        raise Problem("bad-expression", message)
    if not re.fullmatch(_ALLOWED, text):
        odd = next(letter for letter in text if not re.fullmatch(_ALLOWED, letter))
        raise Problem("bad-expression", f"'{odd}' is not allowed in an expression")
    return syntax_tree(text, text)


def syntax_tree(text: str, written: str) -> ast.expr:
    """Return the syntax tree of a text, which stands for what a spec has written.

    Raises:
        Problem: it has none.

    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError, Warning):
        raise Problem("bad-expression", f"'{written}' is not an expression") from None


def names_in(node: ast.expr) -> tuple[str, ...]:
    """Return the names that an expression uses, each once; those of functions are left out."""
    called = {id(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    names = (
        each.id for each in ast.walk(node) if isinstance(each, ast.Name) and id(each) not in called
    )
    return tuple(dict.fromkeys(names))


class Valued(ast.NodeTransformer):
    """Replaces the parameters in a syntax tree by their values."""

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = parameters

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name by the value of the parameter."""
        if node.id not in self.parameters:
            return node
        value = self.parameters[node.id]
        number = ast.Constant(abs(value))  # `-2 ** 2` would read as `-(2 ** 2)`
        return ast.UnaryOp(ast.USub(), number) if value < 0 else ast.Constant(value)
