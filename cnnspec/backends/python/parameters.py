"""Writes the parameters of a block as those of its function, with their defaults."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnnspec.backends.python.formulas import Differs, Environment, formula, same
from cnnspec.backends.python.functions import Parameter
from cnnspec.backends.python.layout import INDENT, Code, flat, lines
from cnnspec.backends.python.literals import with_tuples
from cnnspec.backends.python.statements import Loop, Statement
from cnnspec.diagnostics.problems import Problem
from cnnspec.ir.graph import BlockCall
from cnnspec.language.expressions import is_reference, substitute


@dataclass(slots=True)
class Parameters:
    """The parameters of a function except tensors, and its first lines."""

    found: list[Parameter]
    """The required parameters."""
    lines: list[str]
    """The lines that compute parameters from others."""
    used: set[str]
    """All names that the function uses."""


def parameters_of(
    block: BlockCall,
    own: Mapping[str, str],
    extras: Mapping[str, Sequence[Any]],
    known: Sequence[Environment],
    used: set[str],
) -> Parameters:
    """Return the parameters of a block that its function uses; `own` are their names there.

    `extras` are the values of parameters that only the function has.
    """
    given: list[Parameter] = []
    optional: list[Parameter] = []
    made = Parameters([], [], set(used))
    for name, identifier in reversed(list(own.items())):  # defaults may use parameters above
        if identifier not in made.used:
            continue
        values = [each.values[identifier] for each in known]
        said = (block.definition / "params" / name).value()
        default, defaults = _default(said, known)
        if default is None:
            given.insert(0, Parameter(identifier, name, values))
            continue
        left_out = list(map(same, values, defaults))
        if not _is_computed(said):
            optional.insert(0, Parameter(identifier, name, values, default, left_out))
            continue
        made.used |= set(names_in(default))
        indent = INDENT
        if not all(left_out):
            optional.insert(0, Parameter(identifier, name, values, "None", left_out))
            indent += INDENT
        computing = lines(default, indent, f"{identifier} = ")
        if not all(left_out):
            computing.insert(0, f"{INDENT}if {identifier} is None:")
        made.lines[:0] = computing
    of_function = [
        Parameter(identifier, None, values)
        for identifier, values in extras.items()
        if identifier in used
    ]
    made.found = [*given, *of_function, *optional]
    return made


def _default(said: Any, known: Sequence[Environment]) -> tuple[Code | None, list[Any]]:
    """Return the default of a parameter, and its value in each call; None if it has none."""
    if said is None:
        return None, []
    try:
        values = [with_tuples(substitute(said, each.seen)) for each in known]
        return formula(values, known, said), values
    except (Differs, Problem):
        return None, []


def _is_computed(said: Any) -> bool:
    """Whether a default depends on other parameters."""
    return any(map(_is_computed, said)) if isinstance(said, list) else is_reference(said)


def names_in(code: Code) -> Iterator[str]:
    """Return the names that an expression or an assignment uses."""
    for each in ast.walk(ast.parse(flat(code))):
        if isinstance(each, ast.Name):
            yield each.id


def names_in_all(statements: Sequence[Statement]) -> Iterator[str]:
    """Return the names that some statements use, without their own variables."""
    for statement in statements:
        if isinstance(statement, Loop):
            yield from names_in(statement.times)
            yield from names_in_all(statement.body)
        else:
            yield from names_in(statement.code(["_"] * len(statement.reads)))
