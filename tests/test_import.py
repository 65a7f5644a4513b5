"""`cnnspec import` and `cnnspec.from_keras`: from Keras models to specs that a person would write."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

import cnnspec
from tests.support.commands import python_output, run_command


def model() -> Any:
    """Two outputs, blocks of equal form, a frozen layer, and what it is trained by."""
    layers = keras.layers
    image = x = keras.Input((8, 8, 3), name="image")
    for number, filters in enumerate((4, 4, 8), start=1):
        x = layers.Conv2D(filters, 3, padding="same", name=f"block{number}_conv")(x)
        x = layers.BatchNormalization(name=f"block{number}_bn")(x)
        x = layers.Activation("relu", name=f"block{number}_act")(x)
        x = layers.MaxPooling2D(name=f"block{number}_pool")(x)
    x = layers.Flatten(name="flat")(x)
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    odd = layers.Dense(1, activation="sigmoid", name="odd", trainable=False)(x)
    made = keras.Model(image, [digit, odd], name="digits")
    made.compile(
        keras.optimizers.Adam(0.01),
        loss={"digit": "sparse_categorical_crossentropy", "odd": "binary_crossentropy"},
        loss_weights={"digit": 1.0, "odd": 0.5},
        metrics={"digit": ["accuracy"]},
    )
    return made


import_command = partial(run_command, "import")
SPEC = """\
cnnspec: 1
name: digits
WEIGHTS
blocks:
  block:
    params: {filters: 4}
    layers:
      - Conv2D: {name: conv, filters: $filters, kernel_size: 3, padding: same}
      - BatchNormalization: {name: bn}
      - Activation: {name: act, activation: relu}
      - MaxPooling2D: {name: pool}

inputs:
  image: [8, 8, 3]

layers:
  - block: {name: block$(index + 1), repeat: 2}
  - block: {name: block3, filters: 8}
  - Flatten: {name: flat}
  - Dense: {name: digit, units: 10, activation: softmax}
  - Dense: {name: odd, from: flat, units: 1, activation: sigmoid, trainable: false}

outputs:
  digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
  odd: {loss: binary_crossentropy, loss_weight: 0.5}

train:
  optimizer: {Adam: {learning_rate: 0.01}}
"""


def test_a_keras_file_becomes_the_spec_that_a_person_would_write(folder: Path) -> None:
    made = model()
    made.save("trained.keras")
    expected = SPEC.replace("WEIGHTS\n", "weights: trained.keras\n\n")
    assert import_command("trained.keras") == (0, expected, "")
    assert import_command("trained.keras", "-o", "specs/digits.yaml") == (0, "", "")
    written = Path("specs/digits.yaml").read_text()
    assert written == SPEC.replace("WEIGHTS\n", "weights: ../trained.keras\n\n")
    image = numpy.random.default_rng(0).random((2, 8, 8, 3), "float32")
    again = cnnspec.load("specs/digits.yaml").build()
    for ours, theirs in zip(again(image), made(image), strict=True):
        assert numpy.array_equal(ours, theirs)
    assert again.get_layer("odd").trainable is False


def test_what_is_there_is_replaced_only_by_force(folder: Path) -> None:
    Path("model.json").write_text(model().to_json())
    Path("spec.yaml").write_text("mine")
    message = "cnnspec: 'spec.yaml' already exists; use --force to overwrite it\n"
    assert import_command("model.json", "-o", "spec.yaml") == (2, "", message)
    assert Path("spec.yaml").read_text() == "mine"
    assert import_command("model.json", "-o", "spec.yaml", "--force") == (0, "", "")
    assert Path("spec.yaml").read_text() == SPEC.replace("WEIGHTS\n", "\n")


def test_no_compact_is_a_step_for_every_layer(folder: Path) -> None:
    made = keras.Sequential([keras.Input((4,), name="x")], name="plain")
    for number in (1, 2):
        made.add(keras.layers.Dense(4, name=f"fc{number}"))
    Path("model.json").write_text(made.to_json())
    expected = """\
cnnspec: 1
name: plain

inputs:
  x: [4]

layers:
  - Dense: {name: fc1, units: 4}
  - Dense: {name: fc2, units: 4}

outputs:
  fc2: {}
"""
    assert import_command("model.json", "--no-compact") == (0, expected, "")


class Own(keras.Model):
    """A model that only its code can say."""


def test_what_no_spec_can_say_is_one_finding(folder: Path) -> None:
    Path("model.json").write_text(
        json.dumps({"class_name": "Own", "config": {}, "module": "mine", "registered_name": "Own"})
    )
    message = (
        "error[unreadable-model]: 'model.json': it is a model of the class mine:Own, whose code makes the "
        "layers, so they are not in the file; load it with Keras and pass it to `cnnspec.from_keras`, "
        "which reads the graph of the model\n"
    )
    assert import_command("model.json") == (1, "", message)
    Path("model.txt").write_text("no model")
    code, out, err = import_command("model.txt")
    assert (code, out) == (1, "")
    assert err.startswith("error[unreadable-model]: 'model.txt': ")
    assert import_command("missing.keras") == (
        2,
        "",
        "cnnspec: 'missing.keras' cannot be read: No such file or directory\n",
    )


@pytest.mark.parametrize(("name", "most"), [("ResNet50", 5_000), ("DenseNet201", 4_000)])
def test_networks_of_keras_are_short(name: str, most: int) -> None:
    code, out, err = import_command(f"application:{name}")
    assert (code, err) == (0, "")
    assert len(out.encode()) < most
    assert not any(found.severity == "error" for found in cnnspec.loads(out).report)


def test_other_words_are_no_networks() -> None:
    for name in ("Banana", "resnet50", "keras"):
        message = f"cnnspec: keras.applications has no network '{name}'\n"
        assert import_command(f"application:{name}") == (2, "", message)


def test_a_model_in_python_becomes_a_document() -> None:
    spec = cnnspec.from_keras(model())
    assert cnnspec.dumps(spec) == SPEC.replace("WEIGHTS\n", "\n")
    plain = cnnspec.from_keras(model(), compact=False).document
    assert plain is not None
    assert (len(plain.layers), plain.blocks) == (15, {})


def test_neither_keras_nor_tensorflow_is_imported(folder: Path) -> None:
    model().save("trained.keras")
    model().save("trained.h5")
    Path("model.json").write_text(model().to_json())
    script = """
import sys
for name in ("keras", "tensorflow"):
    sys.modules[name] = None
from cnnspec.cli.commands import main
main(["import", sys.argv[1], "-o", sys.argv[1] + ".yaml"])
"""
    for file in ("trained.keras", "trained.h5", "model.json"):
        python_output("-c", script, file)
    texts = {name: Path(f"{name}.yaml").read_text() for name in ("trained.h5", "model.json")}
    assert texts == {
        "trained.h5": SPEC.replace("WEIGHTS\n", "weights: trained.h5\n\n"),
        "model.json": SPEC.replace("WEIGHTS\n", "\n"),
    }
