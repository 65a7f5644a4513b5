"""Benchmark building VGG16 with the weights of a `.keras` file against `keras.models.load_model`."""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.timing import Command, python, ratio

SAVE = """
import keras
keras.applications.VGG16(weights=None).save({file!r})
"""
TIMED = """
import time
import keras
import cnnspec.backends.keras.building
start = time.perf_counter()
{statement}
print(time.perf_counter() - start)
"""
OURS = "cnnspec.load({file!r}).build(weights={file!r})"
THEIRS = "keras.models.load_model({file!r})"
ROUNDS = 3


def seconds(statement: str) -> float:
    """Return the time of a statement in a new process that has imported its libraries."""
    command: Command = python(TIMED.format(statement=statement))
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder, "model.keras"))
        subprocess.run(python(SAVE.format(file=file)), check=True, capture_output=True)
        rounds = [
            [seconds(each.format(file=file)) for each in (OURS, THEIRS)] for _ in range(ROUNDS)
        ]
    ours, theirs = map(min, zip(*rounds, strict=True))
    of = "`keras.models.load_model`"
    ratio("building VGG16 with the weights of its .keras file", ours, theirs, of, "at most 1/5")
