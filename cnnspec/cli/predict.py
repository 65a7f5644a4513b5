"""`cnnspec predict`: predict the outputs of a trained model for images and arrays."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from cnnspec.cli.building import built_model
from cnnspec.cli.common import check_root, code_option, root_option
from cnnspec.cli.models import allowed_model
from cnnspec.cli.printing import echo, echo_data
from cnnspec.cli.quiet import import_quietly
from cnnspec.cli.runs import OF_NEW_MODELS, spec_and_weights, spec_option
from cnnspec.data.problems import DataProblem, RunProblem


@click.command("predict")
@click.argument("model", metavar="RUN|MODEL", type=click.Path(exists=True, path_type=Path))
@click.argument(
    "inputs", nargs=-1, required=True, metavar="INPUT...", type=click.Path(path_type=Path)
)
@spec_option
@code_option
@click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", help="Output format."
)
@root_option
def command(
    model: Path,
    inputs: tuple[Path, ...],
    spec: str | None,
    allow_code: tuple[str, ...],
    form: str,
    root: Path | None,
) -> None:
    """Predict the outputs for images, arrays and tables.

    Arrays are .npy and .npz files, tables .csv files with the columns that the input is computed
    from. Prints the class and its probability for each output.

    \b
    Example:
      cnnspec predict runs/mnist/20260101-120000 seven.png
      cnnspec predict model.keras digits.npy --spec mnist.yaml --format json
    """
    check_root(root, *inputs)
    name, weights = spec_and_weights(model, spec)
    _, checked = allowed_model(name, allow_code, root=root, ignore=OF_NEW_MODELS)
    predictions = import_quietly("cnnspec.training.prediction", "predicting")
    built = built_model(checked, allow_code, weights=weights, doing="predicting")
    try:
        files, left_out = predictions.usable(inputs, checked.inputs[0], checked.graph.training)
        if left_out is not None:
            echo(f"warning[unused-data]: {left_out}", err=True)
        found = predictions.predict(built.model, checked, checked.graph.training, files)
    except (DataProblem, RunProblem) as error:
        suggestion = getattr(error, "suggestion", None)
        hint = f"; {suggestion}" if suggestion else ""
        echo(f"error: {error}{hint}", err=True)
        sys.exit(1)
    if form == "json":
        echo_data(json.dumps([asdict(each) for each in found], indent=2))
        return
    for each in found:
        label = each.label if each.class_name is None else each.class_name
        said = each.value if label is None else f"{label} {each.value:.4f}"
        echo(f"{each.name}: {each.output} {said}")
