"""`cnnspec code`: generate a plain Keras script for a model."""

import sys
from pathlib import Path

import click

from cnnspec.backends.python.models import NoScript
from cnnspec.backends.python.script import script
from cnnspec.cli.class_option import class_option
from cnnspec.cli.common import (
    force_option,
    model_arguments,
    parse_overrides,
    root_option,
    set_option,
)
from cnnspec.cli.files import give, keep_what_is_there
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import checked_model
from cnnspec.cli.printing import echo
from cnnspec.declarations.keras_versions import Keras


@click.command("code")
@model_arguments(several=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file.  [default: standard output]",
)
@force_option
@set_option
@keras_option
@root_option
@class_option
def command(
    model: str,
    output: Path | None,
    force: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Generate a plain Keras script for a model.

    The model is a spec, or a .keras, .h5 or .json file of a Keras model, which is read without Keras.
    The script does not need cnnspec. Blocks become functions, repetitions become loops, and
    submodels become nested models. Training data is not included. Paths of weights files are
    relative to the current folder.

    \b
    Example:
      cnnspec code specs/mnist_multi_output.yaml | python -
      cnnspec code specs/zoo/resnet50.yaml -o resnet50.py
    """
    keep_what_is_there(output, force=force)
    checked = checked_model(model, overrides=parse_overrides(overrides), keras=keras, root=root)
    try:
        text = script(checked)
    except NoScript as error:
        echo(f"cnnspec: {error}", err=True)
        sys.exit(1)
    give(text, output, force=force)
