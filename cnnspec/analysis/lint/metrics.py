"""Rules for metrics: whether they match the labels, the last layer and the loss of their output."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnspec.analysis.lint.base import Finding, Model, model_lint
from cnnspec.analysis.lint.heads import Trained, loss_findings, trained
from cnnspec.analysis.metrics import Measured, measured, mismatch
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.report import Note
from cnnspec.objects.activations import PROBABILITIES, SIGMOID, SOFTMAX
from cnnspec.objects.measure import SAME_SHAPE
from cnnspec.records import Record

if TYPE_CHECKING:
    from cnnspec.objects.metric import Metric


class Judged(Record):
    """A metric of an output whose loss fits its last layer, if it has one."""

    of: Measured
    loss: Trained | None

    @property
    def activation(self) -> str | None:
        """The last activation, if it is known."""
        return self.loss.activation if self.loss else None

    @property
    def are_numbers(self) -> bool:
        """Whether labels and predictions are numbers rather than classes or probabilities."""
        return (
            self.loss is not None
            and self.loss.chosen.is_of_numbers
            and self.activation not in (None, "tanh", *PROBABILITIES)
        )

    @property
    def are_logits(self) -> bool:
        """Whether predictions are logits."""
        return self.loss is not None and self.loss.from_logits is True

    @property
    def end(self) -> str:
        """What the output ends with, in words."""
        head = self.loss.head if self.loss else None
        said = head.said if head and self.activation else "logits"
        return f"'{self.of.output.name}' ends with {said}"

    def finding(self, problem: Problem, notes: tuple[Note, ...] = ()) -> Finding:
        """Make a warning of a problem."""
        place = self.of.place.within(problem.at)
        where = "given" if problem.at else problem.where
        return Finding(problem.message, place, where, notes, problem.suggestion)

    def about_head(self, message: str, suggestion: str | None) -> Finding:
        """Make a warning with a note on the last layer, or on the loss."""
        head = self.loss.head if self.loss else None
        notes = (head.note(),) if head and self.activation else self.of.notes()
        return Finding(message, self.of.place, "kind", notes, suggestion)


def judged(model: Model) -> Iterator[Judged]:
    """Yield the metrics of outputs whose loss has no warnings itself."""
    losses = {each.output.name: each for each in trained(model)}
    for each in measured(model.checked):
        loss = losses.get(each.output.name)
        if loss is None or not any(loss_findings(loss)):
            yield Judged(each, loss)


def _of_size(each: Judged) -> Iterator[Problem]:
    metric, size = each.of.metric, each.of.size
    if not metric.is_along_last_axis():
        return
    if size == 1 and metric.compares_classes() and not each.are_numbers:
        message = f"{each.of.kind} takes one value per class, but '{each.of.output.name}' has a single value"
        yield Problem("metric-units", message, suggestion=metric.instead.get("0 to 1"))
    yield from metric.size_warnings(size)


@model_lint("metric-units")
def metric_units(model: Model) -> Iterator[Finding]:
    """A metric that says nothing about as many values as its output has."""
    for each in judged(model):
        for problem in _of_size(each):
            yield each.finding(problem)


def _fits_labels(each: Judged) -> bool:
    form, given = each.of.metric.form(), each.of.labels
    if each.are_numbers:
        return form == "values" and not each.of.metric.is_of_scores
    alike = SAME_SHAPE if form in SAME_SHAPE else (form,)
    return not given or any(labels in alike for labels in given)


@model_lint("metric-labels")
def metric_labels(model: Model) -> Iterator[Finding]:
    """A metric that takes other labels than the loss of its output."""
    for each in judged(model):
        if not _fits_labels(each) and not any(_of_size(each)):
            problem = mismatch("metric-labels", each.of)
            yield each.finding(problem, each.of.notes())


@model_lint("metric-activation")
def metric_activation(model: Model) -> Iterator[Finding]:
    """A metric that takes other predictions than the last activation returns."""
    for each in judged(model):
        if each.of.labels and _fits_labels(each) and not any(_of_size(each)):
            yield from _of_activation(each)


def _of_activation(each: Judged) -> Iterator[Finding]:
    metric, given = each.of.metric, each.of.labels[0]
    if metric.takes_class_numbers():
        if each.activation is not None or each.are_logits:
            message = f"{each.of.kind} takes class numbers as predictions, but {each.end}"
            yield each.about_head(message, metric.instead.get(given))
    elif each.are_logits:
        yield from _of_logits(each)
    elif each.activation in PROBABILITIES and (for_logits := metric.set_for_logits()):
        message = (
            f"with {for_logits} {each.of.kind} takes values before the activation, but {each.end}"
        )
        yield each.about_head(message, None)
    elif not (metric.set_for_logits() or _fits(metric, each.activation, each.of.size)):
        message = f"{each.of.kind} takes {metric.takes}, but {each.end}"
        is_of_other = each.activation in PROBABILITIES and metric.fits and given != "values"
        yield each.about_head(message, metric.instead.get(given) if is_of_other else None)


def _of_logits(each: Judged) -> Iterator[Finding]:
    assert each.loss is not None
    metric, name = each.of.metric, each.of.output.name
    word = "softmax" if each.loss.chosen.fits == SOFTMAX else "sigmoid"
    is_set = bool(metric.set_for_logits())
    if is_set and word in metric.logits_of:
        return
    if not (is_set or metric.activations() or metric.is_of_numbers or "linear" in metric.unfit):
        return
    takes = metric.takes if metric.activations() else "predictions of the size of the labels"
    if is_set:
        takes = f"the logits of {' or '.join(sorted(metric.logits_of & {'softmax', 'sigmoid'}))}"
        message = f"{each.of.kind} takes {takes}, but {each.loss.kind} takes those of {word}"
    else:
        message = f"{each.of.kind} takes {takes}, but '{name}' ends with logits"
    can_be_set = bool(metric.for_logits) and word in metric.logits_of and not is_set
    in_layer = f"use 'activation: {word}' in the layer, without 'from_logits' in the loss"
    yield each.about_head(message, metric.for_logits if can_be_set else in_layer)


def _fits(metric: "Metric", activation: str | None, size: int) -> bool:
    fits = metric.activations()
    if activation is None:
        return True
    if not fits:
        return activation not in metric.unfit
    is_one_hot = fits == SIGMOID and size == 2 and activation in SOFTMAX
    return activation in fits or is_one_hot
