"""Which classes a model confuses: counted for every kind of output, and shown on any terminal."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnspec.backends.summary.layout import Sheet
from cnnspec.cli.confusion import confusion_data, confusion_text
from cnnspec.training.confusion import Confusion
from tests.support.commands import Outcome, run_command

SPEC = """cnnspec: 1
name: given
inputs: {{x: {shape}}}
layers:
  - Activation: {{name: kind, activation: {activation}}}
outputs:
  kind: {{loss: {loss}{more}}}
train:
  data: {{npz: data.npz}}
  inputs: {{x: x}}
  targets: {{kind: y}}
  batch_size: 3
"""
"""A model without weights: what it predicts is the activation of its data."""
X = numpy.array([[3, 1, 0], [0, 2, 1], [1, 5, 0], [0, 1, 2], [4, 0, 0]], "float32")
Y = numpy.array([0, 1, 0, 2, 1])
MATRIX = [[1, 1, 0], [1, 1, 0], [0, 0, 1]]
NAMES = "[cat, dog, cow]"
ONES = numpy.array([[2], [-1], [3], [-2], [1]], "float32")
OF_ONES = numpy.array([1, 0, 0, 1, 1])
OF_LABELS = numpy.array([[1, 0, 0], [0, 1, 1], [0, 1, 1], [1, 1, 1], [1, 0, 0]])
EVERY_PIXEL = numpy.array([[[X[0], X[1]], [X[2], X[3]]], [[X[4], X[0]], [X[0], X[0]]]])
OF_PIXELS = numpy.array([[[0, 1], [0, 2]], [[1, 0], [0, 0]]])


def evaluated(
    folder: Path, x: Any, y: Any, activation: str, loss: str, more: str = "", *options: str
) -> Outcome:
    shape = list(x.shape[1:])
    text = SPEC.format(shape=shape, activation=activation, loss=loss, more=more)
    (folder / "given.yaml").write_text(text, encoding="utf-8")
    numpy.savez(folder / "data.npz", x=x, y=y)
    assert run_command("build", folder / "given.yaml", "-o", folder, "-q").exit_code == 0
    model = folder / "given" / "model.keras"
    return run_command("evaluate", model, "--spec", folder / "given.yaml", *options)


SPARSE = "sparse_categorical_crossentropy"
LOGITS = "{SparseCategoricalCrossentropy: {from_logits: true}}"
YES_OR_NO = "{BinaryCrossentropy: {from_logits: true}}"


@pytest.mark.parametrize(
    ("x", "y", "activation", "loss", "more", "expected"),
    [
        pytest.param(
            X, Y, "softmax", SPARSE, f", classes: {NAMES}",
            {"classes": ["cat", "dog", "cow"], "matrix": MATRIX}, id="softmax",
        ),
        pytest.param(
            X, Y, "softmax", SPARSE, "", {"classes": ["0", "1", "2"], "matrix": MATRIX},
            id="without names",
        ),
        pytest.param(
            X, numpy.eye(3)[Y], "softmax", "categorical_crossentropy", "",
            {"classes": ["0", "1", "2"], "matrix": MATRIX}, id="one-hot",
        ),
        pytest.param(
            X, numpy.eye(3)[Y], "softmax", "crossentropy", "",
            {"classes": ["0", "1", "2"], "matrix": MATRIX}, id="either, one-hot",
        ),
        pytest.param(
            X, Y, "softmax", "crossentropy", "",
            {"classes": ["0", "1", "2"], "matrix": MATRIX}, id="either, numbers",
        ),
        pytest.param(
            X, Y, "linear", LOGITS, "", {"classes": ["0", "1", "2"], "matrix": MATRIX}, id="logits",
        ),
        pytest.param(
            X, numpy.eye(3)[Y], "linear", "categorical_hinge", "",
            {"classes": ["0", "1", "2"], "matrix": MATRIX}, id="scores",
        ),
        pytest.param(
            X, numpy.where(Y == 1, 255, Y), "softmax",
            "{SparseCategoricalCrossentropy: {ignore_class: 255}}", "",
            {"classes": ["0", "1", "2"], "matrix": [[1, 1, 0], [0, 0, 0], [0, 0, 1]]},
            id="an ignored class",
        ),
        pytest.param(
            ONES, OF_ONES, "sigmoid", "binary_crossentropy", ", classes: ['no', 'yes']",
            {"classes": ["no", "yes"], "matrix": [[1, 1], [1, 2]]}, id="one unit",
        ),
        pytest.param(
            ONES, OF_ONES, "linear", YES_OR_NO, "",
            {"classes": ["0", "1"], "matrix": [[1, 1], [1, 2]]}, id="one logit",
        ),
        pytest.param(
            X - 0.5, OF_LABELS, "sigmoid", "binary_crossentropy", f", classes: {NAMES}",
            {"classes": ["cat", "dog", "cow"],
             "matrices": [[[1, 1], [1, 2]], [[1, 1], [0, 3]], [[2, 0], [1, 2]]]},
            id="several labels",
        ),
        pytest.param(
            X - 0.5, OF_LABELS, "linear", YES_OR_NO, "",
            {"classes": ["0", "1", "2"],
             "matrices": [[[1, 1], [1, 2]], [[1, 1], [0, 3]], [[2, 0], [1, 2]]]},
            id="logits of several labels",
        ),
        pytest.param(
            EVERY_PIXEL, OF_PIXELS, "softmax", SPARSE, f", classes: {NAMES}",
            {"classes": ["cat", "dog", "cow"], "matrix": [[4, 1, 0], [1, 1, 0], [0, 0, 1]]},
            id="pixels",
        ),
        pytest.param(
            EVERY_PIXEL[..., :1] - 1.5, (OF_PIXELS == 0) * 1, "sigmoid", "dice", "",
            {"classes": ["0", "1"], "matrix": [[2, 1], [1, 4]]}, id="an area",
        ),
        pytest.param(X, X, "linear", "mse", "", None, id="numbers"),
        pytest.param(
            X / 9, numpy.clip(X / 9, 0, 1), "softmax", "kl_divergence", "", None, id="a distribution",
        ),
    ],
)  # fmt: skip
def test_every_output_of_classes_is_counted(
    x: Any, y: Any, activation: str, loss: str, more: str, expected: object, tmp_path: Path
) -> None:
    done = evaluated(tmp_path, x, y, activation, loss, more, "--format", "json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0, done.stderr
    assert sorted(found) == (["train"] if expected is None else ["confusion", "train"])
    assert found.get("confusion", {}).get("kind") == expected


def test_an_autoencoder_of_binary_crossentropy_has_no_classes(tmp_path: Path) -> None:
    """What it restores are its inputs."""
    spec = SPEC.format(shape=[3], activation="sigmoid", loss="binary_crossentropy", more="")
    (tmp_path / "given.yaml").write_text(spec.replace("kind: y", "kind: x / 2"), encoding="utf-8")
    numpy.savez(tmp_path / "data.npz", x=X / 9)
    assert run_command("build", tmp_path / "given.yaml", "-o", tmp_path, "-q").exit_code == 0
    model = tmp_path / "given" / "model.keras"
    done = run_command("evaluate", model, "--spec", tmp_path / "given.yaml", "--format", "json")
    assert (done.exit_code, [*json.loads(done.stdout)]) == (0, ["train"])


def test_the_matrix_stands_below_the_metrics(tmp_path: Path) -> None:
    more = f", metrics: [accuracy], classes: {NAMES}"
    done = evaluated(tmp_path, X, Y, "softmax", SPARSE, more)
    lines = done.stdout.splitlines()
    assert (done.exit_code, lines[0], lines[2].split()) == (
        0,
        "train, 5 rows",
        ["output", "loss", "accuracy"],
    )
    assert lines[5:] == [
        "",
        "kind: a row for each true class, a column for each predicted one",
        "",
        "       cat   dog   cow",
        " ─────────────────────",
        " cat     1     1     0",
        " dog     1     1     0",
        " cow     0     0     1",
        "",
    ]


def confusion(size: int, name: str = "a long name of class {:03}") -> Confusion:
    names = tuple(map(name.format, range(size)))
    counts = Counter({(place, place * 3 % size): 2 + place % 3 for place in range(size)})
    return Confusion(names, False, counts)


@pytest.mark.parametrize(
    ("found", "sheet", "expected"),
    [
        pytest.param(
            confusion(3),
            Sheet(50),
            """kind: a row for each true class, a column for each predicted one

              a lon… 000   a lon… 001   a lon… 002
 ─────────────────────────────────────────────────
 a lon… 000            2            0            0
 a lon… 001            3            0            0
 a lon… 002            4            0            0
""",
            id="shortened",
        ),
        pytest.param(
            confusion(4),
            Sheet(30),
            """kind: 6 of 11 are right; the classes that are confused; `--format json` has the whole matrix

 tr…ss   pr…ed   rows   of the class
 ───────────────────────────────────
 a …01   a …03      3         100.0%
 a …03   a …01      2         100.0%
""",
            id="too wide",
        ),
        pytest.param(
            confusion(3, "class number {}"),
            Sheet(40, "ascii"),
            """kind: a row for each true class, a column for each predicted one

           cl... 0   cl... 1   cl... 2
 -------------------------------------
 cl... 0         2         0         0
 cl... 1         3         0         0
 cl... 2         4         0         0
""",
            id="ASCII",
        ),
        pytest.param(
            Confusion(("a", "b"), False, Counter({(0, 0): 3, (1, 1): 4})),
            Sheet(9),
            "kind: 7 of 7 are right",
            id="all right",
        ),
    ],
)
def test_a_matrix_fits_a_terminal(found: Confusion, sheet: Sheet, expected: str) -> None:
    assert confusion_text("kind", found, sheet) == expected


@pytest.mark.parametrize("size", [2, 5, 10, 31, 200])
@pytest.mark.parametrize("width", [20, 40, 60, 80, 132, None])
def test_no_table_is_wider_than_the_terminal(size: int, width: int | None) -> None:
    lines = confusion_text("kind", confusion(size), Sheet(width)).splitlines()[1:]
    assert width is None or width < 60 or max(map(len, lines)) <= width


def test_of_many_pairs_the_most_frequent_ones_are_listed() -> None:
    lines = confusion_text("kind", confusion(50, "{}"), Sheet()).splitlines()
    assert lines[0] == (
        "kind: 5 of 149 are right; the 20 most confused of 48 pairs of classes; "
        "`--format json` has the whole matrix"
    )
    rows = [line.split() for line in lines[4:] if line]
    assert len(rows) == 20
    assert rows[:2] == [["2", "6", "4", "100.0%"], ["5", "15", "4", "100.0%"]]


def test_json_has_the_whole_matrix() -> None:
    found = confusion(50)
    data = confusion_data({"kind": found})["kind"]
    expected = [[found.counts[true, column] for column in range(50)] for true in range(50)]
    assert (data["classes"], data["matrix"]) == (list(found.classes), expected)


def test_json_of_thousands_of_classes_has_only_what_is_not_zero() -> None:
    data = confusion_data({"word": confusion(2001)})["word"]
    assert sorted(data) == ["cells", "classes"]
    assert data["cells"][:2] == [[0, 0, 2], [1, 3, 3]]
