"""`cnnspec expand`: expand blocks, parameters and other shorthand of a spec."""

from pathlib import Path

import click

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
from cnnspec.declarations.keras_versions import Keras
from cnnspec.decompile.flat import written_out
from cnnspec.language.dump import dumps


@click.command("expand")
@model_arguments(several=False)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file; paths in it are relative to its folder.  [default: standard output]",
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
    """Expand the shorthand of a spec into plain steps.

    The model is a spec, or a .keras, .h5 or .json file of a Keras model, which is read without Keras.
    Expands parameters, defaults, blocks, repeats and branches. The result is a spec of the same
    model. Its paths are relative to the current folder, or to the folder of --output.

    \b
    Example:
      cnnspec expand --set width=32 specs/residual.yaml
      cnnspec expand specs/residual.yaml | cnnspec summary -
    """
    keep_what_is_there(output, force=force)
    checked = checked_model(model, overrides=parse_overrides(overrides), keras=keras, root=root)
    text = dumps(written_out(checked.graph, output.parent if output else Path()))
    give(text, output, force=force)
