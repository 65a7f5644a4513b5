"""Models of text and of several inputs: trained, resumed, evaluated, asked and exported."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
import tensorflow

from tests.brought.files import images, table
from tests.support.commands import Outcome, run_command
from tests.support.keras_versions import export_formats, is_since

pytestmark = pytest.mark.usefixtures("without_curves")

REVIEWS = "review,genre,mood\n" + '"A good, long film",war,happy\nbad film,love,sad\n' * 8
SPEC = """cnnspec: 1
name: reviews
inputs:
  text: {shape: [], dtype: string}
  genre: {shape: [1], dtype: string}
layers:
  - TextVectorization:
      {name: words, from: text, vocabulary: [good, bad, film], output_mode: multi_hot}
  - StringLookup: {name: kind, from: genre, vocabulary: [war, love], output_mode: multi_hot}
  - Concatenate: {from: [words, kind]}
  - Dense: {name: mood, units: 2, activation: softmax}
outputs:
  mood: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
train:
  data: {csv: reviews.csv}
  inputs: {text: review, genre: genre}
  targets: {mood: mood}
  optimizer: {Adam: {learning_rate: 0.3}}
  epochs: 4
  test: 0.25
"""


def rows_of(outcome: Outcome) -> list[dict[str, Any]]:
    """The predictions that are printed."""
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(outcome.stdout)
    return found


@pytest.fixture(scope="module")
def reviews(without_curves: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of a model of text, which was interrupted and resumed."""
    folder = tmp_path_factory.mktemp("reviews")
    table(REVIEWS, "reviews.csv")(folder)
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    spec = folder / "spec.yaml"
    for options in (("-o", folder / "run", "--epochs", "2"), ("--resume", folder / "run")):
        assert run_command("train", spec, *options, "-q") == Outcome(0, "", "")
    return folder


def test_text_is_learned(reviews: Path) -> None:
    found = run_command("evaluate", reviews / "run", "--format", "json")
    assert json.loads(found.stdout)["test"]["mood_accuracy"] == 1


def test_text_of_tables_and_archives_is_predicted(reviews: Path) -> None:
    table('review,genre\ngood,war\n"bad, bad",love\n', "new.csv")(reviews)
    review = numpy.array(["good", "bad, bad"])
    numpy.savez(reviews / "new.npz", review=review, genre=numpy.array(["war", "love"]))
    by_file = []
    for name in ("new.csv", "new.npz"):
        rows = rows_of(run_command("predict", reviews / "run", reviews / name, "--format", "json"))
        by_file.append([(row["class_name"], row["value"]) for row in rows])
    assert [name for name, _ in by_file[0]] == ["happy", "sad"]
    assert by_file[0] == by_file[1]


def test_one_array_is_not_enough_for_two_inputs(reviews: Path) -> None:
    numpy.save(reviews / "new.npy", numpy.array(["good"]))
    said = (
        f"error: '{reviews / 'new.npy'}' is one array, but the model has the inputs 'text', 'genre'; "
        "pass a .csv or .npz file with the columns that they are computed from\n"
    )
    assert run_command("predict", reviews / "run", reviews / "new.npy") == Outcome(1, "", said)


def test_an_export_of_text_runs_in_tensorflow(reviews: Path) -> None:
    table("review,genre\ngood,war\n", "one.csv")(reviews)
    (row,) = rows_of(
        run_command("predict", reviews / "run", reviews / "one.csv", "--format", "json")
    )
    target = reviews / "saved"
    done = run_command("export", reviews / "run", "--format", "saved_model", "-o", target)
    assert done == Outcome(
        0,
        f"mood: largest difference 0\n{target}: matches Keras; inputs: text, genre\n",
        "",
    )
    signature = tensorflow.saved_model.load(str(target)).signatures["serving_default"]
    text, genre = tensorflow.constant(["good"]), tensorflow.constant([["war"]])
    found = signature(text=text, genre=genre)["mood"].numpy()
    assert (found.shape, float(found[0, row["label"]])) == ((1, 2), pytest.approx(row["value"]))


WITHOUT_TEXT = {
    "onnx": "layer 'kind': onnx does not support the operation LookupTableFindV2",
    "tflite": "layer 'words': tflite does not support the operation StringLower",
}


SAYING_SO = [
    form
    for form in WITHOUT_TEXT
    if form in export_formats() and (form != "tflite" or is_since("3.14.0"))
]
"""Older Keras exports text to TFLite by other operations, of which another one is named."""


@pytest.mark.parametrize("form", SAYING_SO)
def test_formats_without_text_say_so(form: str, reviews: Path) -> None:
    said = WITHOUT_TEXT[form]
    target = reviews / f"model.{form}"
    done = run_command("export", reviews / "run", "-o", target)
    assert done == Outcome(1, "", f"error: the model cannot be exported: {said}\n")
    assert not target.exists()


PHOTOS = """cnnspec: 1
name: photos
inputs:
  photo: [2, 2, 3]
  facts: [2]
layers:
  - Flatten: {from: photo}
  - Concatenate: {name: both, from: [flatten_1, facts]}
  - Dense: {name: price, units: 1}
outputs:
  price: {loss: mse}
train:
  data: {csv: houses.csv}
  inputs: {photo: "image(file, [2, 2]) / 255", facts: [column("rooms (all)"), age / 100]}
  targets: {price: price}
  epochs: 1
"""


def test_photographs_beside_other_columns(tmp_path: Path) -> None:
    """What is predicted is the product with the weights, computed by hand."""
    images({"in/a.png": (255, 0, 0), "in/b.png": (0, 51, 0)})(tmp_path)
    table("file,rooms (all),age,price\nin/a.png,3,50,7\nin/b.png,2,10,5\n", "houses.csv")(tmp_path)
    (tmp_path / "spec.yaml").write_text(PHOTOS, encoding="utf-8")
    run = tmp_path / "run"
    assert run_command("train", tmp_path / "spec.yaml", "-o", run, "-q") == Outcome(0, "", "")
    table("rooms (all),age,file\n3,50,in/b.png\n", "new.csv")(tmp_path)
    (row,) = rows_of(run_command("predict", run, tmp_path / "new.csv", "--format", "json"))
    kernel, bias = keras.models.load_model(run / "model.keras").get_layer("price").get_weights()
    given = numpy.array([*[0, 0.2, 0] * 4, 3, 0.5])
    assert row["value"] == pytest.approx((given @ kernel + bias).tolist(), rel=1e-5)
