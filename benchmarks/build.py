"""Building ResNet50 through cnnspec against keras.applications, both in one warm process."""

import os
import statistics
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

RUNS = 5


def median(of: Callable[[], object]) -> float:
    """The median time of a call, in seconds; the first is not counted."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        of()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    import keras

    import cnnspec

    ours = median(lambda: cnnspec.load("specs/zoo/resnet50.yaml").build())
    theirs = median(lambda: keras.applications.ResNet50(weights=None))
    print(
        f"building ResNet50 through cnnspec ({ours * 1000:.0f} ms): {ours / theirs:.2f} of "
        f"keras.applications.ResNet50(weights=None) ({theirs * 1000:.0f} ms); goal: at most 1.0"
    )
