"""Makes callbacks that monitor a value: translates its name for Keras and sets the mode."""

from collections.abc import Collection
from typing import Any

from cnnspec.backends.keras.objects import keras_object
from cnnspec.data.monitors import monitored
from cnnspec.declarations.declaration import Declaration
from cnnspec.ir.graph import Output
from cnnspec.ir.history import as_keras
from cnnspec.ir.training import Training
from cnnspec.training.stopping import StopsOnNaN


def callbacks_of(training: Training, outputs: Collection[Output]) -> list[Any]:
    """Make the callbacks of a training; the values that they monitor were checked with the data."""
    return [
        StopsOnNaN(is_error=bool(each.given.get("raise_error")))
        if each.kind() == "TerminateOnNaN"
        else keras_object(_monitoring(each, outputs))
        for each in training.callbacks
    ]


def _monitoring(callback: Declaration, outputs: Collection[Output]) -> Declaration:
    """Return a callback with the Keras name of the monitored value and a mode."""
    if "monitor" not in callback.arguments():
        return callback
    name, mode = monitored(callback, outputs, is_validated=True)
    changed = {"monitor": as_keras(name, outputs), "mode": mode}
    return type(callback).of(callback.given | changed, word=callback.word)
