"""Makes callbacks that monitor a value: translates its name for Keras and sets the mode."""

from collections.abc import Collection, Iterator
from typing import Any

from cnnspec.backends.keras.objects import keras_object
from cnnspec.data.problems import DataProblem
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.foreign import of_key
from cnnspec.diagnostics.problems import At
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.ir.graph import Output
from cnnspec.ir.training import Training
from cnnspec.training.names import VALIDATION, as_keras, as_said

MODES = {"up": "max", "down": "min"}
"""The direction of Keras metrics, and the corresponding `mode` of callbacks."""


def callbacks_of(
    training: Training, outputs: Collection[Output], *, is_validated: bool
) -> list[Any]:
    """Make the callbacks of a training, which may monitor validation data if there is some.

    `monitor` may be a name of the history (`val_digit_accuracy`) or of Keras (`val_accuracy`).

    Raises:
        DataProblem: a callback monitors a value that does not exist.

    """
    known = dict(_values(outputs))
    if is_validated:
        known |= {f"{VALIDATION}{name}": mode for name, mode in known.items()}
    return [
        keras_object(_following(each, known, outputs, ("callbacks", position)))
        for position, each in enumerate(training.callbacks)
    ]


def _values(outputs: Collection[Output]) -> Iterator[tuple[str, str | None]]:
    """Return every loss and metric, with its direction if that is known."""
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
    """Return a callback with the Keras name of the monitored value and a mode."""
    if "monitor" not in callback.arguments():
        return callback
    monitor = callback.checked("monitor")
    name = monitor if monitor in known else as_said(monitor, outputs)
    if name not in known:
        meant = of_key("monitor", monitor)
        is_known = meant is not None and as_said(meant, outputs) in known
        hint = f"did you mean '{meant}'?" if is_known else did_you_mean(monitor, known)
        if name.removeprefix(VALIDATION) in known:
            hint = "set `validation` to measure it"
        message = f"{callback.kind()} monitors '{monitor}', which is not measured"
        raise DataProblem("unknown-name", message, (*at, "monitor"), suggestion=hint)
    mode = known[name] if callback.checked("mode") == "auto" else callback.checked("mode")
    if mode is None:
        message = f"it is unknown whether '{name}' should increase or decrease; set `mode`"
        raise DataProblem("missing-argument", message, (*at, "monitor"))
    changed = {"monitor": as_keras(name, outputs), "mode": mode}
    return type(callback).of(callback.given | changed, word=callback.word)
