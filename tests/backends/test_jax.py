"""Other backends of Keras: the same specs and files, and what a backend lacks in one line."""

import json
import os
from pathlib import Path

import keras
import pytest

import cnnspec
from conformance.round_trips import differences
from tests.support.commands import Outcome, run_python
from tests.support.paths import SPECS

OUTPUTS = SPECS / "mnist_multi_output.yaml"
SAMPLE = SPECS / "data" / "mnist_sample.npz"


def on(backend: str, *arguments: object) -> Outcome:
    """How a command ends on a backend of Keras."""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    return run_python("-m", "cnnspec", *arguments, env=environment)


def predictions(text: str) -> list[tuple[str, str, int]]:
    """The classes in what `predict` prints."""
    return [(row["name"], row["output"], row["label"]) for row in json.loads(text)]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """A run on JAX of the two-output spec, and how it ended."""
    folder = tmp_path_factory.mktemp("runs") / "on_jax"
    return folder, on("jax", "train", OUTPUTS, "--epochs", "1", "-o", folder)


def test_what_is_trained_on_jax_is_measured_alike_on_tensorflow(
    trained: tuple[Path, Outcome],
) -> None:
    folder, outcome = trained
    assert (outcome.exit_code, outcome.stderr.count("\n")) == (0, 1), outcome.stderr
    environment = json.loads((folder / "environment.json").read_text())
    assert environment["backend"] == "jax"
    assert environment.keys() >= {"tensorflow", "jax", "keras", "devices"}
    found = [
        json.loads(on(backend, "evaluate", folder, "--format", "json").stdout)
        for backend in ("jax", "tensorflow")
    ]
    # On TensorFlow, Keras weighs the last batch, a smaller one, as the others in losses of outputs.
    keys = ("loss", "digit_dense_accuracy", "odd_dense_accuracy")
    on_jax, on_tensorflow = ([each["test"][key] for key in keys] for each in found)
    assert on_jax == pytest.approx(on_tensorflow, rel=1e-5)
    assert f"loss {on_jax[0]:.4g}" in outcome.stdout


def test_a_run_goes_on_with_the_backend_with_which_it_began(trained: tuple[Path, Outcome]) -> None:
    folder, _ = trained
    said = (
        f"error: '{folder}' was trained with the backend 'jax' of Keras; "
        "set KERAS_BACKEND=jax to continue it\n"
    )
    assert on("tensorflow", "train", OUTPUTS, "--resume", folder) == (1, "", said)


def test_a_model_built_on_jax_is_that_of_tensorflow(tmp_path: Path) -> None:
    built = on("jax", "build", OUTPUTS, "--quiet", "-o", tmp_path)
    assert built == (0, "", "")
    model = keras.models.load_model(tmp_path / OUTPUTS.stem / "model.keras", compile=False)
    assert list(differences(cnnspec.load(OUTPUTS).build(), model)) == []


EXCHANGED = """
import sys
import keras
import cnnspec
assert keras.backend.backend() == "jax"
spec = cnnspec.load(sys.argv[1])
model = spec.build()
again = cnnspec.from_keras(model)
print(spec.summary() == cnnspec.loads(cnnspec.dumps(again)).summary())
"""


def test_a_model_on_jax_comes_back_as_its_spec() -> None:
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    exit_code, stdout, _ = run_python("-c", EXCHANGED, OUTPUTS, env=environment)
    assert (exit_code, stdout) == (0, "True\n")


def test_exports_need_no_other_setting(tmp_path: Path) -> None:
    spec = SPECS / "mnist_simple.yaml"
    target = tmp_path / "model.onnx"
    exit_code, stdout, stderr = on("jax", "export", spec, "-o", target)
    assert (exit_code, stderr) == (0, "")
    assert stdout.splitlines()[-1].startswith(f"{target}: matches Keras")


def test_a_backend_that_cannot_train(tmp_path: Path) -> None:
    said = (
        "error: Keras cannot train with the backend 'numpy'; "
        "set KERAS_BACKEND to one of tensorflow, jax, torch\n"
    )
    outcome = on("numpy", "train", OUTPUTS, "-o", tmp_path / "run")
    assert (outcome, list(tmp_path.iterdir())) == ((1, "", said), [])


@pytest.mark.parametrize("command", ["build", "train"])
def test_a_backend_that_keras_does_not_have(command: str, tmp_path: Path) -> None:
    exit_code, stdout, stderr = on("tensorflw", command, OUTPUTS, "-o", tmp_path / "new")
    said = "cnnspec: Keras cannot be imported: Unable to import backend : tensorflw"
    assert (exit_code, stdout, stderr.splitlines()[-1]) == (2, "", said)
    assert "Traceback" not in stderr
