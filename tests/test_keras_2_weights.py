"""Weights of Keras 2 in `.h5` files: as part of a model that Keras 3 refuses, and alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from cnnspec import load
from cnnspec.language.dump import dumps
from tests.support.commands import run_command
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "keras_2_weights"
RESULTS = np.load(FOLDER / "outputs.npz")


def spec(folder: Path, weights: Path) -> Path:
    """The imported model, with other weights."""
    target = folder / "older.yaml"
    code, _, stderr = run_command("import", FOLDER / "whole.h5", "-o", target, "--force")
    assert (code, stderr) == (0, "")
    document = load(target).document
    assert document is not None
    assert document.weights is not None
    assert (folder / document.weights).samefile(FOLDER / "whole.h5")
    document.weights = str(weights)
    target.write_text(dumps(document), encoding="utf-8")
    return target


def test_keras_3_does_not_load_the_model() -> None:
    """Else the other tests would show less."""
    with pytest.raises(Exception, match="SeparableConv2D"):
        keras.models.load_model(FOLDER / "whole.h5", compile=False)


@pytest.mark.parametrize("name", ["whole.h5", "alone.h5"])
def test_a_model_of_keras_2_computes_what_it_did(tmp_path: Path, name: str) -> None:
    built = load(spec(tmp_path, FOLDER / name)).build()
    np.testing.assert_allclose(built(RESULTS["inputs"]), RESULTS["outputs"], rtol=1e-6)


def test_building_writes_the_weights_as_those_of_keras_3(tmp_path: Path) -> None:
    source = spec(tmp_path, FOLDER / "alone.h5")
    code, _, stderr = run_command("build", source, "-o", tmp_path / "out", "--quiet")
    assert (code, stderr) == (0, "")
    model = keras.models.load_model(tmp_path / "out" / "older" / "model.keras")
    np.testing.assert_allclose(model(RESULTS["inputs"]), RESULTS["outputs"], rtol=1e-6)


@pytest.mark.parametrize("name", ["whole.h5", "alone.h5"])
def test_a_script_loads_them_with_keras_3(tmp_path: Path, name: str) -> None:
    script = tmp_path / "script.py"
    code, _, stderr = run_command("code", spec(tmp_path, FOLDER / name), "-o", script)
    assert (code, stderr) == (0, "")
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(script.read_text(encoding="utf-8"), script, "exec"), names)
    found = names["older"]()(RESULTS["inputs"])
    np.testing.assert_allclose(found, RESULTS["outputs"], rtol=1e-6)


def changed(folder: Path, change: Callable[[Any], None]) -> Path:
    target = folder / "changed.h5"
    target.write_bytes((FOLDER / "alone.h5").read_bytes())
    with h5py.File(target, "r+") as file:
        change(file)
    return target


def renamed(file: Any) -> None:
    group = file["inner"]
    group.move("fixed", "other")
    names = [name.replace("fixed", "other") for name in map(str, group.attrs["weight_names"])]
    group.attrs["weight_names"] = [name.encode() for name in names]


def of_keras_1(file: Any) -> None:
    del file.attrs["keras_version"]


def of_theano(file: Any) -> None:
    file.attrs["backend"] = b"theano"


def without_names(file: Any) -> None:
    file["conv"].attrs["weight_names"] = np.zeros(0)


def of_numbers(file: Any) -> None:
    file.attrs["layer_names"] = [1.0, 2.0]


REFUSED = {
    "another inner layer": (
        renamed,
        "it does not tell to which layer of 'inner' the weight 'other/kernel:0' belongs",
    ),
    "Keras 1": (
        of_keras_1,
        "Keras 1 wrote it, which stores the weights of Bidirectional otherwise",
    ),
    "Theano": (
        of_theano,
        "Keras wrote it with Theano, which stores the kernels of convolutions otherwise",
    ),
    "a layer without weights": (without_names, "the file has no weights for 'conv'"),
    "numbers for names": (of_numbers, "this is not a Keras weights file"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_told_apart_is_refused(tmp_path: Path, what: str) -> None:
    change, message = REFUSED[what]
    target = spec(tmp_path, changed(tmp_path, change))
    (found,) = load(target).report
    line = target.read_text("utf-8").splitlines()[found.span.line - 1]
    assert (found.code, line.partition(":")[0]) == ("weights-do-not-fit", "weights")
    assert found.message == f"'{tmp_path / 'changed.h5'}' does not match 'older': {message}"
