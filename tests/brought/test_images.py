"""Images that people bring: the values of every format, and the messages about broken ones."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.extras import MissingExtra
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.training import Training
from cnnspec.records import replace
from cnnspec.training import images as decoding
from cnnspec.training.image_files import image_of
from cnnspec.training.images import Images, check_images
from cnnspec.training.pipeline import Pipeline
from tests.brought.pictures import (
    FILES,
    HEIGHT,
    IN_HEADERS,
    IN_PIXELS,
    MADE_BY_PILLOW,
    PAGE,
    WIDTH,
)
from tests.support.commands import Outcome, run_command
from tests.support.specs import compiled_file

SPEC = """cnnspec: 1
name: brought
inputs: {{row: [{height}, {width}, {channels}]}}
layers:
  - Flatten
  - Dense: {{name: kind, units: 2, activation: softmax}}
outputs:
  kind: {{loss: sparse_categorical_crossentropy}}
train:
  data: {data}
  inputs: {{row: {image}}}
  targets: {{kind: label}}
"""
TABLE = '"image(file, [4, 5])"'


def spec_of(
    folder: Path, *, channels: int = 3, data: str = "{csv: data.csv}", image: str = TABLE
) -> tuple[CheckedGraph, Training]:
    """A spec over a table of images, or a folder."""
    text = SPEC.format(height=HEIGHT, width=WIDTH, channels=channels, data=data, image=image)
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    checked = compiled_file(folder / "spec.yaml")
    assert checked.graph.training is not None
    return checked, checked.graph.training


def write(folder: Path, files: dict[str, bytes]) -> None:
    """Image files, and a table that names them, with two classes."""
    lines = ["file,label"]
    for place, (name, content) in enumerate(files.items()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        lines.append(f"{name},{place % 2}")
    (folder / "data.csv").write_text("\n".join(lines), encoding="utf-8")


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    """Image files in two classes, and a whole image in each."""
    named = {
        f"data/{'ab'[place % 2]}/{name}": each for place, (name, each) in enumerate(files.items())
    }
    whole = {f"data/{name}/whole.png": FILES["a.png"].content for name in "ab"}
    write(folder, named | whole)


FOLDER: dict[str, Any] = {
    "data": "{images: {directory: data, size: [4, 5]}}",
    "image": "image",
}
SKIPPING: dict[str, Any] = {
    "data": "{images: {directory: data, size: [4, 5], skip_broken: true}}",
    "image": "image",
}


# The values of every format


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_format_has_the_pixels_it_was_made_of(tmp_path: Path, channels: int) -> None:
    write(tmp_path, {name: file.content for name, file in FILES.items()})
    checked, training = spec_of(tmp_path, channels=channels)
    data = check_images(check_data(checked, training), training)
    assert data.warnings == ()
    (batch,) = (inputs.numpy() for inputs, _ in Pipeline(checked, training, data.train).in_order())
    assert batch.dtype == "float32"
    apart = {}
    for (name, file), found in zip(FILES.items(), batch, strict=True):
        given = image_of(tmp_path / name, (None, None, channels))
        assert numpy.array_equal(given, found), name
        most = numpy.abs(found - file.pixels(channels).astype("float32")).max()
        apart[name] = 0 if not file.exact and most <= 2 else float(most)
    assert apart == dict.fromkeys(FILES, 0)


def decoders(pipeline: Pipeline) -> list[str]:
    """What decodes the images of the only column that has some."""
    (images,) = (each for each in pipeline.columns.values() if isinstance(each, Images))
    return images.used


def test_files_of_one_format_are_decoded_without_choices(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": FILES["a.png"].content, "b.jpg": FILES["a.jpg"].content})
    checked, training = spec_of(tmp_path)
    assert decoders(Pipeline(checked, training, check_data(checked, training).train)) == [
        "as asked"
    ]


@pytest.mark.parametrize("name", MADE_BY_PILLOW)
def test_what_needs_pillow_says_so(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    write(tmp_path, {name: FILES[name].content})
    checked, training = spec_of(tmp_path)
    data = check_data(checked, training)
    said = f"decoding '{(tmp_path / name).as_posix()}' needs 'PIL': pip install 'cnnspec[images]'"
    with pytest.raises(MissingExtra) as caught:
        check_images(data, training)
    assert str(caught.value) == said
    with pytest.raises(MissingExtra) as caught:
        Pipeline(checked, training, data.train)
    assert str(caught.value) == said
    done = run_command("train", tmp_path / "spec.yaml", "-o", tmp_path / "run", "-q")
    assert done == Outcome(2, "", f"cnnspec: {said}\n")


def test_all_others_do_not_need_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    by_pillow = {*MADE_BY_PILLOW}
    if not hasattr(decoding.tf.io, "decode_webp"):  # of older TensorFlow
        by_pillow |= {name for name in FILES if "webp" in name}
    others = [name for name in FILES if name not in by_pillow]
    write(tmp_path, {name: FILES[name].content for name in others})
    for channels in (1, 3, 4):
        checked, training = spec_of(tmp_path, channels=channels)
        assert check_images(check_data(checked, training), training).warnings == ()


def test_webp_is_decoded_by_pillow_where_tensorflow_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(decoding.tf.io, "decode_webp", raising=False)
    write(tmp_path, {"a.webp": FILES["a.webp"].content})
    checked, training = spec_of(tmp_path)
    pipeline = Pipeline(checked, training, check_data(checked, training).train)
    assert decoders(pipeline) == ["Pillow"]
    ((inputs, _),) = pipeline.in_order()
    assert inputs.numpy().tolist() == [FILES["a.webp"].rgb.tolist()]


# Broken images


def says(folder: Path, **choices: Any) -> tuple[str, str, Any, str | None]:
    """The error about broken images before the first step."""
    checked, training = spec_of(folder, **choices)
    with pytest.raises(DataProblem) as caught:
        check_images(check_data(checked, training), training)
    problem = caught.value
    message = problem.message.replace(f"{folder.as_posix()}/", "")
    return problem.code, message, problem.at, problem.suggestion


HINT = "leave broken images out with `skip_broken: true`"
BROKEN = IN_HEADERS | IN_PIXELS


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_image_of_a_table_is_named_with_its_row(name: str, tmp_path: Path) -> None:
    content, why = BROKEN[name]
    write(tmp_path, {"whole.png": FILES["a.png"].content, name: content})
    said = f"1 of 2 images is broken: row 3: '{name}' {why}"
    for channels in (1, 3, 4):
        found = says(tmp_path, channels=channels)
        assert found == ("file-not-found", said, ("inputs", "row"), HINT)


@pytest.mark.parametrize("broken", [IN_HEADERS, IN_PIXELS])
def test_all_broken_images_of_a_folder_are_named(
    broken: dict[str, tuple[bytes, str]], tmp_path: Path
) -> None:
    write_folder(tmp_path, {name: content for name, (content, _) in broken.items()})
    code, message, at, hint = says(tmp_path, **FOLDER)
    assert (code, at, hint) == ("file-not-found", ("data", "directory"), HINT)
    head, _, listed = message.partition(": ")
    assert head == f"{len(broken)} of {len(broken) + 2} images are broken"
    expected = [
        f"'data/{'ab'[place % 2]}/{name}' {why}"
        for place, (name, (_, why)) in enumerate(broken.items())
    ]
    assert sorted(re.split(", (?=')", listed)) == sorted(expected)


@pytest.mark.parametrize(
    ("broken", "count"), [(IN_HEADERS["empty.jpg"], "12"), (IN_PIXELS["cut.png"], "more than 10")]
)
def test_ten_broken_images_are_named(broken: tuple[bytes, str], count: str, tmp_path: Path) -> None:
    content, why = broken
    write_folder(tmp_path, {f"{number}.png": content for number in range(12)})
    _, message, _, _ = says(tmp_path, **FOLDER)
    assert message.startswith(f"{count} of 14 images are broken: 'data/")
    assert message.count(why) == 10
    assert message.endswith(f"' {why}, ...")


def test_images_that_are_all_broken_cannot_be_left_out(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": b"", "b.png": PAGE})
    said = (
        "2 of 2 images are broken: row 2: 'a.png' is empty, "
        "row 3: 'b.png' is not a JPEG, PNG, GIF, BMP or WebP image"
    )
    expected = ("file-not-found", said, ("inputs", "row"), None)
    assert says(tmp_path, data="{csv: {path: data.csv, skip_broken: true}}") == expected
    assert says(tmp_path) == expected


@pytest.mark.parametrize("is_folder", [True, False])
def test_broken_images_are_left_out_and_counted(is_folder: bool, tmp_path: Path) -> None:
    files = {name: content for name, (content, _) in BROKEN.items()}
    good = {f"good{number}.png": FILES["a.png"].content for number in range(4)}
    if is_folder:
        write_folder(tmp_path, files)
        checked, training = spec_of(tmp_path, **SKIPPING)
    else:
        write(tmp_path, files | good)
        choices = {"data": "{csv: {path: data.csv, skip_broken: true}}"}
        checked, training = spec_of(tmp_path, **choices)
    data = check_images(check_data(checked, training), training)
    total = len(files) + (2 if is_folder else 4)
    left = total - len(files)
    assert [(each.code, each.message.partition(":")[0], each.at) for each in data.warnings] == [
        ("unused-data", f"{len(IN_HEADERS)} of {total} images are broken", ("data",)),
        (
            "unused-data",
            f"{len(IN_PIXELS)} of {total - len(IN_HEADERS)} images are broken",
            ("data",),
        ),
    ]
    assert all(
        each.message.endswith("; left out because of 'skip_broken'") for each in data.warnings
    )
    assert data.train.rows == range(left)
    ((inputs, targets),) = Pipeline(checked, training, data.train).in_order()
    assert inputs.numpy().tolist() == [FILES["a.png"].rgb.tolist()] * left
    assert sorted(targets.numpy().tolist()) == [0] * (left // 2) + [1] * (left // 2)


def test_a_broken_image_in_a_table_leaves_the_other_columns_in_step(tmp_path: Path) -> None:
    colours = {name: FILES[name].content for name in ("a.png", "grey.png", "a.bmp", "a.gif")}
    write(tmp_path, {"0.png": b"", **colours, "5.png": IN_PIXELS["cut.png"][0]})
    data = "{csv: {path: data.csv, skip_broken: true}}"
    checked, training = spec_of(tmp_path, data=data)
    training = replace(training, validation=0.5, batch_size=9)
    found = check_images(check_data(checked, training), training)
    assert found.validation is not None
    values = [
        [(x.tolist(), int(y)) for x, y in zip(inputs.numpy(), targets.numpy(), strict=True)]
        for part in (found.train, found.validation)
        for inputs, targets in Pipeline(checked, training, part).in_order()
    ]
    assert values == [
        [(FILES["a.png"].rgb.tolist(), 1), (FILES["grey.png"].rgb.tolist(), 0)],
        [(FILES["a.bmp"].rgb.tolist(), 1), (FILES["a.gif"].rgb.tolist(), 0)],
    ]
    assert found.validation.row(found.validation.inputs["row"], 1) == 6
