"""What `cnnspec predict` takes: images, folders, archives, tables, and a path for each input."""

import json
from pathlib import Path
from typing import Any

import numpy
import PIL.Image
import pytest

from cnnspec.cli.prediction_text import prediction_line
from tests.brought.files import images, table
from tests.support.commands import Outcome, run_command

MEANS = """cnnspec: 1
name: means
inputs: {image: [2, 2, 3]}
layers:
  - GlobalAveragePooling2D: {name: kind}
outputs: {kind: {loss: categorical_hinge, classes: [red, green, blue]}}
train:
  data: {csv: data.csv}
  inputs: {image: "image(file, [2, 2]) / 255"}
  targets: {kind: "one_hot(y, 3)"}
"""
"""A model without weights: its scores are the mean of each colour."""
BOTH = """cnnspec: 1
name: both
inputs: {left: [2, 2, 3], right: [2, 2, 3]}
layers:
  - Subtract: {from: [left, right]}
  - GlobalMaxPooling2D: {name: difference}
outputs: {difference: {}}
"""
SIZES = """cnnspec: 1
name: sizes
inputs: {image: [null, null, 3]}
layers: [{GlobalMaxPooling2D: {name: top}}]
outputs: {top: {}}
"""
PIXELS = {
    "photos/a/1.png": (255, 0, 0),
    "photos/b/1.png": (0, 204, 51),
    "photos/10.png": (0, 0, 102),
    "photos/.hidden/2.png": (1, 1, 1),
    "__MACOSX/photos/1.png": (1, 1, 1),
    "left/1.png": (9, 9, 9),
    "left/2.png": (5, 6, 7),
    "right/1.png": (9, 8, 7),
    "right/2.png": (1, 1, 1),
    "other/1.png": (1, 1, 1),
    "other/3.png": (1, 1, 1),
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for name, text in {"means": MEANS, "both": BOTH, "sizes": SIZES}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        done = run_command(
            "build", folder / f"{name}.yaml", "-o", folder, "-q", "--allow-code", "x"
        )
        assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    images(PIXELS)(tmp_path)
    return tmp_path


def predict(models: Path, name: str, *arguments: object) -> Outcome:
    spec = models / f"{name}.yaml"
    return run_command("predict", models / name / "model.keras", *arguments, "--spec", spec)


def values(models: Path, name: str, *arguments: object) -> list[tuple[str, Any]]:
    done = predict(models, name, *arguments, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    return [(each["name"], each["value"]) for each in json.loads(done.stdout)]


def test_a_folder_is_its_images_in_the_order_of_their_paths(models: Path, folder: Path) -> None:
    done = predict(models, "means", "photos", "left/2.png")
    lines = [
        "photos/10.png: kind blue 0.4000",
        "photos/a/1.png: kind red 1.0000",
        "photos/b/1.png: kind green 0.8000",
        "left/2.png: kind blue 0.0275",
    ]
    assert done == Outcome(0, "\n".join([*lines, ""]), "")


def test_other_files_in_a_folder_are_counted(models: Path, folder: Path) -> None:
    for name in ("a.txt", "b/c.TXT", "b/d", ".DS_Store", "Thumbs.db"):
        (folder / "photos" / name).write_text("", encoding="utf-8")
    done = predict(models, "means", "photos")
    said = "files in 'photos' are left out because of their endings: 1 without, 2 .txt"
    assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3)
    assert done.stderr == f"warning[unused-data]: {said}\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "error: 'empty' contains no images\n"),
        (
            ("x.npy", "y.csv"),
            "error: 'empty' contains no images; pass arrays and tables by their own paths\n",
        ),
    ],
)
def test_a_folder_without_images(
    files: tuple[str, ...], said: str, models: Path, folder: Path
) -> None:
    (folder / "empty").mkdir()
    for name in files:
        (folder / "empty" / name).touch()
    assert predict(models, "means", "empty") == Outcome(1, "", said)


def test_broken_images_of_a_folder_are_named(models: Path, folder: Path) -> None:
    (folder / "photos" / "a" / "2.png").write_bytes(b"")
    (folder / "photos" / "b" / "2.jpg").write_bytes(b"text")
    said = (
        "error: 2 of 5 images are broken: 'photos/a/2.png' is empty, "
        "'photos/b/2.jpg' is not a JPEG, PNG, GIF, BMP or WebP image\n"
    )
    assert predict(models, "means", "photos") == Outcome(1, "", said)


def test_broken_images_of_a_folder_are_left_out_if_the_spec_does(
    models: Path, folder: Path
) -> None:
    text = MEANS.replace(
        "{csv: data.csv}", "{images: {directory: x, size: [2, 2], skip_broken: true}}"
    )
    text = text.replace("one_hot(y, 3)", "one_hot(label, 3)")
    (folder / "spec.yaml").write_text(text.replace('"image(file, [2, 2]) / 255"', "image"), "utf-8")
    (folder / "photos" / "a" / "2.png").write_bytes(b"")
    model = models / "means" / "model.keras"
    done = run_command("predict", model, "photos", "--spec", "spec.yaml")
    said = "1 of 4 images is broken: 'photos/a/2.png' is empty; left out because of 'skip_broken'"
    assert (done.exit_code, done.stderr) == (0, f"warning[unused-data]: {said}\n")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [
        "photos/10.png",
        "photos/a/1.png",
        "photos/b/1.png",
    ]


def test_images_of_many_sizes(models: Path, folder: Path) -> None:
    for name, size in {"a": (3, 2), "b": (3, 2), "c": (5, 4), "d": (3, 2)}.items():
        PIL.Image.new("RGB", size, (size[0], size[1], ord(name))).save(f"left/{name}.png")
    assert values(models, "sizes", "left") == [
        ("left/1.png", [9, 9, 9]),
        ("left/2.png", [5, 6, 7]),
        ("left/a.png", [3, 2, 97]),
        ("left/b.png", [3, 2, 98]),
        ("left/c.png", [5, 4, 99]),
        ("left/d.png", [3, 2, 100]),
    ]


def test_images_of_a_table_are_read_a_few_at_a_time(
    models: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.training.rows.AT_ONCE", 2)
    names = ["photos/a/1.png", "photos/b/1.png", "photos/10.png", "photos/a/1.png", "left/1.png"]
    table("\n".join(["file", *names]), "list.csv")(folder)
    rows = values(models, "means", "list.csv")
    assert [name for name, _ in rows] == [f"list.csv[{row}]" for row in range(5)]
    assert [value for _, value in rows] == pytest.approx([1, 0.8, 0.4, 1, 9 / 255])


def test_every_row_is_predicted_once(
    models: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.training.rows.AT_ONCE", 3)
    x = numpy.arange(7 * 12, dtype="float32").reshape(7, 2, 2, 3)
    numpy.save("x.npy", x)
    rows = values(models, "sizes", "x.npy", "left")
    assert [name for name, _ in rows] == [
        *(f"x.npy[{row}]" for row in range(7)),
        "left/1.png",
        "left/2.png",
    ]
    assert [value for _, value in rows[:7]] == x.max((1, 2)).tolist()


# A path for each input


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("left=left/1.png", "right=right/1.png"), [("left/1.png", [0, 1, 2])]),
        (("right=right/1.png", "left=left/1.png"), [("left/1.png", [0, 1, 2])]),
        (
            ("left=left", "right=right"),
            [("left/1.png", [0, 1, 2]), ("left/2.png", [4, 5, 6])],
        ),
        (
            ("left=x.npy", "right=y.npy"),
            [("x.npy[0]", [2, 2, 2]), ("x.npy[1]", [2, 2, 2]), ("x.npy[2]", [2, 2, 2])],
        ),
        (
            ("both.npz",),
            [("both.npz[0]", [2, 2, 2]), ("both.npz[1]", [2, 2, 2]), ("both.npz[2]", [2, 2, 2])],
        ),
        (("left=row.npy", "right=left/1.png"), [("row.npy", [-9, -9, -9])]),
    ],
)
def test_each_input_may_have_its_own_path(
    arguments: tuple[str, ...], expected: Any, models: Path, folder: Path
) -> None:
    x = numpy.full((3, 2, 2, 3), 5, "float32")
    numpy.save("x.npy", x)
    numpy.save("y.npy", x - 2)
    numpy.save("row.npy", x[0] * 0)
    numpy.savez("both.npz", left=x, right=x - 2)
    assert values(models, "both", *arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("left=left",), 1, "error: no file is given for the input 'right'; add right=FILE"),
        (
            ("left=left", "right/1.png"),
            1,
            "error: 'right/1.png' is for no input, but other files are for one; "
            "write it as left=right/1.png",
        ),
        (
            ("left=left", "right=right/1.png"),
            1,
            "error: different numbers of files for the inputs: 'left' 2, 'right' 1",
        ),
        (
            ("left=left", "right=other"),
            1,
            "error: 'left/2.png' for 'left' and 'other/3.png' for 'right' belong together by their "
            "order, but have different names; give the files of several rows the same names in a "
            "folder for each input",
        ),
        (
            ("left=x.npy", "right=y.npy"),
            1,
            "error: the inputs have different numbers of rows: 'left' 3, 'right' 2",
        ),
        (
            ("left=left", "right=broken.png"),
            1,
            "error: different numbers of files for the inputs: 'left' 2, 'right' 1",
        ),
        (("left=left/1.png", "right=broken.png"), 1, "error: 'broken.png' is empty"),
        (("lft=left", "right=right"), 2, "cnnspec: the model has no input 'lft'; did you mean 'left'?"),
        (("z=left", "right=right"), 2, "cnnspec: the model has no input 'z'; it has left, right"),
        (("left=none.png", "right=right"), 2, "cnnspec: 'none.png' cannot be read: No such file or directory"),
        (
            ("left",),
            1,
            "error: 'left/1.png' is one array, but the model has the inputs 'left', 'right'; "
            "pass a .csv or .npz file with the columns that they are computed from",
        ),
    ],
)  # fmt: skip
def test_paths_that_do_not_fit_the_inputs(
    arguments: tuple[str, ...], code: int, said: str, models: Path, folder: Path
) -> None:
    numpy.save("x.npy", numpy.zeros((3, 2, 2, 3)))
    numpy.save("y.npy", numpy.zeros((2, 2, 2, 3)))
    Path("broken.png").touch()
    assert predict(models, "both", *arguments) == Outcome(code, "", f"{said}\n")


def test_a_file_with_an_equals_sign_is_a_file(models: Path, folder: Path) -> None:
    Path("left/1.png").rename("image=1.png")
    assert values(models, "sizes", "image=1.png") == [("image=1.png", [9, 9, 9])]


def test_a_missing_file_is_said_before_keras_is_imported(models: Path, folder: Path) -> None:
    said = "cnnspec: 'none' cannot be read: No such file or directory\n"
    assert predict(models, "means", "photos", "none") == Outcome(2, "", said)


# Progress


def test_progress_is_a_line_every_few_seconds_where_there_is_no_terminal(
    models: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.training.rows.AT_ONCE", 1)
    monkeypatch.setattr("cnnspec.cli.progress.SECONDS_BETWEEN_LINES", 0)
    done = predict(models, "means", "photos")
    assert done.stderr == "predicting: 1 of 3\npredicting: 2 of 3\n"
    assert predict(models, "means", "photos", "-q").stderr == ""


def test_numbers_are_rounded_in_lines() -> None:
    value = [[0.43097788095474243, 1.0], [-123456.789, float("nan")]]
    each = {"name": "a.npy", "output": "code", "label": None, "value": value, "class_name": None}
    line = prediction_line(each, (), is_of_labels=False)
    assert line == "a.npy: code [[0.43098, 1], [-1.2346e+05, nan]]"
