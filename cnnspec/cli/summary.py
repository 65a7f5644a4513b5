"""`cnnspec summary`: print a table of layers, shapes and parameters, without TensorFlow."""

import json
from pathlib import Path

import click

from cnnspec.backends.summary.table import summary_data, summary_text
from cnnspec.cli.class_option import class_option
from cnnspec.cli.common import model_arguments, parse_overrides, root_option, set_option
from cnnspec.cli.keras_option import keras_option
from cnnspec.cli.models import checked_models
from cnnspec.cli.patterns import expand_patterns
from cnnspec.cli.printing import echo, echo_data, output_sheet
from cnnspec.declarations.keras_versions import Keras


@click.command("summary")
@model_arguments()
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json")),
    default="text",
    help="Output format.",
)
@click.option("--expand", is_flag=True, help="Also show the layers of submodels.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show N levels of blocks; deeper ones become one row each. With --expand, submodels count as levels.",
)
@click.option(
    "--cost",
    is_flag=True,
    help="Show multiply-accumulates, activation memory and receptive fields (size / stride).",
)
@set_option
@keras_option
@root_option
@class_option
def command(
    models: tuple[str, ...],
    form: str,
    expand: bool,
    depth: int | None,
    cost: bool,
    overrides: tuple[str, ...],
    keras: Keras | None,
    root: Path | None,
) -> None:
    """Print a table of layers, output shapes and parameters.

    The model is a spec, or a .keras, .h5 or .json file of a Keras model, which is read without Keras.
    The table is as wide as the terminal, or as COLUMNS; long names are then shortened.
    Costs are per sample. Values that depend on an unknown size are shown as unknown.

    \b
    Example:
      cnnspec summary specs/mnist_multi_output.yaml
      cnnspec summary --cost --depth 0 specs/zoo/resnet50.yaml
      cnnspec summary --format json specs/mnist_simple.yaml
    """
    values = parse_overrides(overrides)
    graphs = checked_models(expand_patterns(models), overrides=values, keras=keras, root=root)
    if form == "json":
        data = [summary_data(model, cost=cost, depth=depth) for model in graphs]
        echo_data(json.dumps(data[0] if len(data) == 1 else data, indent=2, ensure_ascii=False))
        return
    sheet = output_sheet()
    tables = (
        summary_text(model, expand=expand, depth=depth, cost=cost, sheet=sheet) for model in graphs
    )
    echo("\n".join(tables), nl=False)
