"""Stages of training: what each unfreezes, and where it begins."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from cnnspec.backends.keras.compiling import compile_model
from cnnspec.declarations import At
from cnnspec.graph import CheckedGraph, Phase, Training
from cnnspec.training.problems import DataProblem


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


def enter(model: Any, checked: CheckedGraph, stage: Stage) -> None:
    """Unfreeze what the stage says, and compile: Keras sees changed flags only then.

    Raises:
        DataProblem: a pattern fits no frozen layer.

    """
    if stage.phase is None:
        return
    at: At = ("phases", stage.number)
    frozen = [(path, layer) for path, layer in leaves(model) if not layer.trainable]
    chosen = set()
    for pattern in stage.phase.unfreeze:
        fitting = {
            id(layer)
            for path, layer in frozen
            if fnmatchcase(path, pattern)
            or fnmatchcase(layer.name, pattern)
            or any(fnmatchcase(part, pattern) for part in _outward(path))
        }
        if not fitting:
            raise DataProblem(
                "unknown-name", f"no frozen layer is called '{pattern}'", (*at, "unfreeze")
            )
        chosen |= fitting
    if stage.phase.unfreeze_last:
        with_weights = [layer for _, layer in frozen if layer.weights]
        chosen |= {id(layer) for layer in with_weights[-stage.phase.unfreeze_last :]}
    if chosen:
        _unfreeze(model, chosen)
    optimizer = stage.phase.optimizer or checked.graph.optimizer
    compile_model(model, replace(checked, graph=replace(checked.graph, optimizer=optimizer)))


def leaves(model: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every layer that is no model, by its path: its name after those of the models around it."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from leaves(layer, f"{prefix}{layer.name}/")
        else:
            yield f"{prefix}{layer.name}", layer


def _outward(path: str) -> Iterator[str]:
    """The paths of the models around a layer."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _unfreeze(model: Any, chosen: set[int]) -> None:
    """Set flags from the outside in: that of a model overwrites those inside it."""
    flags = {id(layer): (id(layer) in chosen or layer.trainable) for _, layer in leaves(model)}
    models = [each for each in model._flatten_layers() if hasattr(each, "layers")]
    for each in models:
        inside = {id(layer) for _, layer in leaves(each)}
        if not each.trainable and inside & chosen:
            each.trainable = True
    for _, layer in leaves(model):
        if layer.trainable != flags[id(layer)]:
            layer.trainable = flags[id(layer)]
