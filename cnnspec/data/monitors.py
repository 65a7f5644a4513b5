"""Checks the values that callbacks monitor."""

from collections.abc import Collection

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.ir.graph import Output
from cnnspec.ir.history import VALIDATION, as_said, measured_losses, measured_metrics


def monitored(
    callback: Declaration, outputs: Collection[Output], *, is_validated: bool
) -> tuple[str, str]:
    """Return the name in the history of the value that a callback monitors, and its mode.

    `monitor` may be a name of the history (`val_digit_accuracy`) or of Keras (`val_accuracy`).

    Raises:
        Problem: nothing of that name is measured, or it is not one number that should rise or fall.

    """
    metrics = measured_metrics(outputs)
    known = [*measured_losses(outputs), *metrics]
    if is_validated:
        known += [f"{VALIDATION}{name}" for name in known]
    monitor, mode = callback.checked("monitor"), callback.checked("mode")
    name = monitor if monitor in known else as_said(monitor, outputs)
    what = name.removeprefix(VALIDATION)
    if name not in known:
        is_measured = what in metrics or what in measured_losses(outputs)
        hint = "set `validation` to measure it" if is_measured else _meant(monitor, known, outputs)
        message = f"{callback.kind()} monitors '{monitor}', which is not measured"
        raise Problem("unknown-name", message, "monitor", suggestion=hint)
    metric = metrics.get(what)
    if metric is not None and (argument := metric.several()):
        message = f"{callback.kind()} takes one number, but '{name}' is a list of them"
        hint = f"give {metric.kind()} another '{argument}'"
        raise Problem("conflicting-arguments", message, "monitor", suggestion=hint)
    better = metric.better if metric is not None else "min"
    if mode == "auto" and better is None:
        message = f"it is unknown whether '{name}' should increase or decrease"
        raise Problem(
            "missing-argument", message, "monitor", suggestion="set 'mode' to 'min' or 'max'"
        )
    return name, (better or mode) if mode == "auto" else mode


def _meant(monitor: str, known: Collection[str], outputs: Collection[Output]) -> str | None:
    from cnnspec.declarations.foreign import of_key  # not needed for specs without errors

    word = of_key("monitor", monitor)
    if word is not None and as_said(word, outputs) in known:
        return f"did you mean '{word}'?"
    return did_you_mean(monitor, known)
