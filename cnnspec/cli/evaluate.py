"""`cnnspec evaluate`: compute the losses and metrics of a trained model on its test data."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from cnnspec.backends.summary.layout import Column, table_lines
from cnnspec.cli.building import built_model
from cnnspec.cli.common import GivenFile, code_option, root_option
from cnnspec.cli.confusion import confusion_data, confusion_text
from cnnspec.cli.data import checked_data, data_option, refuse, training_of, with_whole_images
from cnnspec.cli.models import allowed_model, check_root
from cnnspec.cli.printing import echo, echo_data, output_sheet
from cnnspec.cli.progress import pass_progress
from cnnspec.cli.quiet import import_quietly
from cnnspec.cli.runs import OF_NEW_MODELS, spec_and_weights, spec_option, with_its_classes
from cnnspec.counts import counted
from cnnspec.data.problems import DataProblem, RunProblem
from cnnspec.ir.graph import Output
from cnnspec.ir.history import parted


@click.command("evaluate")
@click.argument("model", metavar="RUN|MODEL", type=GivenFile(takes_folder=True, path_type=Path))
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

    Without test data, the validation data is used; without that, all rows. Prints losses and
    metrics, and for each output of classes which of them the model confuses.

    \b
    Example:
      cnnspec evaluate runs/mnist/20260101-120000
      cnnspec evaluate model.keras --spec mnist.yaml --data other.npz --format json
    """
    if data is not None:
        check_root(root, data)
    name, weights = spec_and_weights(model, spec)
    compilation, checked = allowed_model(name, allow_code, root=root, ignore=OF_NEW_MODELS)
    checked = with_its_classes(model, compilation, checked)
    training = training_of(checked)
    found = checked_data(compilation, checked, training, data, doing="evaluating")
    runs = import_quietly("cnnspec.training.run", "evaluating")
    found = with_whole_images(compilation, checked, training, found, data, doing="evaluating")
    part = found.test or found.validation or found.train
    built = built_model(checked, allow_code, weights=weights, doing="evaluating")
    confusion = import_quietly("cnnspec.training.confusion", "evaluating")
    which = "test" if found.test else "validation" if found.validation else "train"
    what = f"evaluating the {which} data"
    try:
        with pass_progress(what) as listener:
            pipeline = runs.Pipeline(checked, training, part)
            metrics = runs.measured(built.model, pipeline, what, listener)
            confused = confusion.confusions(built.model, pipeline, listener)
    except DataProblem as problem:
        refuse(compilation, training, problem, data)
    except RunProblem as error:
        echo(f"error: {error}", err=True)
        sys.exit(1)
    if form == "json":
        matrices = {"confusion": confusion_data(confused)} if confused else {}
        echo_data(json.dumps({which: metrics, **matrices}, indent=2))
        return
    echo(f"{which}, {counted(len(part.rows), 'row')}")
    echo(_table(metrics, checked.graph.outputs))
    for name, each in confused.items():
        echo(f"\n{confusion_text(name, each, output_sheet())}")


def _table(metrics: Mapping[str, float], outputs: tuple[Output, ...]) -> str:
    """Format one row per output, and a row for the total loss if there are several losses."""
    cells: dict[str | None, dict[str, float]] = {
        each.name: {} for each in outputs if each.has_target
    }
    with_loss = [each for each in outputs if each.loss is not None]
    is_total_its_own = len(with_loss) == 1 and (len(outputs) == 1 or with_loss[0].weight == 1)
    own_loss = with_loss[0].name if is_total_its_own else None
    for name, value in metrics.items():
        output, measure = parted(name, outputs)
        if output is None:
            output = own_loss
        cells.setdefault(output, {})[measure] = value
    measures = dict.fromkeys(measure for row in cells.values() for measure in row)
    columns = sorted(measures, key=lambda measure: measure != "loss")
    sheet = output_sheet()
    head = Column("output", shorten=sheet.shortened)
    rows = [
        (
            "total" if output is None else output,
            *(f"{row[measure]:.4g}" if measure in row else "" for measure in columns),
        )
        for output, row in cells.items()
    ]
    numbers = [Column(measure, is_number=True) for measure in columns]
    return "\n".join(table_lines([head, *numbers], rows, sheet, frame="simple")).rstrip("\n")
