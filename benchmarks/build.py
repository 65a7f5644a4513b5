"""Benchmark building networks with cnnspec against keras.applications, in separate processes."""

import statistics
import subprocess
import sys

from benchmarks.timing import ratio

ROUNDS = 5
BUILDS = 5
SCRIPT = """
import statistics, time
import keras
import cnnspec
import cnnspec.backends.keras.building
{before}
times = []
for _ in range({builds} + 1):
    start = time.perf_counter()
    {statement}
    times.append(time.perf_counter() - start)
print(statistics.median(times[1:]))
"""
THEIRS = "keras.applications.{network}(weights=None)"
OURS = {
    "ResNet50": ("", "cnnspec.load('specs/zoo/resnet50.yaml').build()"),
    "EfficientNetB7": (
        f"spec = cnnspec.from_keras({THEIRS.format(network='EfficientNetB7')})",
        "spec.build()",
    ),
}


def warm(statement: str, before: str = "") -> float:
    """Return the median time of a statement in a new process, in seconds, without the first run."""
    script = SCRIPT.format(builds=BUILDS, statement=statement, before=before)
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return float(done.stdout)


def main() -> None:
    for network, (before, ours) in OURS.items():
        theirs = THEIRS.format(network=network)
        rounds = [(warm(ours, before), warm(theirs)) for _ in range(ROUNDS)]
        built, by_keras = (statistics.median(times) for times in zip(*rounds, strict=True))
        of = f"`{theirs}`"
        ratio(f"building {network} with cnnspec", built, by_keras, of, "at most 0.85")
