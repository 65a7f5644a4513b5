"""Reports what is found in data, at its place in the spec unless other data was given instead."""

from pathlib import Path
from typing import TYPE_CHECKING

from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.training import Training
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.data.checked import Data


def report_problem(
    report: Report, training: Training, problem: DataProblem, override: Path | None
) -> None:
    """Report a problem; `override` is the data that replaces that of the spec, if any."""
    _place(training, problem.at, override).problem(report, problem)


def report_warnings(
    report: Report, checked: CheckedGraph, training: Training, data: "Data", override: Path | None
) -> None:
    """Report the warnings about data that the spec does not ignore."""
    for each in data.warnings:
        place = _place(training, each.at, override).within(each.at)
        place.warning(report, each.code, each.message, "given", suggestion=each.suggestion)
    report.ignore(checked.graph.ignore)


def _place(training: Training, at: At, override: Path | None) -> Place:
    """Return the place of the section; none for what the spec does not say."""
    is_elsewhere = override is not None and at[:1] == ("data",)
    return Place(None, ()) if is_elsewhere else training.place
