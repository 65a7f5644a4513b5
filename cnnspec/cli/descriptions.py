"""Prints arguments and keys, each with what it takes, its default and what it is for."""

from collections.abc import Iterable

from cnnspec.cli.printing import echo, hanging
from cnnspec.declarations.describe import NO_DEFAULT, Argument
from cnnspec.language.dump import value_text


def echo_arguments(arguments: Iterable[Argument]) -> None:
    """Print arguments, one below the other."""
    for each in arguments:
        said = "; ".join(filter(None, (f"{each.name}: {each.takes}", default_text(each))))
        echo(hanging(said, 6, first=2))
        if each.says:
            echo(hanging(each.says, 6, first=6))


def default_text(argument: Argument) -> str:
    """Return the default in words; empty if nothing is known of it."""
    if argument.required:
        return "required"
    return "" if argument.default is NO_DEFAULT else f"default {value_text(argument.default)}"
