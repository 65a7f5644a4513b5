"""Callbacks that follow a value of the history: under Keras's name for it, and the right way round."""

from collections.abc import Collection, Iterator
from typing import Any

from cnnspec.backends.keras import keras_object
from cnnspec.declarations import At, Declaration
from cnnspec.diagnostics import did_you_mean
from cnnspec.graph import Output, Training
from cnnspec.training.names import VALIDATION, as_keras, as_said
from cnnspec.training.problems import DataProblem

MODES = {"up": "max", "down": "min"}
"""What Keras's metrics say of which way is better, and what its callbacks call that."""


def callbacks_of(training: Training, outputs: Collection[Output]) -> list[Any]:
    """The callbacks of a training.

    `monitor` may be a name of the history (`val_digit_accuracy`) or Keras's own (`val_accuracy`).

    Raises:
        DataProblem: one follows a value that the training does not have.

    """
    known = dict(_values(outputs))
    if training.validation is not None:
        known |= {f"{VALIDATION}{name}": mode for name, mode in known.items()}
    return [
        keras_object(_following(each, known, outputs, ("callbacks", position)))
        for position, each in enumerate(training.callbacks)
    ]


def _values(outputs: Collection[Output]) -> Iterator[tuple[str, str | None]]:
    """Every loss and metric, with whether more or less of it is better, where that is known."""
    yield "loss", "min"
    with_loss = [each for each in outputs if each.loss is not None]
    for each in with_loss if len(with_loss) > 1 else ():
        yield f"{each.name}_loss", "min"
    for each in outputs:
        for metric in each.metrics:
            if metric.kind() in ("F1Score", "FBetaScore") and metric.checked("average") is None:
                continue  # a number for each class is not better or worse than others
            yield f"{each.name}_{metric.meant('name')}", _mode(metric)


def _mode(metric: Declaration) -> str | None:
    if metric.is_open:
        return "max"
    return MODES.get(getattr(keras_object(metric), "_direction", ""))


def _following(
    callback: Declaration, known: dict[str, str | None], outputs: Collection[Output], at: At
) -> Declaration:
    """The same callback, if it follows a value, with Keras's name of that and a mode."""
    if "monitor" not in callback.arguments():
        return callback
    monitor = callback.checked("monitor")
    name = monitor if monitor in known else as_said(monitor, outputs)
    if name not in known:
        hint = did_you_mean(monitor, known)
        if name.removeprefix(VALIDATION) in known:
            hint = "`validation` says on what it is measured"
        message = f"{callback.kind()} follows '{monitor}', which is not measured"
        raise DataProblem("unknown-name", message, (*at, "monitor"), suggestion=hint)
    mode = known[name] if callback.checked("mode") == "auto" else callback.checked("mode")
    if mode is None:
        message = f"whether more or less of '{name}' is better is not known; `mode` says it"
        raise DataProblem("missing-argument", message, (*at, "monitor"))
    changed = {"monitor": as_keras(name, outputs), "mode": mode}
    return type(callback).of(callback.given | changed, word=callback.word)
