"""Shows the progress of training as lines of text, one of which a notebook updates."""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from cnnspec.training.pace import Pace

SECONDS_BETWEEN_UPDATES = 0.2


def measures(logs: Mapping[str, float]) -> list[str]:
    """Format losses and metrics."""
    return [f"{name} {float(value):.4g}" for name, value in logs.items() if name != "epoch"]


@dataclass(slots=True)
class Lines:
    """Prints a line for each epoch."""

    epochs: int
    write: Callable[[str], None] = print

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Ignore a batch."""

    def follow(self, what: str, step: int, steps: int, epoch: int | None = None) -> None:
        """Ignore a batch of a pass."""

    def tell(self, line: str) -> None:
        """Print a line."""
        self.write(line)

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Print the losses and metrics of an epoch."""
        self.write(f"epoch {epoch + 1}/{self.epochs}: {', '.join(measures(logs))}")


@dataclass(slots=True)
class NotebookLines(Lines):
    """Prints a line for each epoch of training in a notebook, below one for the current batch."""

    _handle: Any = None
    """The output of the cell that is updated."""
    _next: float = field(default=0.0)
    """When it may be updated again: each update is a message to the browser."""
    _pace: Pace = field(default_factory=Pace)
    """The speed of the training."""
    _trained: str = ""
    """The line for the last batch of training."""
    _pass: tuple[str, Pace] | None = None
    """The pass that is going on, with its speed."""

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Update the line for the current batch, with the time that is left of all epochs."""
        left = self._pace.left(epoch * steps + step, self.epochs * steps)
        said = f"epoch {epoch + 1}/{self.epochs}, step {step}/{steps}{left and f', {left}'}"
        self._pass, self._trained = None, f"{said}: {', '.join(measures(logs))}"
        self._show(self._trained, is_last=step == steps)

    def follow(self, what: str, step: int, steps: int, epoch: int | None = None) -> None:
        """Update the line for the current batch of a pass, with the time that is left of it.

        After the pass it is about training again.
        """
        if self._pass is None or self._pass[0] != what or step <= 1:
            self._pass = what, Pace()
        left = self._pass[1].left(step, steps)
        whole = "" if epoch is None else f"epoch {epoch + 1}/{self.epochs}, "
        said = f"{whole}{what}, step {step}/{steps}{left and f', {left}'}"
        is_last = step == steps
        self._show(self._trained or said if is_last else said, is_last=is_last)

    def _show(self, text: str, *, is_last: bool) -> None:
        now = time.monotonic()
        if now < self._next and not is_last:
            return
        self._next = now + SECONDS_BETWEEN_UPDATES
        shown = {"text/plain": text}
        if self._handle is None:
            display = import_module("IPython.display").display
            self._handle = display(shown, raw=True, display_id=True)
        else:
            self._handle.update(shown, raw=True)


def listener(epochs: int, shown: bool | None) -> Lines | None:
    """Return what shows the progress of a training; without a choice, only a notebook does."""
    if shown is False or (shown is None and not in_notebook()):
        return None
    return NotebookLines(epochs) if in_notebook() else Lines(epochs)


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None
