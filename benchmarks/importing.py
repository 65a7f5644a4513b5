"""Benchmark a cold `cnnspec import` of ResNet152V2 against `keras.models.load_model`."""

import subprocess
import tempfile
from pathlib import Path

from benchmarks.timing import cnnspec, median_seconds, python, ratio

SAVE = """
import keras
keras.applications.ResNet152V2(weights=None).save({file!r})
"""
LOAD = """
import keras
keras.models.load_model({file!r})
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file, spec = Path(folder, "model.keras"), Path(folder, "spec.yaml")
        subprocess.run(python(SAVE.format(file=str(file))), check=True, capture_output=True)
        ours = cnnspec("import", str(file), "--force", "-o", str(spec))
        theirs = python(LOAD.format(file=str(file)))
        imported, loaded = median_seconds((ours, theirs), runs=3)
    of = "`keras.models.load_model` of the same file"
    ratio("cnnspec import of the .keras file of ResNet152V2", imported, loaded, of, "at most 1/5")
