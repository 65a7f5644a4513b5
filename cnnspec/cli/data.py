"""Opens and checks the training data for commands, before TensorFlow is imported."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from cnnspec.cli.printing import tell, usage_error
from cnnspec.compiler import Compilation
from cnnspec.data.problems import DataProblem
from cnnspec.data.reporting import report_problem, report_warnings
from cnnspec.extras import Needed
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.training import Training

if TYPE_CHECKING:
    from cnnspec.data.checks import Data

OF_TRAINING = ("empty-class", "unseen-classes")
"""Warnings about what a model cannot learn from data."""

data_option = click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="Use another file or folder, in the same format as the data of the spec.",
)


def training_of(checked: CheckedGraph) -> Training:
    """Return the training section of a spec; exit if it has none."""
    training = checked.graph.training
    if training is None or training.data is None:
        usage_error(f"'{checked.name}' has no training data; set `data` under `train`")
    return training


def checked_data(
    compilation: Compilation,
    checked: CheckedGraph,
    training: Training,
    override: Path | None,
    *,
    doing: str,
) -> "Data":
    """Open the training data and check it against the model; exit if it does not fit."""
    with Needed(doing):
        from cnnspec.data.checks import check_data
        from cnnspec.data.sources import open_columns
    try:
        data = check_data(checked, training, open_columns(training, override))
    except DataProblem as problem:
        refuse(compilation, training, problem, override)
    report = compilation.report.child()
    report_warnings(report, checked, training, data, override)
    if doing != "training":
        report.ignore(OF_TRAINING)
    tell(report, err=True)
    return data


def refuse(
    compilation: Compilation,
    training: Training,
    problem: DataProblem,
    override: Path | None = None,
) -> NoReturn:
    """Print the problem at its location in the spec, and exit."""
    report = compilation.report.child()
    report_problem(report, training, problem, override)
    tell(report, err=True)
    sys.exit(1)
