"""Stops training at a loss that is NaN, like the callback of Keras, and says where."""

import math
from collections.abc import Mapping
from typing import Any

import keras

from cnnspec.data.problems import RunProblem


class StopsOnNaN(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops after the batch whose loss is NaN or infinite; Keras prints that itself."""

    def __init__(self, *, is_error: bool) -> None:
        super().__init__()
        self.is_error = is_error
        self.why: str | None = None
        """Why training stopped."""
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Remember the epoch."""
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Look at the loss.

        Raises:
            RunProblem: it is NaN or infinite, and that is an error.

        """
        loss = float((logs or {}).get("loss", 0.0))
        if math.isfinite(loss) or self.why is not None:
            return
        what = "NaN" if math.isnan(loss) else "infinite"
        self.why = f"the loss is {what} in epoch {self._epoch + 1}"
        if self.is_error:
            raise RunProblem(f"training stopped: {self.why}")
        self.model.stop_training = True
