"""`cnnspec predict`: predict the outputs of a trained model for images, arrays and tables."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from cnnspec.analysis.decisions import decisions
from cnnspec.cli.building import built_model
from cnnspec.cli.common import GivenFile, code_option, root_option
from cnnspec.cli.completion import files
from cnnspec.cli.models import allowed_model, check_root
from cnnspec.cli.prediction_output import Target, check, target_of, write, written_line
from cnnspec.cli.prediction_text import HOW_TO_WRITE, prediction_line
from cnnspec.cli.printing import echo, echo_data, usage_error
from cnnspec.cli.progress import counting
from cnnspec.cli.quiet import import_quietly
from cnnspec.cli.runs import OF_NEW_MODELS, spec_and_weights, spec_option, with_its_classes
from cnnspec.data.problems import DataProblem, RunProblem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.extras import Needed, require
from cnnspec.ir.checked import CheckedGraph
from cnnspec.syntax.paths import real

if TYPE_CHECKING:
    from cnnspec.data.given_files import GivenFiles


@click.command("predict")
@click.argument("model", metavar="RUN|MODEL", type=GivenFile(takes_folder=True, path_type=Path))
@click.argument("inputs", nargs=-1, required=True, metavar="[INPUT=]PATH...", shell_complete=files)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    help="Write all values to a .npz, .csv or .json file, or images and a table to a folder.",
)
@click.option("--force", is_flag=True, help="Overwrite the output.")
@spec_option
@code_option
@click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", help="Output format."
)
@click.option("-q", "--quiet", is_flag=True, help="Print errors and predictions only.")
@root_option
def command(
    model: Path,
    inputs: tuple[str, ...],
    output: str | None,
    force: bool,
    spec: str | None,
    allow_code: tuple[str, ...],
    form: str,
    quiet: bool,
    root: Path | None,
) -> None:
    """Predict the outputs for images, arrays and tables.

    A path is an image, a folder of images (with subfolders), a .npy or .npz file, or a .csv file
    with the columns that the inputs are computed from. INPUT=PATH is a path for one of several
    inputs. Prints the class and its probability, or the values of each output; large ones are
    summarized. With --output, nothing is: a .npz file has arrays, a .csv file columns, and a folder
    a PNG file for each image or mask.

    \b
    Example:
      cnnspec predict runs/mnist/20260101-120000 seven.png
      cnnspec predict runs/unet photos -o masks
      cnnspec predict runs/siamese left=a.png right=b.png
      cnnspec predict model.keras digits.npy --spec mnist.yaml -o digits.npz
    """
    check_root(root, *_paths(inputs), *([Path(output)] if output else []))
    target = target_of(output, force=force) if output else None
    name, weights = spec_and_weights(model, spec)
    compilation, checked = allowed_model(name, allow_code, root=root, ignore=OF_NEW_MODELS)
    require("keras", "predicting")
    given = _given(inputs, checked, target)
    checked = with_its_classes(model, compilation, checked)
    try:
        if target is not None:
            check(target, checked)
    except RunProblem as error:
        _refuse(error)
    predictions = import_quietly("cnnspec.training.prediction", "predicting")
    rows = import_quietly("cnnspec.training.rows", "predicting")
    built = built_model(checked, allow_code, weights=weights, doing="predicting")
    try:
        sources, left_out = rows.rows_for(given, checked.inputs, checked.graph.training)
        for each in left_out:
            echo(f"warning[unused-data]: {each}", err=True)
        with counting("predicting", quiet) as progress:
            found = predictions.predict(built.model, checked, sources, progress)
        if target is not None:
            _write(found, target, form, quiet)
            return
    except (DataProblem, RunProblem) as error:
        _refuse(error)
    data = import_quietly("cnnspec.training.prediction_data", "predicting")
    most = data.MOST_VALUES if form == "json" else data.MOST_IN_TEXT
    listed = [*data.prediction_data(found, most)]
    if form == "json":
        echo_data(json.dumps(listed, indent=2))
    else:
        _print(listed, checked)
    if not quiet and any(isinstance(each["value"], dict) for each in listed):
        echo(f"note: {HOW_TO_WRITE}", err=True)


def _paths(inputs: tuple[str, ...]) -> list[Path]:
    """Return the paths that arguments may be, with and without the name of an input."""
    named = [each.partition("=")[2] for each in inputs if "=" in each]
    return [*map(Path, [*inputs, *named])]


def _given(inputs: tuple[str, ...], checked: CheckedGraph, target: Target | None) -> "GivenFiles":
    """List the files that are given; exit if one does not exist, or would be overwritten."""
    with Needed("predicting"):
        from cnnspec.data.given_files import given_files, parted
    names = [each.name for each in checked.inputs]
    for each in inputs:
        path = Path(parted(each, names)[1])
        try:
            path.stat()
        except OSError as error:
            _refuse_unknown_input(each, names)
            usage_error(f"'{path}' cannot be read: {error.strerror}")
        if target is not None:
            _check_apart(real(path), target, path)
    try:
        return given_files(inputs, names)
    except DataProblem as error:
        _refuse(error)


def _check_apart(given: Path, target: Target, path: Path) -> None:
    """Exit if an input would be overwritten, or if what is written would be an input next time."""
    written = real(target.path)
    if written in (given, *given.parents):
        usage_error(f"'{path}' is an input, so it is not overwritten")
    if target.form == "folder" and given in written.parents:
        usage_error(f"the output '{target.path}' is inside the input '{path}'")


def _refuse_unknown_input(argument: str, names: list[str]) -> None:
    """Exit if an argument is a path for an input that the model does not have."""
    name, equals, path = argument.partition("=")
    if equals and path and os.path.exists(path):
        hint = did_you_mean(name, names) or f"it has {', '.join(names)}"
        usage_error(f"the model has no input '{name}'; {hint}")


def _write(found: Any, target: Target, form: str, quiet: bool) -> None:
    with counting("writing", quiet) as progress:
        written = write(found, target, progress)
    count = len(found.rows)
    if not quiet:
        for note in written.notes:
            echo(f"note: {note}", err=True)
    if form == "json":
        data = {"output": str(target.path), "rows": count, **written.contains}
        echo_data(json.dumps(data, indent=2))
    elif not quiet:
        echo(written_line(target, count, written))


def _print(listed: list[dict[str, Any]], checked: CheckedGraph) -> None:
    every = decisions(checked)
    for each in listed:
        decision = every[each["output"]]
        is_of_labels = decision.sort == "labels"
        echo(prediction_line(each, decision.classes, is_of_labels=is_of_labels))


def _refuse(error: DataProblem | RunProblem) -> NoReturn:
    suggestion = getattr(error, "suggestion", None)
    echo(f"error: {error}{f'; {suggestion}' if suggestion else ''}", err=True)
    sys.exit(1)
