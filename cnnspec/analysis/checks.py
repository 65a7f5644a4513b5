"""Checks a graph whose shapes are known: weights, losses, metrics, gradients, callbacks, expectations."""

from collections.abc import Iterable

from cnnspec.analysis.classes import check_classes
from cnnspec.analysis.gradients import check_gradients
from cnnspec.analysis.infer import infer
from cnnspec.analysis.metrics import Unusable, check_measures
from cnnspec.analysis.weights import check_weights
from cnnspec.declarations.keras_versions import Keras
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Graph


def check(checked: CheckedGraph, report: Report, *, expects: bool = True) -> tuple[Unusable, ...]:
    """Report what is wrong with a model; return the losses and metrics that Keras cannot compute.

    Without `expects`, what the spec says must hold of the model is not checked.
    """
    check_weights(checked, report)
    unusable = tuple(check_measures(checked, report))
    check_classes(checked, report)
    check_gradients(checked, report)
    training = checked.graph.training
    if training is not None and training.callbacks:
        from cnnspec.analysis.callbacks import check_callbacks

        check_callbacks(checked.graph, training, report)
    if expects and checked.graph.expectations is not None:
        from cnnspec.analysis.expectations import check_expectations

        check_expectations(checked, report)
    return unusable


def check_submodels(graphs: Iterable[Graph], report: Report, keras: Keras) -> None:
    """Report the expectations that submodels do not meet.

    They are about the spec of the submodel as it stands: whole, with its default parameters and the
    inputs that it declares, whatever the model around it makes of it.
    """
    for graph in graphs:
        inner = report.child()
        checked = infer(graph, inner, keras)
        if checked is not None:
            from cnnspec.analysis.expectations import check_expectations

            check_expectations(checked, inner)
        report.take(inner)
