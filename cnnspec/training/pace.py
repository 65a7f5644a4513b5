"""Estimates the time that is left of a training."""

import time
from collections import deque
from dataclasses import dataclass, field

WINDOW = 30.0
"""The last seconds that count for the speed, which changes with the phases."""


@dataclass(slots=True)
class Pace:
    """The steps that were done, with their times."""

    _samples: deque[tuple[float, int]] = field(default_factory=deque)

    def left(self, done: int, total: int) -> str:
        """Note the steps that are done, and return the time for the others: `1:05 left`.

        Empty if nothing is left, and for the first steps, of which the speed is unknown.
        """
        now = time.monotonic()
        self._samples.append((now, done))
        while len(self._samples) > 2 and now - self._samples[1][0] > WINDOW:
            self._samples.popleft()
        began, first = self._samples[0]
        if done <= first or now <= began or done >= total:
            return ""
        return f"{in_words((total - done) * (now - began) / (done - first))} left"


def in_words(seconds: float) -> str:
    """Write a duration: `0:07`, `12:30`, `1:02:03`."""
    whole = max(round(seconds), 0)
    minutes, hours = whole // 60 % 60, whole // 3600
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
