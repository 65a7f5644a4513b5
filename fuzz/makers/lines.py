"""Command lines, made of the commands and options that there are."""

import json
from functools import cache
from random import Random
from typing import Any

import click

from cnnspec.cli.commands import COMMANDS, main
from fuzz.inputs import Input

FILES = (
    "good.yaml", "good.yaml", "good.yaml", "other.yaml", "bad.yaml", "text.yaml", "empty.yaml", "model.json", "model.keras",
    "data.npz", "folder", "missing.yaml", "-", "", "link.yaml", "folder/inner.yaml", "..", "a\nb.yaml", "\udcff.yaml",
)  # fmt: skip
"""The names of files; `fuzz.checks.commands` makes those that exist."""
TARGETS = (
    "new.yaml", "new.py", "new.svg", "new.html", "new.dot", "new.mmd", "good.yaml", "folder", "missing/new.yaml", "-", "new", "",
    "link.yaml", "new.h5", "/dev/null",
)  # fmt: skip
TEXTS = (
    "width=3",
    "width",
    "=",
    "width=[",
    "name=x",
    "none=1",
    "Conv2D",
    "loss",
    "mnist",
    "a.b:C",
    "3.10",
    "9",
    "x",
    "",
    "all",
    "0",
    "-1",
    "3",
)
SELDOM = {"schema": 0.02}
"""How often commands that take long, and always print the same, are kept if they are chosen."""
SPECIAL = ("--", "--nonsense", "-Z", "--help", "--version")


def command_line(rng: Random) -> Input:
    """Return a command line, and what stands on standard input."""
    name, command = rng.choice(commands())
    if name in SELDOM and rng.random() > SELDOM[name]:
        name, command = rng.choice(commands())
    line = [name] if rng.random() < 0.99 else [rng.choice((*TEXTS, *SPECIAL))]
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            line += _argument(rng, parameter)
    options = [each for each in command.params if isinstance(each, click.Option)]
    for option in rng.sample(options, min(len(options), rng.choice((0, 1, 1, 2, 3)))):
        line += _option(rng, option)
    if rng.random() < 0.05:
        line.insert(rng.randrange(len(line) + 1), rng.choice(SPECIAL))
    stdin = rng.choice(FILES) if "-" in line else ""
    return Input(json.dumps({"line": line, "stdin": stdin}).encode(), ".json")


@cache
def commands() -> tuple[tuple[str, click.Command], ...]:
    """Return all commands by name."""
    context = click.Context(main)
    found = ((name, main.get_command(context, name)) for name in COMMANDS)
    return tuple((name, command) for name, command in found if command is not None)


def _argument(rng: Random, argument: click.Argument) -> list[str]:
    if argument.nargs == -1:
        return [rng.choice(FILES) for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))]
    return [rng.choice((*FILES, *TEXTS))] if rng.random() < 0.95 else []


def _option(rng: Random, option: click.Option) -> list[str]:
    name = rng.choice((*option.opts, *option.secondary_opts))
    if option.is_flag:
        return [name]
    return [name, rng.choice(_values(option))]


def _values(option: click.Option) -> tuple[Any, ...]:
    """Return what may stand behind an option: mostly what it takes."""
    kind = option.type
    if isinstance(kind, click.Choice):
        return (*map(str, kind.choices), "x")
    if isinstance(kind, click.Path):
        return TARGETS if "output" in (option.name or "") else (*FILES, *TARGETS)
    return (*TEXTS, *FILES[:3])
