"""What follows the progress of a training: its batches and epochs, and the passes around them."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import keras


class Listener(Protocol):
    """Receives the progress of training."""

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Called after a batch."""

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Called after an epoch."""


@runtime_checkable
class Follower(Protocol):
    """Receives the progress of passes over data without training; a listener may be one as well."""

    def follow(self, what: str, step: int, steps: int, epoch: int | None = None) -> None:
        """Called after a batch of a pass, such as the validation at the end of `epoch`."""


@runtime_checkable
class Teller(Protocol):
    """Receives lines about a training; a listener may be one as well."""

    def tell(self, line: str) -> None:
        """Called with each line."""


class Pass(keras.callbacks.Callback):  # type: ignore[misc]
    """Reports a pass of `evaluate` or `predict` over data."""

    def __init__(self, what: str, steps: int, follower: Follower) -> None:
        super().__init__()
        self.what, self.steps, self.follower = what, steps, follower

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report a batch."""
        self.follower.follow(self.what, min(batch + 1, self.steps), self.steps)

    def on_predict_batch_end(self, batch: int, logs: Any = None) -> None:
        """Report a batch."""
        self.on_test_batch_end(batch)


def following(what: str, steps: int, listener: object) -> list[Pass]:
    """Return the callbacks for a pass; none if the listener does not follow passes."""
    return [Pass(what, steps, listener)] if isinstance(listener, Follower) else []
