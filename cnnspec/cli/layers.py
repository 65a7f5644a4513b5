"""`cnnspec layers`: list the kinds of layers, or the arguments of one."""

from contextlib import suppress
from typing import NoReturn

import click

from cnnspec.cli.completion import words
from cnnspec.cli.descriptions import echo_arguments
from cnnspec.cli.printing import echo, hanging, styled, usage_error
from cnnspec.declarations.describe import describe, summary_line
from cnnspec.diagnostics.problems import Problem
from cnnspec.language.dump import call_text
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.families import PREFIX
from cnnspec.operations.steps import family_of_step
from cnnspec.shapes import text
from cnnspec.vocabulary.entries import listed
from cnnspec.vocabulary.lookup import meanings


@click.command("layers")
@click.argument("kind", required=False, shell_complete=words(lambda: _kinds().keys()))
def command(kind: str | None) -> None:
    """List the kinds of layers and the operations, or describe one KIND.

    \b
    Example:
      cnnspec layers
      cnnspec layers Conv2D
      cnnspec layers ops.mean
    """
    if kind is None:
        _list()
        return
    try:
        declaration = family_of_step(kind).find(kind)
    except Problem as problem:
        _refuse(kind, problem)
    _tell(declaration)


def _refuse(word: str, problem: Problem) -> NoReturn:
    """Exit with what is wrong with a word; one with another meaning is explained elsewhere."""
    is_mistyped = word.lower() in map(str.lower, _kinds())
    others = []
    is_mistyped = is_mistyped or word.startswith(PREFIX)
    if not is_mistyped and problem.code != "refused-kind":
        with suppress(Problem):  # there is no such group of words
            others = meanings(word)
    if others:
        what = listed(dict.fromkeys(each.what for each in others), "or")
        usage_error(f"'{word}' is {what}, not a layer; see `cnnspec explain {word}`")
    usage_error("; ".join(filter(None, (problem.message, problem.suggestion))))


def _kinds() -> dict[str, type[Layer]]:
    return {**LAYERS.kinds, **OPERATIONS.kinds}


def _list() -> None:
    """Print every kind with its summary line, family by family."""
    families: dict[str, list[type[Layer]]] = {}
    for declaration in _kinds().values():
        module = declaration.__module__.rpartition(".")[2]
        title = f"operations: {module}" if declaration.is_operation else module
        families.setdefault(title, []).append(declaration)
    width = max(map(len, _kinds()))
    for family, declarations in families.items():
        echo(styled(family, bold=True))
        for declaration in declarations:
            line = f"{declaration.kind():<{width}}  {summary_line(declaration)}"
            echo(hanging(line, width + 4, first=2))


def _tell(declaration: type[Layer]) -> None:
    """Print the summary, arguments and examples of a kind."""
    echo(styled(declaration.kind(), bold=True))
    echo(hanging(summary_line(declaration), 0))
    if declaration.aliases:
        also = f"Also called {', '.join(declaration.aliases)}."
        echo(f"\n{hanging(also, 0)}")
    echo(styled("\nArguments", bold=True))
    echo_arguments(describe(declaration))
    echo(styled("\nExamples", bold=True))
    assert issubclass(declaration, Layer)
    for example in declaration.examples:
        shapes = ", ".join(text(shape) for shape in example.shapes)
        echo(f"  - {call_text(declaration.kind(), example.arguments)}")
        echo(f"      {shapes} -> {_shown(example.output)}")


def _shown(output: object) -> str:
    if isinstance(output, list):
        return ", ".join(_shown(each) for each in output)
    assert isinstance(output, tuple)
    return text(output)
