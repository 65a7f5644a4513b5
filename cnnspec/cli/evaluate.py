"""`cnnspec evaluate`: losses and metrics of a trained model on its test data."""

import json
import sys
from pathlib import Path

import click

from cnnspec.cli.common import checked_spec, usage_error
from cnnspec.cli.quiet import import_quietly
from cnnspec.cli.train import (
    checked_data,
    code_option,
    data_option,
    expected_errors,
    measures,
    training_of,
)

SPEC = "spec.expanded.yaml"
WEIGHTS = "model.weights.h5"

spec_option = click.option(
    "--spec",
    type=click.Path(exists=True, dir_okay=False),
    help="The spec of a model file; a run folder holds its own.",
)


@click.command("evaluate")
@click.argument("model", metavar="RUN|MODEL", type=click.Path(exists=True, path_type=Path))
@data_option
@spec_option
@code_option
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table")
def command(
    model: Path, data: Path | None, spec: str | None, allow_code: tuple[str, ...], form: str
) -> None:
    """Measure a trained model on its test data, or on all rows where there is no test part.

    \b
    Example:
      cnnspec evaluate runs/mnist/20260101-120000
      cnnspec evaluate model.keras --spec mnist.yaml --data other.npz --format json
    """
    name, weights = spec_and_weights(model, spec)
    compilation, checked = checked_spec(name)
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
        click.echo(f"{which}, {len(part.rows):,} rows: {measures(metrics)}")


def spec_and_weights(model: Path, spec: str | None) -> tuple[str, Path]:
    """The spec and the weights that an argument names; end where one is missing."""
    if not model.is_dir():
        if spec is None:
            usage_error(f"'{model}' is a model file; --spec names its spec")
        return spec, model
    for name in (SPEC, WEIGHTS):
        if not (model / name).exists():
            usage_error(f"'{model}' has no '{name}', so it is no folder of a finished run")
    return spec or str(model / SPEC), model / WEIGHTS
