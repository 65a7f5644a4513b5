"""Stages of training: which layers each one unfreezes, and where it starts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnspec.analysis.infer import infer
from cnnspec.backends.keras.building import rebuild
from cnnspec.backends.keras.compiling import compile_model
from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.frozen import frozen_layers, matches
from cnnspec.ir.training import Phase, Training
from cnnspec.records import replace
from cnnspec.training.unfreezing import unfrozen


@dataclass(frozen=True, slots=True)
class Stage:
    """A phase with its epochs, counted from 0 over the whole training."""

    first: int
    last: int
    phase: Phase | None
    number: int


def stages(training: Training, epochs: int | None = None) -> tuple[Stage, ...]:
    """Return the stages of a training; without phases there is a single stage.

    If `epochs` is less than the phases have, the last ones are shortened or left out; if it is
    more, the last one is longer.
    """
    if not training.phases:
        return (Stage(0, epochs or training.epochs, None, 0),)
    found, first = [], 0
    end = training.total_epochs(epochs)
    for number, phase in enumerate(training.phases):
        is_last = number == len(training.phases) - 1
        last = end if is_last else min(first + phase.epochs, end)
        if first < last:
            found.append(Stage(first, last, phase, number))
        first = last
    return tuple(found)


def enter(
    model: Any, checked: CheckedGraph, stage: Stage, seed: int | None = None
) -> tuple[Any, CheckedGraph]:
    """Return the model for a stage, compiled, and its graph.

    If the stage unfreezes layers, the model is rebuilt with its current weights, because layers
    that are active only in training were removed from the frozen part. `seed` is that of the training.

    Raises:
        DataProblem: a pattern matches no frozen layer.

    """
    if stage.phase is None:
        return model, checked
    at: At = ("phases", stage.number, "unfreeze")
    chosen = _chosen(checked, stage.phase, at)
    if chosen:
        report = Report()
        graph = infer(unfrozen(checked.graph, chosen), report)
        if graph is None:  # what a layer refuses in training alone
            raise DataProblem("conflicting-arguments", next(each.message for each in report), at)
        model, checked = rebuild(model, graph, seed=seed), graph
    optimizer = stage.phase.optimizer or checked.graph.optimizer
    compile_model(model, replace(checked, graph=replace(checked.graph, optimizer=optimizer)))
    return model, checked


def leaves(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return all layers that are not models by path, which starts with the models around them."""
    for layer in model.layers:
        inner = layer if hasattr(layer, "layers") else getattr(layer, "layer", None)
        if hasattr(inner, "layers"):  # a model, or one that is applied to every step
            yield from leaves(inner, f"{prefix}{layer.name}/")
        else:
            yield f"{prefix}{layer.name}", layer


def _chosen(checked: CheckedGraph, phase: Phase, at: At) -> set[str]:
    """Return the paths of the layers that a phase unfreezes.

    The last layers are counted by layers with weights; layers without weights between and after
    them are included.
    """
    frozen = list(frozen_layers(checked))
    chosen = set()
    for pattern in phase.unfreeze:
        fitting = {path for path, _ in frozen if matches(path, pattern)}
        if not fitting:
            raise DataProblem("unknown-name", f"no frozen layer matches '{pattern}'", at)
        chosen |= fitting
    places = [place for place, (_, node) in enumerate(frozen) if node.weights]
    if phase.unfreeze_last and places:
        first = places[max(len(places) - phase.unfreeze_last, 0)]
        chosen |= {path for path, _ in frozen[first:]}
    return chosen
