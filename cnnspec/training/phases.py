"""Stages of training: what each unfreezes, and where it begins."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from cnnspec.backends.keras.building import rebuild
from cnnspec.backends.keras.compiling import compile_model
from cnnspec.declarations import At
from cnnspec.diagnostics import Report
from cnnspec.graph import CheckedGraph, Phase, Training
from cnnspec.infer import infer
from cnnspec.records import replace
from cnnspec.training.problems import DataProblem
from cnnspec.training.unfreezing import frozen_layers, unfrozen


@dataclass(frozen=True, slots=True)
class Stage:
    """A phase with the epochs that it spans, counted from 0 through the whole training."""

    first: int
    last: int
    phase: Phase | None
    number: int


def stages(training: Training, epochs: int | None = None) -> tuple[Stage, ...]:
    """The stages of a training; one without phases has a single stage."""
    if not training.phases:
        return (Stage(0, epochs or training.epochs, None, 0),)
    found, first = [], 0
    for number, phase in enumerate(training.phases):
        found.append(Stage(first, first + phase.epochs, phase, number))
        first += phase.epochs
    return tuple(found)


def enter(
    model: Any, checked: CheckedGraph, stage: Stage, seed: int | None = None
) -> tuple[Any, CheckedGraph]:
    """The model to train in a stage, compiled for it, and its graph.

    Where the stage unfreezes something, the model is built again with all that it has learned, since
    what acts only in training had been taken out of the frozen part. `seed` is that of the training.

    Raises:
        DataProblem: a pattern fits no frozen layer.

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
    """Every layer that is no model, by its path: its name after those of the models around it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer, f"{prefix}{layer.name}/")
        else:
            yield f"{prefix}{layer.name}", layer


def _chosen(checked: CheckedGraph, phase: Phase, at: At) -> set[str]:
    """The paths of the layers that a phase unfreezes.

    The last layers are counted by those that have weights; what stands between and behind them
    without any belongs to the same part.
    """
    frozen = list(frozen_layers(checked))
    chosen = set()
    for pattern in phase.unfreeze:
        fitting = {path for path, _ in frozen if _fits(path, pattern)}
        if not fitting:
            raise DataProblem("unknown-name", f"no frozen layer is called '{pattern}'", at)
        chosen |= fitting
    places = [place for place, (_, node) in enumerate(frozen) if node.weights]
    if phase.unfreeze_last and places:
        first = places[max(len(places) - phase.unfreeze_last, 0)]
        chosen |= {path for path, _ in frozen[first:]}
    return chosen


def _fits(path: str, pattern: str) -> bool:
    """Whether a pattern stands for a layer, or for a model around it: by its path or its name."""
    whole = PurePosixPath(path)
    parts = [whole, *whole.parents][:-1]
    return any(fnmatchcase(name, pattern) for part in parts for name in (str(part), part.name))
