"""Arguments and options that commands share, and how their values are read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cnnspec.cli.completion import files, parameters
from cnnspec.cli.printing import usage_error
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.files.reading import check_regular
from cnnspec.syntax.scalars import plain_scalar

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class GivenFile(click.Path):
    """A file that a command reads, or a folder where one is taken; nothing else, such as a pipe."""

    def __init__(self, *, takes_folder: bool = False, path_type: type | None = None) -> None:
        super().__init__(exists=True, dir_okay=takes_folder, path_type=path_type)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; exit if it is something else."""
        try:
            check_regular(Path(value))
        except (FileNotFoundError, IsADirectoryError):
            pass  # of which click knows
        except OSError as error:
            self.fail(f"'{value}' cannot be read: {error.strerror}", param, ctx)
        return super().convert(value, param, ctx)


def spec_arguments(*, several: bool = True) -> Decorator:
    """Declare the spec arguments of a command: paths, patterns, or `-` for standard input."""
    return _files("spec", several=several)


def model_arguments(*, several: bool = True) -> Decorator:
    """Declare the model arguments of a command: specs as above, or Keras model files."""
    return _files("model", several=several)


def _files(noun: str, *, several: bool) -> Decorator:
    if several:
        metavar = f"{noun.upper()}..."
        return click.argument(
            f"{noun}s", nargs=-1, required=True, metavar=metavar, shell_complete=files
        )
    return click.argument(noun, metavar=noun.upper(), shell_complete=files)


set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=parameters,
    help="Override a parameter of the spec (repeatable).",
)
code_option = click.option(
    "--allow-code",
    multiple=True,
    metavar="PACKAGE",
    help="Allow importing custom layer classes from this package (repeatable).",
)
force_option = click.option("--force", is_flag=True, help="Overwrite the output file.")
root_option = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Reject any file outside this folder.",
)


def parse_overrides(pairs: tuple[str, ...]) -> dict[str, Any]:
    """Parse `name=value` pairs. Values are scalars, as in a spec."""
    overrides = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            usage_error(f"--set expects NAME=VALUE, got '{pair}'")
        try:
            overrides[name] = plain_scalar(value)
        except OverflowError as error:
            usage_error(f"--set {name}: {error}")
    return overrides


def check_ignored(codes: tuple[str, ...]) -> None:
    """Exit with code 2 if a code is not the code of a warning."""
    for code in codes:
        if code in WARNINGS:
            continue
        if code in CODES:
            usage_error(f"--ignore: '{code}' is an error; only warnings can be ignored")
        hint = did_you_mean(code, WARNINGS) or "`cnnspec explain warnings` lists them"
        usage_error(f"--ignore: unknown warning '{code}'; {hint}")
