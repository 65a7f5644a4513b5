"""Benchmark a cold `cnnspec diagram` of ResNet152V2 against building it and `model_to_dot`."""

import tempfile
from pathlib import Path

from benchmarks.analysis import generated
from benchmarks.timing import cnnspec, median_seconds, python, ratio

LAYERS = 10_000
SPEC = "specs/zoo/resnet152v2.yaml"
KERAS_SCRIPT = """
import keras
model = keras.applications.ResNet152V2(weights=None)
dot = keras.utils.model_to_dot(model, show_shapes=True)
with open({file!r}, "w") as file:
    file.write(dot.to_string())
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder, "ours.dot"), Path(folder, "theirs.dot")
        diagram = cnnspec("diagram", SPEC, "--quiet", "--force", "-o", str(ours))
        keras = python(KERAS_SCRIPT.format(file=str(theirs)))
        whole = cnnspec("diagram", SPEC, "--depth", "all", "--force", "-o", str(ours))
        large = Path(folder, "large.yaml")
        large.write_text(generated(LAYERS), encoding="utf-8")
        folded = cnnspec("diagram", str(large), "--quiet", "--force", "-o", str(ours))
        drawn, unfolded, of_many, by_keras = median_seconds((diagram, whole, folded, keras), runs=3)
    of = "building it with Keras and calling `model_to_dot`"
    ratio(f"cnnspec diagram {SPEC} -o x.dot", drawn, by_keras, of, "at most 1/20")
    ratio("the same with --depth all", unfolded, by_keras, of, "none")
    ratio(f"a diagram of {LAYERS:,} layers, folded", of_many, by_keras, of, "under 3 s")
