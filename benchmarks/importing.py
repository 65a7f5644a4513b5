"""Benchmark a cold `cnnspec import` of large models, against `keras.models.load_model` where Keras wrote them."""

import json
import subprocess
import tempfile
from pathlib import Path

from benchmarks.timing import cnnspec, median_seconds, python, ratio, seconds
from tests.support.configurations import CONVOLUTION, INPUT, Config, layer, model, tensor

RESNET = """
import keras
keras.applications.ResNet152V2(weights=None).save({file!r})
"""
UNITS = """
import keras
from keras import layers
above = start = keras.Input((32, 32, 16))
for _ in range(120):
    x = layers.Conv2D(16, 3, padding="same")(above)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    above = layers.Add()([x, above])
x = layers.GlobalAveragePooling2D()(above)
keras.Model(start, layers.Dense(10)(layers.Dropout(0.5)(x))).save({file!r})
"""
"""A residual network of 484 layers."""
LOAD = """
import keras
keras.models.load_model({file!r})
"""
MANY = 9_900


def main() -> None:
    compare("ResNet152V2", RESNET, "at most 1/5")
    compare("a network of 484 layers", UNITS, "at most 1/12")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.json")
        file.write_text(json.dumps(units(MANY)), encoding="utf-8")
        (imported,) = median_seconds([import_of(file)], runs=3)
    seconds(f"cnnspec import of a JSON file of {MANY:,} layers", imported, "under 3 s")


def compare(what: str, save: str, goal: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "model.keras")
        subprocess.run(python(save.format(file=str(file))), check=True, capture_output=True)
        commands = (import_of(file), python(LOAD.format(file=str(file))))
        imported, loaded = median_seconds(commands, runs=3)
    of = "`keras.models.load_model` of the same file"
    ratio(f"cnnspec import of the .keras file of {what}", imported, loaded, of, goal)


def import_of(file: Path) -> tuple[str, ...]:
    return (*cnnspec("import", str(file), "--force", "-o"), str(file.with_suffix(".yaml")))


def units(count: int) -> Config:
    """Return what Keras writes for a residual network of so many layers and an input."""
    layers, above = [INPUT], tensor("x")
    for at in range(count // 4):
        names = [f"{kind}_{at}" for kind in ("conv", "normalized", "relu", "sum")]
        layers += [
            layer("Conv2D", names[0], above, **CONVOLUTION),
            layer("BatchNormalization", names[1], tensor(names[0])),
            layer("ReLU", names[2], tensor(names[1])),
            layer("Add", names[3], [tensor(names[2]), above]),
        ]
        above = tensor(names[3])
    return model(layers)
