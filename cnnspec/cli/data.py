"""Opens and checks the training data for commands, before TensorFlow is imported."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from cnnspec.cli.printing import tell, usage_error
from cnnspec.cli.quiet import import_quietly, without_native_log
from cnnspec.compiler import Compilation
from cnnspec.data.problems import DataProblem
from cnnspec.data.reporting import report_problem, report_warnings
from cnnspec.extras import Needed
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.training import Training

if TYPE_CHECKING:
    from cnnspec.data.checked import Data

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


def with_whole_images(
    compilation: Compilation,
    checked: CheckedGraph,
    training: Training,
    data: "Data",
    override: Path | None,
    *,
    doing: str,
) -> "Data":
    """Return the data without broken images; print what is left out, or exit if they may not be."""
    images = import_quietly("cnnspec.training.images", doing)
    problem = None
    with without_native_log():
        try:
            found: Data = images.check_images(data, training)
        except DataProblem as error:
            problem = error
    if problem is not None:
        refuse(compilation, training, problem, override)
    report = compilation.report.child()
    new = replace(found, warnings=found.warnings[len(data.warnings) :])
    report_warnings(report, checked, training, new, override)
    tell(report, err=True)
    return found


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
