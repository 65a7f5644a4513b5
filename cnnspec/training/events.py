"""Writes losses and metrics for TensorBoard, like the callback of Keras."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tensorflow as tf

from cnnspec.data.problems import RunProblem
from cnnspec.failures.wording import worded
from cnnspec.ir.history import VALIDATION
from cnnspec.training.listening import Follower, Listener, Teller

FOLDER = "tensorboard"


@dataclass(slots=True)
class Events:
    """Writes the scalars of every epoch, and forwards events to another listener.

    A resumed run appends to the existing events.
    """

    folder: Path
    listener: Listener | None = None
    _writers: dict[str, Any] = field(default_factory=dict)

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Forward a batch without writing."""
        if self.listener is not None:
            self.listener.batch(epoch, step, steps, logs)

    def follow(self, what: str, step: int, steps: int, epoch: int | None = None) -> None:
        """Forward a batch of a pass."""
        if isinstance(self.listener, Follower):
            self.listener.follow(what, step, steps, epoch)

    def tell(self, line: str) -> None:
        """Forward a line."""
        if isinstance(self.listener, Teller):
            self.listener.tell(line)

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the losses and metrics of an epoch.

        Raises:
            RunProblem: they cannot be written.

        """
        parts: dict[str, dict[str, float]] = {"train": {}, "validation": {}}
        for name, value in logs.items():
            part = "validation" if name.startswith(VALIDATION) else "train"
            if name != "epoch":
                parts[part][name.removeprefix(VALIDATION)] = value
        try:
            for part, scalars in parts.items():
                if scalars:
                    self._write(part, epoch, scalars)
        except tf.errors.OpError as error:
            raise RunProblem(
                f"'{self.folder}' cannot be written: {worded(type(error).__name__, error.message)}"
            ) from None
        if self.listener is not None:
            self.listener.epoch(epoch, logs)

    def _write(self, part: str, epoch: int, scalars: Mapping[str, float]) -> None:
        if part not in self._writers:
            self._writers[part] = tf.summary.create_file_writer(str(self.folder / part))
        # `tf.summary.scalar` is a part of TensorBoard, `write` one of TensorFlow.
        metadata = tf.compat.v1.SummaryMetadata()
        metadata.plugin_data.plugin_name = "scalars"
        with self._writers[part].as_default():
            for name, value in scalars.items():
                tf.summary.write(f"epoch_{name}", tf.constant(value), step=epoch, metadata=metadata)
        self._writers[part].flush()
