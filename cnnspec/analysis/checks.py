"""Checks a graph whose shapes are known: weights, losses, metrics, classes, gradients, callbacks."""

from cnnspec.analysis.classes import check_classes
from cnnspec.analysis.gradients import check_gradients
from cnnspec.analysis.metrics import Unusable, check_measures
from cnnspec.analysis.weights import check_weights
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph


def check(checked: CheckedGraph, report: Report) -> tuple[Unusable, ...]:
    """Report what is wrong with a model; return the losses and metrics that Keras cannot compute."""
    check_weights(checked, report)
    unusable = tuple(check_measures(checked, report))
    check_classes(checked, report)
    check_gradients(checked, report)
    training = checked.graph.training
    if training is not None and training.callbacks:
        from cnnspec.analysis.callbacks import check_callbacks

        check_callbacks(checked.graph, training, report)
    return unusable
