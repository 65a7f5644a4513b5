"""`cnnspec evaluate`: compute the losses and metrics of a trained model on its test data."""

import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from cnnspec.cli.common import check_root, checked_spec, code_option, root_option, usage_error
from cnnspec.cli.quiet import import_quietly
from cnnspec.cli.train import (
    checked_data,
    data_option,
    expected_errors,
    training_of,
)
from cnnspec.graph import Output
from cnnspec.training.names import parted

SPEC = "spec.expanded.yaml"
WEIGHTS = "model.weights.h5"
OF_NEW_MODELS = ("frozen-without-weights",)
"""Warnings that do not apply to a model whose weights are loaded from a file."""

spec_option = click.option(
    "--spec",
    type=click.Path(exists=True, dir_okay=False),
    help="Spec of a model file; not needed for a run folder.",
)


@click.command("evaluate")
@click.argument("model", metavar="RUN|MODEL", type=click.Path(exists=True, path_type=Path))
@data_option
@spec_option
@code_option
@click.option(
    "--format", "form", type=click.Choice(("table", "json")), default="table", help="Output format."
)
@root_option
def command(
    model: Path,
    data: Path | None,
    spec: str | None,
    allow_code: tuple[str, ...],
    form: str,
    root: Path | None,
) -> None:
    """Evaluate a trained model on its test data.

    Without test data, the validation data is used; without that, all rows.

    \b
    Example:
      cnnspec evaluate runs/mnist/20260101-120000
      cnnspec evaluate model.keras --spec mnist.yaml --data other.npz --format json
    """
    if data is not None:
        check_root(root, data)
    name, weights = spec_and_weights(model, spec)
    compilation, checked = checked_spec(name, root=root, ignore=OF_NEW_MODELS)
    training = training_of(checked)
    found = checked_data(compilation, checked, training, data, allow_code)
    part = found.test or found.validation or found.train
    backend = import_quietly("cnnspec.backends.keras", "evaluating")
    runs = import_quietly("cnnspec.training.run", "evaluating")
    try:
        built = backend.build(checked, weights=weights, allow_code=allow_code)
    except expected_errors() as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    metrics = runs.measured(built.model, runs.Pipeline(checked, training, part))
    which = "test" if found.test else "validation" if found.validation else "train"
    if form == "json":
        click.echo(json.dumps({which: metrics}, indent=2))
    else:
        click.echo(f"{which}, {len(part.rows):,} rows")
        click.echo(_table(metrics, checked.graph.outputs))


def _table(metrics: Mapping[str, float], outputs: tuple[Output, ...]) -> str:
    """Format one row per output, and a row for the total loss if there are several outputs."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    cells: dict[str | None, dict[str, float]] = {each.name: {} for each in outputs}
    for name, value in metrics.items():
        output, measure = parted(name, outputs)
        if output is None and len(outputs) == 1:
            output = outputs[0].name
        cells.setdefault(output, {})[measure] = value
    measures = dict.fromkeys(measure for row in cells.values() for measure in row)
    columns = sorted(measures, key=lambda measure: measure != "loss")
    table = Table("output", box=SIMPLE_HEAD, pad_edge=False)
    for measure in columns:
        table.add_column(measure, justify="right")
    for output, row in cells.items():
        said = [f"{row[measure]:.4g}" if measure in row else "" for measure in columns]
        table.add_row("total" if output is None else output, *said)
    target = io.StringIO()
    console = Console(file=target, width=10_000, highlight=False, markup=False, emoji=False)
    console.print(table)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()).rstrip("\n")


def spec_and_weights(model: Path, spec: str | None) -> tuple[str, Path]:
    """Return the paths of the spec and the weights of a model; exit if one is missing."""
    if not model.is_dir():
        if spec is None:
            usage_error(f"'{model}' is a model file; pass its spec with --spec")
        return spec, model
    for name in (SPEC, WEIGHTS):
        if not (model / name).exists():
            usage_error(f"'{model}' is not a completed run: it has no '{name}'")
    return spec or str(model / SPEC), model / WEIGHTS
