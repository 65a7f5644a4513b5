"""Checks that Keras can compute losses and metrics from the labels and predictions of an output."""

from collections.abc import Iterator, Sized
from typing import TYPE_CHECKING

from cnnspec.analysis.submodels import own_submodels
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.report import Note, Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.objects.measure import IN_WORDS, Labels
from cnnspec.records import Record
from cnnspec.shapes import UNKNOWN, text
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.objects.metric import Metric

CODE = "unusable-metric"


class Measured(Record):
    """A metric of an output, and what is known about labels and predictions."""

    output: Output
    metric: "Metric"
    """The metric that Keras uses."""
    position: int
    """Its place in the list of metrics of the output."""
    labels: tuple[Labels, ...]
    """What the labels may be by the loss; empty without a loss."""
    size: int
    """The number of values along the last axis of the predictions."""
    rank: int
    shape: str

    @property
    def place(self) -> Place:
        """The place of the metric."""
        return self.output.place / "metrics" / self.position

    @property
    def kind(self) -> str:
        """The metric in words."""
        said = self.output.metrics[self.position]
        kind = self.metric.kind()
        return f"{kind} ('{said.word}' of {_values(self.size)})" if said.is_open else kind

    def notes(self) -> tuple[Note, ...]:
        """Return a note on the loss."""
        loss = self.output.place / "loss"
        return (loss.note(f"this is the loss of '{self.output.name}'", "value"),)


def _values(size: int) -> str:
    return "one value" if size == 1 else f"{size} values"


def measured(checked: CheckedGraph) -> Iterator[Measured]:
    """Yield the metrics of all outputs whose shapes are known and whose metrics have no errors."""
    for output in checked.graph.outputs:
        shape = checked.outputs[output.name].shape
        if not is_whole(output.place / "metrics", output.metrics):
            continue
        if shape is UNKNOWN or len(shape) < 2 or shape[-1] is None:
            continue
        labels = output.loss.labels_for(shape[-1]) if output.loss else ()
        for position, said in enumerate(output.metrics):
            if (metric := said.meant_for(shape[-1], labels)) is not None:
                row = text(shape[1:])
                yield Measured(output, metric, position, labels, shape[-1], len(shape), row)


def is_whole(place: Place, calls: Sized) -> bool:
    """Whether none of the calls in a list was left out because of an error."""
    written = place.value()
    return not isinstance(written, list) or len(written) == len(calls)


def unusable(each: Measured) -> Iterator[tuple[Problem, tuple[Note, ...]]]:
    """Yield why Keras cannot compute a metric, with notes."""
    metric = each.metric
    if axes := [*metric.axis_errors(each.rank)]:
        yield from ((problem, ()) for problem in axes)
        return
    if metric.takes_rows() and each.rank != 2:
        what = f"{each.kind} takes one row of values per sample"
        yield Problem(CODE, f"{what}, but '{each.output.name}' has the shape {each.shape}"), ()
        return
    errors = [*metric.size_errors(each.size)] if metric.is_along_last_axis() else []
    for problem in errors:
        yield problem, ()
    if errors or each.size == 1 or not each.labels:
        return
    if not any(metric.runs_on(labels, each.rank) for labels in each.labels):
        yield mismatch(CODE, each), each.notes()


def mismatch(code: str, each: Measured) -> Problem:
    """Make a problem of a metric that takes other labels than the loss, or class numbers."""
    metric, loss, given = each.metric, each.output.loss, each.labels[0]
    assert loss is not None
    form = metric.form()
    if metric.takes_class_numbers() and form == given:
        message = f"{each.kind} takes class numbers as predictions, but '{each.output.name}' has {_values(each.size)} for each label"
    else:
        kind, is_of_numbers = loss.chosen(each.size).kind(), loss.is_of_numbers
        taken = "labels of -1 and 1" if metric.is_of_scores else IN_WORDS[form]
        known = "numbers" if is_of_numbers else IN_WORDS[given]
        message = f"{each.kind} takes {taken}, but {kind} takes {known}"
    return Problem(code, message, suggestion=metric.instead.get(given))


class Unusable(Record):
    """A loss or metric that Keras cannot compute."""

    output: str
    kind: str
    position: int | None
    """The place of a metric in the list of metrics of the output; None for the loss."""


def check_measures(checked: CheckedGraph, report: Report) -> list[Unusable]:
    """Report the losses and metrics that Keras cannot compute, and return those of the model itself.

    Those of submodels that are read from a Keras file are left alone: nothing computes them.
    """
    found = [*_losses(checked, report)]
    without = {each.output for each in found}
    for each in measured(checked):
        if each.output.name in without:
            continue
        problems = [*unusable(each)]
        for problem, notes in problems:
            each.place.problem(report, problem, notes=notes)
        if problems:
            found.append(Unusable(each.output.name, each.metric.kind(), each.position))
    for submodel in own_submodels(checked):
        check_measures(submodel, report)
    return found


def _losses(checked: CheckedGraph, report: Report) -> Iterator[Unusable]:
    for output in checked.graph.outputs:
        shape = checked.outputs[output.name].shape
        if output.loss is None or shape is UNKNOWN:
            continue
        problems = [*output.loss.shape_errors(output.name, shape)]
        for problem in problems:
            (output.place / "loss").problem(report, problem)
        if problems:
            yield Unusable(output.name, output.loss.kind(), None)
