"""Checks that callbacks can run: that what they monitor is measured, and that the optimizer fits."""

from collections.abc import Iterator

from cnnspec.analysis.metrics import is_whole
from cnnspec.data.monitors import monitored
from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.report import Note, Report
from cnnspec.ir.graph import Graph
from cnnspec.ir.scaling import updating
from cnnspec.ir.training import Training
from cnnspec.syntax.places import Place


def check_callbacks(graph: Graph, training: Training, report: Report) -> None:
    """Report the callbacks that cannot run; whether there is validation data may not be known."""
    at = training.place / "callbacks"
    if not is_whole(at, training.callbacks):
        return
    are_known = all(is_whole(each.place / "metrics", each.metrics) for each in graph.outputs)
    for position, callback in enumerate(training.callbacks):
        place = at / position
        for problem, notes in _of_optimizers(callback, graph, training):
            place.problem(report, problem, notes=notes)
        if are_known and "monitor" in callback.arguments():
            try:
                monitored(callback, graph.outputs, is_validated=True)
            except Problem as problem:
                place.problem(report, problem)


def _of_optimizers(
    callback: Declaration, graph: Graph, training: Training
) -> Iterator[tuple[Problem, tuple[Note, ...]]]:
    """Yield why a callback cannot work with an optimizer of the training, with notes on that."""
    for place, optimizer in _optimizers(graph, training):
        if callback.kind() == "ReduceLROnPlateau" and optimizer is not None:
            rate = optimizer.checked("learning_rate")
            if isinstance(rate, Declaration):
                message = f"ReduceLROnPlateau cannot lower a learning rate that {rate.kind()} sets"
                note = (place / "learning_rate").note(
                    f"{optimizer.kind()} has this schedule", "value"
                )
                yield Problem("conflicting-arguments", message), (note,)
                return
        if callback.kind() == "SwapEMAWeights" and not (optimizer and optimizer.checked("use_ema")):
            message = "SwapEMAWeights needs an optimizer that keeps a moving average of the weights"
            hint = "use an optimizer with 'use_ema: true'"
            notes = () if optimizer is None else (place.note("this one keeps none", "value"),)
            yield Problem("conflicting-arguments", message, suggestion=hint), notes
            return


def _optimizers(graph: Graph, training: Training) -> Iterator[tuple[Place, Declaration | None]]:
    """Yield the optimizers that the training uses, with their places."""
    own = _updating(training.place / "optimizer", graph.optimizer)
    for phase in training.phases:
        place = phase.place / "optimizer"
        yield own if phase.optimizer is None else _updating(place, phase.optimizer)
    if not training.phases:
        yield own


def _updating(place: Place, optimizer: Declaration | None) -> tuple[Place, Declaration | None]:
    if optimizer is None:
        return place, None
    inner, at = updating(optimizer)
    return place.within(at), inner
