"""What `cnnspec predict` prints and writes: lines, JSON, arrays, tables, masks and images."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy
import PIL.Image
import pytest

from cnnspec.analysis.decisions import Decision
from cnnspec.cli.prediction_text import HOW_TO_WRITE
from cnnspec.data.problems import RunProblem
from cnnspec.extras import MissingExtra
from cnnspec.training.deciding import decided
from cnnspec.training.prediction import OfOutput
from cnnspec.training.prediction_data import summary
from cnnspec.training.prediction_images import palette_of, pictures_of
from tests.support.commands import Outcome, run_command

NOTE = f"note: {HOW_TO_WRITE}\n"
SPEC = """cnnspec: 1
name: given
inputs: {{x: {shape}}}
layers:
  - {layer}
outputs:
  out: {{{output}}}
"""
"""A model without weights: its output is the activation of its input."""
ROWS = numpy.array([[0.5, 0.25, 0.25], [0.125, 0.125, 0.75]], "float32")
LOGITS = numpy.array([[-2.0, 3.0, 0.5], [-1.0, -2.0, -0.5]], "float32")
TWO_PIXELS = numpy.array([[[[4.0, 0, 0], [0, 4.0, 0]]], [[[0, 0, 4.0], [4.0, 0, 0]]]], "float32")
SPARSE = "sparse_categorical_crossentropy"
NAMES = "classes: [cat, dog, cow]"


class Model:
    """A model in a folder, which is the current one."""

    def __init__(self, x: Any, output: str, activation: str = "linear") -> None:
        self.x = x
        layer = f"Activation: {{name: out, activation: {activation}}}"
        shape = list(x.shape[1:])
        self.write(SPEC.format(shape=shape, layer=layer, output=output))

    def write(self, text: str) -> None:
        Path("given.yaml").write_text(text, encoding="utf-8")
        numpy.save("x.npy", self.x)
        done = run_command("build", "given.yaml", "-o", ".", "-q")
        assert done.exit_code == 0, done.stderr

    def predict(self, *options: object) -> Outcome:
        model = Path("given", "model.keras")
        return run_command("predict", model, "x.npy", "--spec", "given.yaml", *options)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Every kind of output

HEADS: dict[str, tuple[Any, str, str, list[tuple[Any, Any, Any]], str]] = {
    "softmax": (
        numpy.log(ROWS), f"loss: {SPARSE}, {NAMES}", "softmax",
        [(0, 0.5, "cat"), (2, 0.75, "cow")], "cat 0.5000",
    ),
    "without names": (
        numpy.log(ROWS), f"loss: {SPARSE}", "softmax", [(0, 0.5, None), (2, 0.75, None)], "0 0.5000",
    ),
    "without a loss": (
        numpy.log(ROWS), "", "softmax", [(0, 0.5, None), (2, 0.75, None)], "0 0.5000",
    ),
    "logits": (
        numpy.log(ROWS) + 7, f"loss: {{SparseCategoricalCrossentropy: {{from_logits: true}}}}, {NAMES}",
        "linear", [(0, 0.5, "cat"), (2, 0.75, "cow")], "cat 0.5000",
    ),
    "one-hot logits": (
        numpy.log(ROWS) + 7, f"loss: {{CategoricalCrossentropy: {{from_logits: true}}}}, {NAMES}",
        "linear", [(0, 0.5, "cat"), (2, 0.75, "cow")], "cat 0.5000",
    ),
    "scores": (
        LOGITS, f"loss: categorical_hinge, {NAMES}", "linear",
        [(1, 3.0, "dog"), (2, -0.5, "cow")], "dog 3.0000",
    ),
    "scores without a loss": (
        LOGITS, NAMES, "linear", [(1, 3.0, "dog"), (2, -0.5, "cow")], "dog 3.0000",
    ),
    "one unit": (
        numpy.log([[3.0], [0.25]]), "loss: binary_crossentropy, classes: ['no', 'yes']", "sigmoid",
        [(1, 0.75, "yes"), (0, 0.8, "no")], "yes 0.7500",
    ),
    "one logit": (
        numpy.log([[3.0], [0.25]]), "loss: {BinaryCrossentropy: {from_logits: true}}", "linear",
        [(1, 0.75, None), (0, 0.8, None)], "1 0.7500",
    ),
    "several labels": (
        numpy.log([[3.0, 0.25, 1.5], [0.25, 0.25, 0.5]]), f"loss: binary_crossentropy, {NAMES}",
        "sigmoid",
        [([0, 2], [0.75, 0.2, 0.6], ["cat", "cow"]), ([], [0.2, 0.2, 1 / 3], [])],
        "cat 0.7500, cow 0.6000",
    ),
    "logits of several labels": (
        numpy.log([[3.0, 0.25, 1.5]]), "loss: {BinaryFocalCrossentropy: {from_logits: true}}",
        "linear", [([0, 2], [0.75, 0.2, 0.6], None)], "0 0.7500, 2 0.6000",
    ),
    "numbers": (ROWS[:1], "loss: mse", "linear", [(None, [0.5, 0.25, 0.25], None)], "[0.5, 0.25, 0.25]"),
    "a class for each step": (
        TWO_PIXELS[:1, 0], f"loss: {SPARSE}, {NAMES}", "softmax",
        [([0, 1], [0.9646641] * 2, ["cat", "dog"])], "['cat', 'dog']",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_a_class_has_its_number_probability_and_name(name: str) -> None:
    x, output, activation, expected, line = HEADS[name]
    model = Model(x.astype("float32"), output, activation)
    done = model.predict("--format", "json")
    rows = json.loads(done.stdout)
    assert [sorted(row) for row in rows] == [
        ["class_name", "label", "name", "output", "value"]
    ] * len(expected)
    assert [(row["label"], row["class_name"]) for row in rows] == [
        (label, class_name) for label, _, class_name in expected
    ]
    for row, (_, value, _) in zip(rows, expected, strict=True):
        assert row["value"] == pytest.approx(value, rel=1e-5)
        # what is decided has the values that are written, too
    is_one = len(expected) == 1
    assert model.predict().stdout.splitlines()[0] == f"x.npy{'' if is_one else '[0]'}: out {line}"


def test_a_row_without_any_label_says_so() -> None:
    x = numpy.log([[0.25, 0.5, 0.25]]).astype("float32")
    done = Model(x, f"loss: binary_crossentropy, {NAMES}", "sigmoid").predict()
    assert done.stdout == "x.npy: out none of 3 classes, most probably dog 0.3333\n"


def test_logits_of_any_size_have_probabilities() -> None:
    yes_or_no = Decision("yes or no", "linear", is_logits=True)
    found = decided(yes_or_no, numpy.array([[-1e4], [0.0], [1e4]], "float32"))
    assert (found.labels.tolist(), found.probabilities.tolist()) == ([0, 0, 1], [1, 0.5, 1])
    of_classes = Decision("class", "linear", is_logits=True)
    found = decided(of_classes, numpy.array([[-1e4, 1e4], [1e4, 1e4]], "float32"))
    assert (found.labels.tolist(), found.probabilities.tolist()) == ([1, 0], [1, 0.5])


def test_the_classes_may_be_along_another_axis() -> None:
    decision = Decision("class", "linear", axis=1)
    values = numpy.moveaxis(TWO_PIXELS, -1, 1)
    assert decided(decision, values).labels.tolist() == [[[0, 1]], [[2, 0]]]


# Large outputs


def test_large_outputs_are_summarized() -> None:
    x = numpy.arange(2 * 8 * 13, dtype="float32").reshape(2, 8, 13)
    model = Model(x, "loss: mse")
    assert model.predict() == Outcome(
        0,
        "x.npy[0]: out (8, 13), min 0, max 103, mean 51.5\n"
        "x.npy[1]: out (8, 13), min 104, max 207, mean 155.5\n",
        NOTE,
    )
    rows = json.loads(model.predict("--format", "json").stdout)
    assert rows[0]["value"] == {"shape": [8, 13], "min": 0, "max": 103, "mean": 51.5}
    assert model.predict("-q").stderr == ""


def test_what_is_not_finite_is_counted() -> None:
    values = numpy.array([numpy.nan, 1, 3, -numpy.inf], "float32")
    found = summary(OfOutput("out", Decision("values", None), [values[None]]), values, None)
    assert found == {"shape": [4], "min": 1, "max": 3, "mean": 2, "not_finite": 2}
    nothing = numpy.array([numpy.nan], "float32")
    found = summary(OfOutput("out", Decision("values", None), [nothing[None]]), nothing, None)
    assert found == {"shape": [1], "not_finite": 1}


def test_pixels_that_are_not_finite_are_black_or_white() -> None:
    values = numpy.array([[[[numpy.nan], [4], [numpy.inf], [-1]]]], "float32")
    pictures = pictures_of(OfOutput("out", Decision("values", None), [values]))
    assert pictures is not None
    assert numpy.asarray(pictures.of_row(values[0], None)).tolist() == [[0, 255, 255, 0]]
    assert pictures.note == (
        "the pixels 0 to 255 of 'out' are -1 to 4, the smallest and largest value of all rows; "
        "2 values are not finite"
    )


def test_a_summary_of_pixels_has_the_share_of_each_class() -> None:
    x = numpy.zeros((1, 8, 8, 3), "float32")
    x[0, :4, :, 1] = 50
    x[0, 0, 0, 2] = 100
    model = Model(x, f"loss: {SPARSE}, {NAMES}", "softmax")
    said = "x.npy: out (8, 8, 3), min 0, max 1, mean 0.3333, cat 50.0%, dog 48.4%, cow 1.6%\n"
    assert model.predict() == Outcome(0, said, NOTE)
    (row,) = json.loads(model.predict("--format", "json").stdout)
    assert row["value"]["classes"] == {"cat": 32, "dog": 31, "cow": 1}


# Files


def test_an_archive_has_all_values() -> None:
    model = Model(numpy.log(ROWS), f"loss: {SPARSE}, {NAMES}", "softmax")
    said = "out.npz: 2 rows; arrays: out, out_label, out_classes, names\n"
    assert model.predict("-o", "out.npz") == Outcome(0, said, "")
    with numpy.load("out.npz", allow_pickle=False) as found:
        assert sorted(found.files) == ["names", "out", "out_classes", "out_label"]
        assert found["out"] == pytest.approx(ROWS)
        assert (found["out_label"].tolist(), found["out_label"].dtype) == ([0, 2], "uint8")
        assert found["out_classes"].tolist() == ["cat", "dog", "cow"]
        assert found["names"].tolist() == ["x.npy[0]", "x.npy[1]"]


@pytest.mark.parametrize("name", ["names", "file", "allow_pickle", "out_label"])
def test_an_output_may_have_any_name(name: str) -> None:
    model = Model(ROWS, "")
    model.write(
        SPEC.format(shape=[3], layer=f"Identity: {{name: {name}}}", output="").replace(
            "out:", f"{name}:"
        )
    )
    assert model.predict("-o", "out.npz", "-q") == Outcome(0, "", "")
    with numpy.load("out.npz") as found:
        rest = "names_" if name == "names" else "names"
        assert (found[name].tolist(), found[rest].tolist()) == (
            ROWS.tolist(),
            ["x.npy[0]", "x.npy[1]"],
        )


@pytest.mark.parametrize(
    ("head", "header", "first"),
    [
        ("softmax", "name,out_label,out_class,out_probability", "x.npy[0],0,cat,0.5"),
        ("without names", "name,out_label,out_probability", "x.npy[0],0,0.5"),
        ("scores", "name,out_label,out_class,out_score", "x.npy[0],1,dog,3.0"),
        ("one unit", "name,out_label,out_class,out_probability", "x.npy[0],1,yes,0.75"),
        ("several labels", "name,out_cat,out_dog,out_cow", "x.npy[0],0.75,0.2,0.6"),
        ("numbers", "name,out_0,out_1,out_2", "x.npy,0.5,0.25,0.25"),
    ],
)
def test_a_table_has_a_row_for_each_row(head: str, header: str, first: str) -> None:
    x, output, activation, expected, _ = HEADS[head]
    done = Model(x.astype("float32"), output, activation).predict("-o", "out.csv")
    rows = "1 row" if len(expected) == 1 else f"{len(expected)} rows"
    assert done == Outcome(0, f"out.csv: {rows}; columns: {header.replace(',', ', ')}\n", "")
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        found = [*csv.reader(file)]
    assert (found[0], len(found)) == (header.split(","), len(expected) + 1)
    for cell, wanted in zip(found[1], first.split(","), strict=True):
        is_number = wanted[0].isdigit() and "." in wanted
        assert (
            float(cell) == pytest.approx(float(wanted), rel=1e-5) if is_number else cell == wanted
        )


def test_json_has_all_values() -> None:
    x = numpy.arange(208, dtype="float32").reshape(2, 8, 13)
    done = Model(x, "loss: mse").predict("-o", "out.json", "--format", "json")
    assert json.loads(done.stdout) == {"output": "out.json", "rows": 2}
    rows = json.loads(Path("out.json").read_text(encoding="utf-8"))
    assert [row["value"] for row in rows] == x.tolist()


def test_masks_are_class_numbers_with_a_palette() -> None:
    model = Model(TWO_PIXELS, f"loss: {SPARSE}, {NAMES}", "softmax")
    assert model.predict("-o", "masks") == Outcome(
        0,
        "masks: 2 rows; predictions.csv; files: 2 for 'out'\n",
        "note: the pixels of 'out' are class numbers, in colours of a palette\n",
    )
    assert sorted(each.name for each in Path("masks").iterdir()) == [
        "classes.json", "predictions.csv", "x_0.png", "x_1.png",
    ]  # fmt: skip
    for row, expected in enumerate([[[0, 1]], [[2, 0]]]):
        with PIL.Image.open(f"masks/x_{row}.png") as image:
            assert (image.mode, numpy.asarray(image).tolist()) == ("P", expected)
            assert (
                numpy.asarray(image.convert("RGB"))[0, 0].tolist() == [[0, 0, 0], [0, 128, 0]][row]
            )
    assert json.loads(Path("masks/classes.json").read_text()) == {"out": ["cat", "dog", "cow"]}
    table = Path("masks/predictions.csv").read_text(encoding="utf-8")
    assert table == "name,out\nx.npy[0],x_0.png\nx.npy[1],x_1.png\n"


@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_a_mask_of_one_unit_is_black_and_white(activation: str) -> None:
    x = numpy.array([[[[-1.0], [2.0]]]], "float32")
    logits = "{BinaryCrossentropy: {from_logits: true}}"
    loss = "dice" if activation == "sigmoid" else logits
    assert Model(x, f"loss: {loss}", activation).predict("-o", "m", "-q") == Outcome(0, "", "")
    with PIL.Image.open("m/x.png") as image:
        assert (image.mode, numpy.asarray(image).tolist()) == ("P", [[0, 1]])
        assert numpy.asarray(image.convert("L")).tolist() == [[0, 255]]


def test_a_mask_of_many_classes_has_numbers_of_16_bits() -> None:
    x = numpy.zeros((1, 1, 2, 300), "float32")
    x[0, 0, 1, 299] = 9
    done = Model(x, f"loss: {SPARSE}", "softmax").predict("-o", "m")
    assert done.stderr == "note: the pixels of 'out' are class numbers, in 16 bits\n"
    with PIL.Image.open("m/x.png") as image:
        assert numpy.asarray(image).tolist() == [[0, 299]]


def test_the_colours_of_classes_differ() -> None:
    assert palette_of(2) == [(0, 0, 0), (255, 255, 255)]
    assert palette_of(4) == [(0, 0, 0), (128, 0, 0), (0, 128, 0), (128, 128, 0)]
    assert len({*palette_of(256)}) == 256


@pytest.mark.parametrize(
    ("x", "activation", "pixels", "note"),
    [
        ([[0.0, 20.0]], "sigmoid", [[128, 255]], "are 0 to 1"),
        ([[-20.0, 0.0]], "tanh", [[0, 128]], "are -1 to 1"),
        ([[0.0, 0.2]], "linear", [[0, 51]], "are 0 to 1"),
        ([[-1.0, 4.0]], "linear", [[0, 255]], "are -1 to 4, the smallest and largest value of all rows"),
        ([[3.0, 3.0]], "linear", [[0, 0]], "are 3 to 3, the smallest and largest value of all rows"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_are_scaled_and_say_how(
    x: Any, activation: str, pixels: Any, note: str, channels: int
) -> None:
    values = numpy.repeat(numpy.array([x], "float32")[..., None], channels, -1)
    done = Model(values, "loss: mse", activation).predict("-o", "images")
    assert done.stderr == f"note: the pixels 0 to 255 of 'out' {note}\n"
    with PIL.Image.open("images/x.png") as image:
        assert image.mode == {1: "L", 3: "RGB", 4: "RGBA"}[channels]
        found = numpy.asarray(image).reshape(1, -1, channels)
    assert found[..., 0].tolist() == found[..., -1].tolist() == pixels


def test_other_arrays_have_files_of_their_own() -> None:
    x = numpy.arange(24, dtype="float32").reshape(2, 3, 4)
    done = Model(x, "loss: mse").predict("-o", "arrays/")
    assert done == Outcome(0, "arrays: 2 rows; predictions.csv; files: 2 for 'out'\n", "")
    for row in range(2):
        assert numpy.load(f"arrays/x_{row}.npy").tolist() == x[row].tolist()


def test_files_are_named_after_images_and_outputs() -> None:
    text = """cnnspec: 1
name: given
inputs: {image: [2, 2, 3]}
layers:
  - Identity: {name: same}
  - Identity: {name: other one, from: image}
outputs: {same: {}, other one: {}}
"""
    for name in ("photos/a/1.png", "photos/a/1.jpg", "photos/b/1.png", "1.png", "more/1.png"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.new("RGB", (2, 2)).save(name)
    Model(numpy.zeros((1, 2, 2, 3), "float32"), "").write(text)
    done = run_command(
        "predict", "given/model.keras", "photos", "1.png", "more/1.png", "--spec", "given.yaml",
        "-o", "out", "-q",
    )  # fmt: skip
    assert done == Outcome(0, "", "")
    assert Path("out/predictions.csv").read_text(encoding="utf-8").splitlines() == [
        "name,same,other one",
        "photos/a/1.jpg,a/1.same.png,a/1.other_one.png",
        "photos/a/1.png,a/1.same_2.png,a/1.other_one_2.png",
        "photos/b/1.png,b/1.same.png,b/1.other_one.png",
        "1.png,1.same.png,1.other_one.png",
        "more/1.png,1.same_2.png,1.other_one_2.png",
    ]
    assert len([*Path("out").rglob("*.png")]) == 10


def test_names_of_files_that_are_not_utf_8_are_escaped() -> None:
    model = Model(numpy.zeros((1, 2, 2, 3), "float32"), "loss: mse")
    PIL.Image.new("RGB", (2, 2)).save("a.png")
    name = os.fsdecode(b"caf\xff, 1.png")
    Path("a.png").rename(name)
    assert model.predict(name, "-o", "out", "-q") == Outcome(0, "", "")
    with Path("out/predictions.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.reader(file)]
    assert rows[2] == ["caf\\udcff, 1.png", "caf\\udcff, 1.png"]
    assert Path("out", name).is_file()


# What is there already, and what cannot be written


@pytest.mark.parametrize("target", ["out.npz", "out.csv", "out.json", "out"])
def test_what_is_there_is_replaced_only_by_force(target: str) -> None:
    model = Model(ROWS, "loss: mse")
    assert model.predict("-o", target, "-q") == Outcome(0, "", "")
    said = f"cnnspec: '{target}' already exists; use --force to overwrite it\n"
    assert model.predict("-o", target) == Outcome(2, "", said)
    assert model.predict("-o", target, "--force", "-q") == Outcome(0, "", "")


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("out.txt", (), "--output must be a .npz, .csv or .json file, or a folder, not 'out.txt'"),
        ("-", (), "--output is a file or a folder; --format json prints all predictions"),
        ("mine", ("--force",), "'mine' has no 'predictions.csv' of an earlier prediction, so it is not replaced"),
        ("x.npy", ("--force",), "--output must be a .npz, .csv or .json file, or a folder, not 'x.npy'"),
        ("notes", ("--force",), "'notes' is a file, not a folder"),
        ("notes/out.csv", (), "'notes/out.csv' cannot be written: Not a directory"),
        ("given/", ("--root", "given"), "'x.npy' leads out of the allowed folder given"),
    ],
)  # fmt: skip
def test_targets_that_are_refused(target: str, options: tuple[str, ...], said: str) -> None:
    model = Model(ROWS, "loss: mse")
    Path("mine").mkdir()
    Path("mine/thesis.txt").touch()
    Path("notes").touch()
    before = sorted(Path().rglob("*"))
    assert model.predict("-o", target, *options) == Outcome(2, "", f"cnnspec: {said}\n")
    assert sorted(Path().rglob("*")) == before


def test_an_input_is_never_overwritten() -> None:
    model = Model(ROWS, "loss: mse")
    numpy.savez("rows.npz", x=ROWS)
    before = Path("rows.npz").read_bytes()
    done = run_command(
        "predict",
        "given/model.keras",
        "rows.npz",
        "--spec",
        "given.yaml",
        "-o",
        "rows.npz",
        "--force",
    )
    assert done == Outcome(2, "", "cnnspec: 'rows.npz' is an input, so it is not overwritten\n")
    assert (Path("rows.npz").read_bytes(), model.x is ROWS) == (before, True)


def test_a_folder_with_other_files_is_not_replaced() -> None:
    model = Model(TWO_PIXELS, f"loss: {SPARSE}, {NAMES}", "softmax")
    assert model.predict("-o", "masks", "-q") == Outcome(0, "", "")
    assert model.predict("-o", "masks", "-q", "--force") == Outcome(0, "", "")
    Path("masks/mine").mkdir()
    Path("masks/mine/notes.txt").touch()
    said = (
        "cnnspec: 'masks/mine/notes.txt' is not of an earlier prediction, "
        "so 'masks' is not replaced\n"
    )
    assert model.predict("-o", "masks", "--force") == Outcome(2, "", said)
    Path("masks/mine/notes.txt").unlink()
    done = model.predict("masks/x_0.png", "-o", "masks", "--force")
    said = "cnnspec: 'masks/x_0.png' is an input, so it is not overwritten\n"
    assert done == Outcome(2, "", said)
    assert Path("masks/x_0.png").is_file()


def test_the_output_is_not_inside_an_input() -> None:
    """The next prediction would take it for images."""
    model = Model(TWO_PIXELS, f"loss: {SPARSE}", "softmax")
    Path("photos").mkdir()
    PIL.Image.new("RGB", (2, 1)).save("photos/a.png")
    said = "cnnspec: the output 'photos/masks' is inside the input 'photos'\n"
    assert model.predict("photos", "-o", "photos/masks") == Outcome(2, "", said)
    assert [*Path("photos").iterdir()] == [Path("photos/a.png")]


@pytest.mark.parametrize("option", [("-o", f"{'a' * 300}.npz"), ("a" * 300,)])
def test_names_that_are_too_long(option: tuple[str, ...]) -> None:
    doing = "written" if option[0] == "-o" else "read"
    said = f"cnnspec: '{option[-1]}' cannot be {doing}: File name too long\n"
    assert Model(ROWS, "loss: mse").predict(*option) == Outcome(2, "", said)


@pytest.mark.parametrize(
    ("x", "target", "said"),
    [
        (
            numpy.zeros((1, 4, 5), "float32"),
            "out.csv",
            "a table cannot have the rows of shape (4, 5) of 'out'; "
            "write them to an archive or a folder: -o FILE.npz",
        ),
        (
            numpy.zeros((1, 1001), "float32"),
            "out.csv",
            "a table cannot have the rows of shape (1001,) of 'out'; "
            "write them to an archive or a folder: -o FILE.npz",
        ),
    ],
)
def test_values_that_a_form_cannot_have(x: Any, target: str, said: str) -> None:
    done = Model(x, "loss: mse").predict("-o", target)
    assert done == Outcome(1, "", f"error: {said}\n")
    assert not Path(target).exists()


def test_rows_of_different_shapes_are_not_one_array() -> None:
    model = Model(numpy.zeros((1, 2, 2, 3), "float32"), "loss: mse")
    text = SPEC.format(shape="[null, null, 3]", layer="Identity: {name: out}", output="loss: mse")
    model.write(text)
    for name, size in {"a": (2, 3), "b": (4, 5)}.items():
        PIL.Image.new("RGB", size).save(f"{name}.png")
    files = ("a.png", "b.png", "--spec", "given.yaml")
    done = run_command("predict", "given/model.keras", *files, "-o", "out.npz")
    said = (
        "error: the rows of 'out' have different shapes, (3, 2, 3) and (5, 4, 3), so they are not "
        "one array; write them to a folder: -o FOLDER\n"
    )
    assert done == Outcome(1, "", said)
    assert [*Path().glob("*.npz")] == []
    assert run_command("predict", "given/model.keras", *files, "-o", "out", "-q") == (0, "", "")
    with PIL.Image.open("out/b.png") as image:
        assert image.size == (4, 5)


@pytest.mark.parametrize("target", ["out.npz", "out.csv", "out.json", "out"])
@pytest.mark.parametrize(
    ("error", "code"), [(OSError(28, "No space left on device"), 2), (RunProblem("no"), 1)]
)
def test_a_failure_leaves_what_was_there(
    target: str, error: Exception, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Model(ROWS, "loss: mse")
    assert model.predict("-o", target, "-q") == Outcome(0, "", "")
    before = {file: file.read_bytes() for file in Path().rglob("*") if file.is_file()}

    def fails(*_: Any, **__: Any) -> None:
        raise error

    writer = {
        "out.npz": "cnnspec.training.prediction_arrays.npy.write_array",
        "out.csv": "cnnspec.training.prediction_table.csv.writer",
        "out.json": "cnnspec.cli.prediction_output.json.dumps",
        "out": "cnnspec.training.prediction_folder.write_columns",
    }
    monkeypatch.setattr(writer[target], fails)
    done = model.predict("-o", target, "--force")
    said = {
        2: f"cnnspec: '{target}' cannot be written: No space left on device\n",
        1: "error: no\n",
    }
    assert done == Outcome(code, "", said[code])
    assert {file: file.read_bytes() for file in Path().rglob("*") if file.is_file()} == before


def test_images_need_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model(TWO_PIXELS, f"loss: {SPARSE}", "softmax")

    def require(package: str, doing: str) -> None:
        raise MissingExtra(doing, package)

    monkeypatch.setattr("cnnspec.cli.prediction_output.require", require)
    said = "cnnspec: writing images needs 'PIL': pip install 'cnnspec[images]'\n"
    assert model.predict("-o", "masks") == Outcome(2, "", said)
    assert not Path("masks").exists()
