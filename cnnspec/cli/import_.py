"""`cnnspec import`: convert a Keras model to a spec."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import click

from cnnspec.cli.class_option import class_option, given_classes
from cnnspec.cli.common import force_option
from cnnspec.cli.completion import files
from cnnspec.cli.files import give, keep_what_is_there, replacing, writing
from cnnspec.cli.printing import echo, tell, usage_error
from cnnspec.cli.quiet import import_quietly
from cnnspec.diagnostics.report import Report, SpecError
from cnnspec.files.writing import destination
from cnnspec.frontends.files import Read, read_config, read_model
from cnnspec.frontends.located import with_layers
from cnnspec.importing import imported
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.keras_files.renamed_weights import write_renamed
from cnnspec.keras_files.stored import UnreadableWeights
from cnnspec.language.dump import dumps
from cnnspec.syntax.paths import shown_path

APPLICATION = "application:"
WEIGHTS_STAY = (
    "its weights are not used: they are loaded by the names of layers, which are new; "
    "with -o, they are written to a file next to the spec by their new names"
)
SPEC_SUFFIXES = (".yaml", ".yml")


@click.command("import")
@click.argument("model", metavar="MODEL", shell_complete=files)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Output file; the path of the weights is relative to its folder.",
)
@click.option(
    "--compact/--no-compact",
    default=True,
    help="Use blocks, repetitions and branches, or one step per layer.",
)
@click.option(
    "--rename",
    is_flag=True,
    help="Let go of the names of layers, except inputs and outputs, to find more repetitions.",
)
@class_option
@force_option
def command(
    model: str,
    output: Path | None,
    compact: bool,
    rename: bool,
    force: bool,
) -> None:
    """Convert a Keras model to a spec.

    The model is a .keras or .h5 file, the JSON of `Model.to_json`, or application:NAME.
    Files are parsed as data: Keras is not imported, and no code in a file is executed.
    application:NAME is a network of keras.applications; Keras builds it, without weights.
    With --rename, weights are written next to the output, by the new names of their layers.

    \b
    Example:
      cnnspec import trained.keras -o trained.yaml
      cnnspec import application:ResNet50 --no-compact
      cnnspec import resnet20.keras --rename
    """
    keep_what_is_there(output, force=force)
    if rename and not compact:
        usage_error("--rename and --no-compact exclude each other")
    if Path(model).suffix.lower() in SPEC_SUFFIXES:
        usage_error(f"'{model}' is already a spec; `cnnspec expand` expands it")
    name = model.removeprefix(APPLICATION)
    is_file = name == model
    renamed_weights = None
    if rename and is_file and output is not None:
        with writing(output):
            destination(output)
        renamed_weights = output.with_suffix(".weights.h5")
    try:
        read = _read(Path(model)) if is_file else _application(name)
        weights = None
        if is_file and read.has_weights:
            weights = renamed_weights if rename else Path(model)
        if rename and weights is not None:
            keep_what_is_there(weights, force=force)
        found = imported(
            read.document,
            folder=output.parent if output else Path(),
            weights=weights,
            compact=compact,
            rename=rename,
            notes=read.notes,
        )
        with ExitStack() as stack:
            if weights is not None and found.renamed is not None:
                temporary = stack.enter_context(replacing(weights, force=force))
                write_renamed(Path(model), temporary, found.checked, found.renamed)
            give(dumps(found.document), output, force=force)
    except (UnreadableModel, UnreadableWeights) as error:
        _refuse(f"{shown_path(Path(model)) if is_file else name!r}: {error}")
    except SpecError as error:
        file = str(shown_path(Path(model))) if is_file else name
        tell(with_layers(error.report, read.document, file), err=True)
        sys.exit(1)
    if is_file and read.has_weights and weights is None:
        echo(f"note: {WEIGHTS_STAY}", err=True)
    for note in found.notes:
        echo(f"note: {note}", err=True)


def _read(path: Path) -> Read:
    try:
        return read_model(path, given_classes())
    except OSError as error:
        usage_error(f"'{path}' cannot be read: {error.strerror}")


def _application(name: str) -> Read:
    """Build a network of keras.applications."""
    keras: Any = import_quietly("keras", "making a network of keras.applications")
    make = getattr(keras.applications, name, None)
    if not name[:1].isupper() or make is None:
        usage_error(f"keras.applications has no network '{name}'")
    return read_config(make(weights=None).to_json())


def _refuse(message: str) -> NoReturn:
    report = Report()
    report.error("unreadable-model", message)
    tell(report, err=True)
    sys.exit(1)
