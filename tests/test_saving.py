"""`Spec.save`: the text that was read, or the same spec for another folder."""

import os
from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.decompile.compact.equality import same_model
from cnnspec.decompile.flat import written_out
from tests.support.commands import run_command
from tests.support.paths import SPECS

TEXT = """\
# a comment
cnnspec: 1
name: net   # which stays
params: {units: 4}
inputs: {image: [8]}
layers: [Dense: {units: $units}]
outputs: {dense_1: }
"""
PARTS = """\
cnnspec: 1
blocks: {twice: {layers: [Dense: {units: 2}, Dense: {units: 2}]}}
"""
WITH_FILES = {
    "imports": TEXT.replace("inputs:", "imports: [parts.yaml]\ninputs:").replace(
        "layers: [", "layers: [twice, "
    ),
    "submodel": TEXT.replace("inputs:", "submodels: {inner: {spec: inner.yaml}}\ninputs:").replace(
        "layers: [", "layers: [inner, "
    ),
    "unused submodel": TEXT.replace("inputs:", "submodels: {inner: {spec: inner.yaml}}\ninputs:"),
}


@pytest.fixture
def files(folder: Path) -> Path:
    (folder / "net.yaml").write_text(TEXT, "utf-8")
    (folder / "parts.yaml").write_text(PARTS, "utf-8")
    (folder / "inner.yaml").write_text(TEXT.replace("name: net", "name: inner"), "utf-8")
    return folder


def same(first: cnnspec.Spec, second: cnnspec.Spec, folder: Path) -> bool:
    """Whether two specs are of the same model and training."""
    one, other = first.compile().graph, second.compile().graph
    train = written_out(one, folder).train == written_out(other, folder).train
    return same_model(one, other) and train


def test_the_text_stays_as_it_was_read(files: Path) -> None:
    for target in (files / "copy.yaml", files / "deep/er/copy.yaml"):
        cnnspec.load(files / "net.yaml").save(target)
        assert target.read_bytes() == (files / "net.yaml").read_bytes()
        cnnspec.loads(TEXT).save(str(target), overwrite=True)
        assert target.read_text("utf-8") == TEXT


@pytest.mark.parametrize("name", WITH_FILES)
def test_paths_lead_to_the_same_files(name: str, files: Path) -> None:
    (files / "spec.yaml").write_text(WITH_FILES[name], "utf-8")
    spec = cnnspec.load(files / "spec.yaml")
    spec.save(files / "beside.yaml")
    assert (files / "beside.yaml").read_text("utf-8") == WITH_FILES[name]
    spec.save(files / "deep/er/moved.yaml")
    assert same(spec, cnnspec.load(files / "deep/er/moved.yaml"), files)


@pytest.mark.parametrize("file", sorted(SPECS.glob("*.yaml")), ids=lambda file: file.stem)
def test_every_spec_can_be_moved(file: Path, tmp_path: Path) -> None:
    spec = cnnspec.load(file)
    spec.save(tmp_path / "moved.yaml")
    moved = cnnspec.load(tmp_path / "moved.yaml")
    assert same(spec, moved, tmp_path)
    assert [each.code for each in moved.report] == [each.code for each in spec.report]


def test_other_values_of_parameters_are_written_in(files: Path) -> None:
    spec = cnnspec.load(files / "net.yaml", params={"units": 6})
    spec.save(files / "wide.yaml")
    assert (
        (files / "wide.yaml").read_text("utf-8")
        == """\
cnnspec: 1
name: net

inputs:
  image: [8]

layers:
  - Dense: {name: dense_1, units: 6}

outputs:
  dense_1: {}
"""
    )


def test_a_document_is_written_out(files: Path) -> None:
    document = cnnspec.load(files / "net.yaml").document
    assert document is not None
    cnnspec.Spec.of(document).save(files / "document.yaml")
    assert (files / "document.yaml").read_text("utf-8") == cnnspec.dumps(document)
    assert cnnspec.dumps(cnnspec.Spec.of(document)) == cnnspec.dumps(document)


def test_what_exists_stays_unless_it_is_to_be_replaced(files: Path) -> None:
    spec, target = cnnspec.load(files / "net.yaml"), files / "parts.yaml"
    with pytest.raises(FileExistsError, match="overwrite=True") as found:
        spec.save(target)
    assert (found.value.filename, target.read_text("utf-8")) == ("parts.yaml", PARTS)
    (files / "link.yaml").symlink_to("nowhere.yaml")
    with pytest.raises(FileExistsError):
        spec.save(files / "link.yaml")
    spec.save(target, overwrite=True)
    assert target.read_text("utf-8") == TEXT


def test_a_failed_save_leaves_everything_as_it_was(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    before = sorted(files.iterdir())
    with pytest.raises(OSError, match="the disk is full"):
        cnnspec.load(files / "net.yaml").save(files / "parts.yaml", overwrite=True)
    assert ((files / "parts.yaml").read_text("utf-8"), sorted(files.iterdir())) == (PARTS, before)


@pytest.mark.parametrize(
    "text", [TEXT.replace("units: $", "unit: $"), PARTS, "a: ["], ids=["wrong", "library", "text"]
)
def test_a_spec_with_errors_is_not_saved(text: str, folder: Path) -> None:
    spec = cnnspec.loads(text)
    with pytest.raises(cnnspec.SpecError):
        spec.save(folder / "new/spec.yaml")
    assert list(folder.iterdir()) == []


def test_dumping_what_cannot_be_parsed_raises_its_errors() -> None:
    with pytest.raises(cnnspec.SpecError, match="yaml-syntax"):
        cnnspec.dumps(cnnspec.loads("a: ["))


# Models of Keras


@pytest.fixture(scope="module")
def model() -> Any:
    import keras

    made = keras.Sequential(
        [keras.Input((4,), name="x"), keras.layers.Dense(3, name="first")], name="small"
    )
    made.compile(keras.optimizers.Adam(0.01), loss="mse", steps_per_execution=1)
    return made


def test_a_model_of_keras_becomes_a_spec_that_can_be_saved(model: Any, folder: Path) -> None:
    spec = cnnspec.from_keras(model)
    spec.save(folder / "small.yaml")
    text = (folder / "small.yaml").read_text("utf-8")
    assert text == cnnspec.dumps(spec)
    assert same(spec, cnnspec.load(folder / "small.yaml"), folder)
    assert repr(spec) == spec.summary()
    assert cnnspec.from_keras(model, compact=False).compile().params == model.count_params()


@pytest.mark.parametrize("suffix", [".keras", ".h5", ".json"])
def test_a_file_of_keras_is_saved_as_it_is_imported(suffix: str, model: Any, folder: Path) -> None:
    file = folder / f"small{suffix}"
    if suffix == ".json":
        file.write_text(model.to_json(), "utf-8")
    else:
        model.save(file)
    spec = cnnspec.load(file)
    spec.save(folder / "deep/saved.yaml")
    exit_code, _, stderr = run_command("import", file, "-o", folder / "deep/imported.yaml")
    assert (exit_code, stderr) == (0, "".join(f"note: {each}\n" for each in spec.notes))
    saved = (folder / "deep/saved.yaml").read_text("utf-8")
    assert saved == (folder / "deep/imported.yaml").read_text("utf-8")
    assert ("weights: ../small.keras" in saved) == (suffix == ".keras")
