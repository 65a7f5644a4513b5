"""`cnnspec validate`: check specs without TensorFlow."""

import sys
from pathlib import Path

import click

from cnnspec.cli.common import (
    check_ignored,
    model_arguments,
    parse_overrides,
    root_option,
    set_option,
)
from cnnspec.cli.completion import words
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.validation import validate
from cnnspec.declarations.keras_versions import Keras
from cnnspec.diagnostics.codes import WARNINGS


@click.command("validate")
@model_arguments()
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "github", "sarif")),
    default="text",
    help="Output format.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print diagnostics only.")
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODE",
    shell_complete=words(lambda: WARNINGS),
    help="Suppress warnings with this code (repeatable).",
)
@click.option("--strict", is_flag=True, help="Treat warnings as errors.")
@click.option(
    "--fix",
    is_flag=True,
    help="Fix mistakes whose fix is certain, in the specs that are named.",
)
@set_option
@keras_option
@root_option
def command(
    models: tuple[str, ...],
    form: str,
    quiet: bool,
    ignore: tuple[str, ...],
    strict: bool,
    fix: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Check the structure, arguments, references and shapes of specs.

    For a folder, all specs in it are checked. Keras models (.keras, .h5 and .json files) are
    checked if they are named. The exit code is 1 if there are errors. Warnings count as errors only
    with --strict. A spec can suppress warnings by listing their codes under `ignore`.

    --fix writes the specs that are named, but not the files that they import. A spec is written
    only if it then has fewer errors, or if it can be read further than before; all that is not
    fixed stays as it is. `-` writes the spec to standard output, and everything else to standard
    error. The exit code is that of what remains.

    \b
    Example:
      cnnspec validate .
      cnnspec validate specs/*.yaml
      cnnspec validate --strict --ignore unused-parameter specs/*.yaml
      cnnspec validate --format github specs/mnist_simple.yaml
      cnnspec validate --fix model.yaml
    """
    values = parse_overrides(overrides)
    check_ignored(ignore)
    code = validate(
        models,
        form,
        quiet=quiet,
        ignore=ignore,
        strict=strict,
        overrides=values,
        keras=keras,
        root=root,
        fix=fix,
    )
    sys.exit(code)
