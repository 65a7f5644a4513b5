"""The page of files: it names every file of a build and of a run, and every field in them."""

import csv
import json
import re
import zipfile
from pathlib import Path

import numpy
import pytest

from tests.support.commands import run_command
from tests.support.paths import ROOT

PAGE = (ROOT / "docs/reference/files.md").read_text(encoding="utf-8")
NAMED = {*re.findall(r"`([^`\n]+)`", PAGE)}
SPEC = """
cnnspec: 1
inputs: {x: [4]}
layers:
  - Dense: {name: fixed, units: 4, frozen: true}
  - Dense: {name: kind, units: 2, activation: softmax}
outputs:
  kind: {loss: sparse_categorical_crossentropy, metrics: [accuracy], classes: [cat, dog]}
train:
  data: {npz: {path: data.npz}}
  inputs: {x: x}
  targets: {kind: y}
  validation: 0.2
  test: 0.2
  epochs: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "small.yaml").write_text(SPEC, encoding="utf-8")
    random = numpy.random.default_rng(0)
    numpy.savez(folder / "data.npz", x=random.random((40, 4)), y=random.integers(0, 2, 40))
    commands = (("build", "-o", folder / "build"), ("train", "-o", folder / "run", "--tensorboard"))
    for command, *options in commands:
        done = run_command(command, folder / "small.yaml", *options)
        assert done.exit_code == 0, done.stderr
    return folder


def test_every_file_is_named(folder: Path) -> None:
    written = [each.name for name in ("build/small", "run") for each in (folder / name).iterdir()]
    assert sorted({*written} - NAMED) == []


def test_every_field_is_named(folder: Path) -> None:
    fields = {
        field
        for name in ("environment.json", "metrics.json")
        for field in json.loads((folder / "run" / name).read_text(encoding="utf-8"))
    }
    with numpy.load(folder / "run/checkpoint.npz") as arrays:
        fields |= {*json.loads(arrays["state"].tobytes())}
        fields |= {re.sub(r"^variable/\d+$", "variable/0", name) for name in arrays.files}
    with zipfile.ZipFile(folder / "run/model.keras") as archive:
        fields |= {*archive.namelist()}
        metadata = json.loads(archive.read("metadata.json"))
    assert sorted(fields - NAMED) == []
    assert metadata["classes"] == {"kind": ["cat", "dog"]}


def test_the_columns_of_the_history_are_formed_as_the_page_says(folder: Path) -> None:
    with open(folder / "run/history.csv", encoding="utf-8") as file:
        columns = csv.DictReader(file).fieldnames or []
    measured = {"loss", "kind_loss", "kind_accuracy"}
    forms = {"epoch", *measured, *(f"val_{name}" for name in measured)}
    assert {*columns} <= forms
    assert {"epoch", "loss", "val_loss"} <= {*columns}
