"""Benchmark building ResNet50 with cnnspec against keras.applications, in separate processes."""

import statistics
import subprocess
import sys

ROUNDS = 5
BUILDS = 5
SCRIPT = """
import statistics, time
import keras
import cnnspec.backends.keras.building
times = []
for _ in range({builds} + 1):
    start = time.perf_counter()
    {statement}
    times.append(time.perf_counter() - start)
print(statistics.median(times[1:]))
"""
OURS = "cnnspec.load('specs/zoo/resnet50.yaml').build()"
THEIRS = "keras.applications.ResNet50(weights=None)"


def warm(statement: str) -> float:
    """Return the median time of a statement in a new process, in seconds, without the first run."""
    script = SCRIPT.format(builds=BUILDS, statement=statement)
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return float(done.stdout)


def main() -> None:
    rounds = [(warm(OURS), warm(THEIRS)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(
        f"building ResNet50 with cnnspec ({ours * 1000:.0f} ms): {ours / theirs:.2f} times "
        f"keras.applications.ResNet50(weights=None) ({theirs * 1000:.0f} ms); goal: at most 1.0"
    )
