"""Expressions for values that differ between calls of a block or iterations of a loop."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.backends.python.layout import Code, Items
from cnnspec.backends.python.literals import literal, with_tuples
from cnnspec.diagnostics.problems import Problem
from cnnspec.language.expressions import is_reference, names_in, parse, substitute

MAX_LENGTH = 40
"""The limit of the length of expressions, which are never broken."""


class Differs(Exception):
    """Parts of a model are too different to share code."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The names that expressions may use in a call of a block or an iteration of a loop."""

    seen: Mapping[str, Any] = field(default_factory=dict)
    """The values of names in the spec."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The names in the spec that have a name in the code."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """The values of names in the code."""

    def turn(self, name: str, index: int) -> "Environment":
        """Return the names in one iteration of a loop over an index."""
        return Environment(
            {**self.seen, "index": index},
            {**self.names, "index": name},
            {**self.values, name: index},
        )

    def without_names(self) -> "Environment":
        """Return the names where the spec uses another scope."""
        return replace(self, seen={}, names={})


def formula(values: Sequence[Any], known: Sequence[Environment], said: Any = None) -> Code:
    """Return an expression with the given values in their environments.

    `said` is the expression of the spec, if it is known.

    Raises:
        Differs: there is none.

    """
    if is_reference(said) and (found := _said(said, values, known)) is not None:
        return found
    if all(same(value, values[0]) for value in values):
        return literal(values[0])
    if all(isinstance(value, tuple) and len(value) == len(values[0]) for value in values):
        inner = said if isinstance(said, list) and len(said) == len(values[0]) else None
        parts = (
            formula(part, known, inner and inner[position])
            for position, part in enumerate(zip(*values, strict=True))
        )
        return Items("(", tuple(parts), ")")
    return next(_fitting(values, known))


def same(one: Any, other: Any) -> bool:
    """Whether two values are written alike: 1, 1.0 and true are not."""
    return type(one) is type(other) and bool(one == other)


def _said(said: str, values: Sequence[Any], known: Sequence[Environment]) -> str | None:
    """Return the expression of the spec, if it uses names of the code and has the values."""
    try:
        found = [with_tuples(substitute(said, each.seen)) for each in known]
    except Problem:
        return None
    if not all(map(same, found, values)):
        return None
    return translated(said, known[0])


def translated(said: str, known: Environment) -> str | None:
    """Convert `$name` or `$(expression)` to Python; None if it is long, or uses unknown names."""
    if not said.startswith("$("):
        return known.names.get(said[1:])
    tree = parse(said[2:-1])
    names = {*names_in(tree)}
    if names and not names & known.names.keys():
        return None
    if not all(map(_is_plain, ast.walk(tree))):
        return None
    text = ast.unparse(_Renamed(known).visit(tree))
    return text if len(text) <= MAX_LENGTH else None


FUNCTIONS = ("abs", "max", "min", "round")
"""The functions of the language that are builtins of Python."""
_PLAIN = (
    ast.Name, ast.Constant, ast.BinOp, ast.Call, ast.expr_context,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE,
)  # fmt: skip
"""Nodes that are written as formatters write them; powers and signs may not be."""


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
    return isinstance(node, _PLAIN)


class _Renamed(ast.NodeTransformer):
    """Replaces names by those of the code, and all others by values."""

    def __init__(self, known: Environment) -> None:
        self.known = known

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Keep the function unchanged."""
        return ast.Call(node.func, [self.visit(each) for each in node.args], [])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name."""
        if node.id in self.known.names:
            return ast.Name(self.known.names[node.id])
        return ast.Constant(self.known.seen[node.id]) if node.id in self.known.seen else node


def _fitting(values: Sequence[Any], known: Sequence[Environment]) -> Iterator[Code]:
    """Yield expressions with the given values, simplest first.

    Raises:
        Differs: there are no more.

    """
    names = [name for name in known[0].values if all(name in each.values for each in known)]
    for name in names:
        if all(
            same(with_tuples(each.values[name]), value)
            for each, value in zip(known, values, strict=True)
        ):
            yield name
    if all(type(value) is int for value in values):
        for name in names:
            found = [each.values[name] for each in known]
            if (line := _line(found, values)) is not None:
                yield linear(name, *line)
    raise Differs


def _line(found: Sequence[Any], values: Sequence[int]) -> tuple[int, int] | None:
    """Return a factor and an offset that turn some values into others; None if there are none."""
    if any(type(each) is not int for each in found) or len(set(found)) < 2:
        return None
    pairs = list(dict.fromkeys(zip(found, values, strict=True)))
    first, start = pairs[0]
    second, after = next(each for each in pairs if each[0] != first)
    factor, rest = divmod(after - start, second - first)
    added = start - factor * first
    fits = not rest and factor > 0 and all(factor * each + added == value for each, value in pairs)
    return (factor, added) if fits else None


def linear(name: str, factor: int, added: int) -> str:
    """Format `2 * index + 1`, without parts that have no effect."""
    text = name if factor == 1 else f"{factor} * {name}"
    if added:
        text = f"{text} {'-' if added < 0 else '+'} {abs(added)}"
    return text


_NUMBER = re.compile(r"(\d+)")


def pattern(texts: Sequence[str], known: Sequence[Environment]) -> str:
    """Return the content of an f-string that has some names as its values.

    Raises:
        Differs: there is none.

    """
    parts = [_NUMBER.split(text) for text in texts]
    if len({len(each) for each in parts}) > 1:
        raise Differs
    found = ""
    for position, options in enumerate(zip(*parts, strict=True)):
        if len(set(options)) == 1:
            found += options[0]
        elif position % 2 and all(str(int(each)) == each for each in options):
            found += f"{{{formula([int(each) for each in options], known)}}}"
        else:
            raise Differs
    return found
