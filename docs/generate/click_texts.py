"""Turns the help texts of commands into reStructuredText, which sphinx-click expects."""

import inspect
import re

import click
from sphinx.application import Sphinx


def described(_: Sphinx, context: click.Context, lines: list[str]) -> None:
    """Replace the description of a command; paragraphs after a `\\b` keep their lines."""
    found: list[str] = []
    text = inspect.cleandoc(context.command.help or "").partition("\f")[0]
    for paragraph in text.split("\n\n"):
        if paragraph.startswith("\b"):
            title, *kept = paragraph.removeprefix("\b").strip("\n").split("\n")
            example = inspect.cleandoc("\n".join(["", *kept])).split("\n")
            found += [_markup(title), "", ".. code-block:: text", ""]
            found += [*(f"   {line}" for line in example), ""]
        else:
            found += [*map(_markup, paragraph.split("\n")), ""]
    lines[:] = found


def marked(_: Sphinx, __: click.Context, lines: list[str]) -> None:
    """Mark code in the help of options as code."""
    lines[:] = [line if line.startswith("..") else _markup(line) for line in lines]


def _markup(line: str) -> str:
    code = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line)
    parts = re.split(r"(``.*?``)", code)
    return "".join(
        part if part.startswith("``") else re.sub(r"([*|])", r"\\\1", part) for part in parts
    )
