"""Exported models: run where they are meant to run, with the names of the spec, and as Keras."""

import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from onnxruntime import InferenceSession

import cnnspec
from cnnspec.cli.export import SAFE_HDF5
from cnnspec.declarations.keras_versions import of_release
from cnnspec.exporting import formats
from cnnspec.exporting.formats import FORMATS
from cnnspec.exporting.sample import sample
from cnnspec.exporting.writing import named
from tests.support.commands import run_command
from tests.support.keras_versions import RUNNING, export_formats
from tests.support.paths import BAD, SPECS

export_command = partial(run_command, "export")
OUTPUTS = SPECS / "mnist_multi_output.yaml"
HERE = export_formats()
EACH_FORMAT = pytest.mark.parametrize("form", HERE)

ODD = """\
cnnspec: 1
name: odd
inputs: {words: {shape: [null], dtype: int32}, my image: [null, null, 3]}
layers:
  - Conv2D: {from: my image, filters: 4, kernel_size: 3}
  - GlobalMaxPooling2D: {name: seen}
  - Embedding: {from: words, input_dim: 7, output_dim: 4}
  - GlobalAveragePooling1D: {name: read}
  - Add: {name: z, from: [seen, read]}
  - Dense: {name: b, units: 2}
outputs:
  z: {}
  what is seen: {from: seen}
  b: {}
"""
"""Several inputs and outputs, none of them in the order of letters; unknown sizes; odd names."""

LSTM = """\
cnnspec: 1
name: lstm
inputs: {movie: [4, 8, 8, 1]}
layers:
  - ConvLSTM2D: {name: remembers, filters: 2, kernel_size: 3}
"""


def as_keras(stdout: str) -> str:
    """What was printed, with `OK` in place of differences that are small enough."""
    return re.sub(
        r"difference (\S+)", lambda found: "OK" if float(found[1]) <= 1e-4 else found[0], stdout
    )


def names(form: str, file: Path) -> tuple[list[str], list[str]]:
    """The names of the inputs and outputs of an exported model; only ONNX has an order of them."""
    if form == "onnx":
        session = InferenceSession(file)
        return [each.name for each in session.get_inputs()], [
            each.name for each in session.get_outputs()
        ]
    if form == "tflite":
        runner = Interpreter(str(file)).get_signature_runner()
        return sorted(runner.get_input_details()), sorted(runner.get_output_details())
    signature = tf.saved_model.load(str(file)).signatures["serving_default"]
    return sorted(signature.structured_input_signature[1]), sorted(signature.structured_outputs)


def outputs_of(form: str, file: Path, image: Any) -> dict[str, Any]:
    """What an exported model of one input gives for a batch."""
    if form == "onnx":
        session = InferenceSession(file)
        (given,) = session.get_inputs()
        outputs = [each.name for each in session.get_outputs()]
        return dict(zip(outputs, session.run(outputs, {given.name: image}), strict=True))
    if form == "tflite":
        runner = Interpreter(str(file)).get_signature_runner()
        (name,) = runner.get_input_details()
        return dict(runner(**{name: image}))
    layer = keras.layers.TFSMLayer(file, call_endpoint="serve")
    return {name: np.asarray(value) for name, value in layer(image).items()}


def assert_same(found: dict[str, Any], expected: Sequence[Any], outputs: Sequence[str]) -> None:
    assert set(found) == set(outputs)
    for name, value in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(found[name], np.asarray(value), atol=1e-4, rtol=0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """The two-output model, and the folder of a run of it."""
    folder = tmp_path_factory.mktemp("run")
    built = cnnspec.load(OUTPUTS).build()
    built.save(folder / "model.keras")
    built.save_weights(folder / "model.weights.h5")
    (folder / "spec.expanded.yaml").write_bytes(OUTPUTS.read_bytes())
    return built, folder


@EACH_FORMAT
@pytest.mark.parametrize("source", ["model", "spec", "run"])
def test_the_two_output_model(
    form: str, source: str, model: tuple[Any, Path], tmp_path: Path
) -> None:
    built, folder = model
    arguments = {
        "model": (folder / "model.keras",),
        "spec": (OUTPUTS, "--weights", folder / "model.weights.h5"),
        "run": (folder,),
    }[source]
    target = tmp_path / f"exported{FORMATS[form].suffix}"
    exit_code, stdout, stderr = export_command(*arguments, "--format", form, "-o", target)
    outputs = ("digit_dense", "odd_dense")
    said = [
        *(f"{name}: largest OK" for name in outputs),
        f"{target}: matches Keras; inputs: inputs",
    ]
    assert (exit_code, as_keras(stdout).splitlines(), stderr) == (0, said, "")
    assert names(form, target) == (["inputs"], list(outputs))
    image = np.random.default_rng(1).random((5, 28, 28, 1), "float32")  # the batch is of any size
    assert_same(outputs_of(form, target, image), built(image), outputs)
    assert list(tmp_path.iterdir()) == [target]


@EACH_FORMAT
def test_names_and_their_order(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("odd.yaml").write_text(ODD, encoding="utf-8")
    assert export_command("odd.yaml", "--format", form, "--quiet") == (0, "", "")
    target = Path(f"odd{FORMATS[form].suffix or '.saved_model'}")
    inputs, outputs = ["words", "my_image"], ["z", "what is seen", "b"]
    in_order = (inputs, outputs) if form == "onnx" else (sorted(inputs), sorted(outputs))
    assert names(form, target) == in_order


def test_the_input_fits_the_model() -> None:
    embedded = named(cnnspec.loads(ODD).build())
    inputs, outputs = sample(embedded)
    assert {name: (value.shape, str(value.dtype)) for name, value in inputs.items()} == {
        "words": ((2, 64), "int32"),
        "my_image": ((2, 64, 64, 3), "float32"),
    }
    assert (inputs["words"].min(), inputs["words"].max()) == (0, 6)
    assert (inputs["my_image"].min() >= 0, inputs["my_image"].max() < 1) == (True, True)
    assert {name: value.shape for name, value in outputs.items()} == {
        "z": (2, 4),
        "what_is_seen": (2, 4),
        "b": (2, 2),
    }


@pytest.fixture
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lstm.yaml").write_text(LSTM)
    Path("small.yaml").write_text("cnnspec: 1\ninputs: {x: [2]}\nlayers: [Dense: {units: 2}]\n")


def left() -> list[str]:
    return sorted(str(path) for path in Path().iterdir())


if "tflite" in HERE:

    @pytest.mark.usefixtures("_in_folder")
    def test_what_a_format_cannot_hold() -> None:
        exit_code, stdout, stderr = export_command("lstm.yaml", "-o", "new/lstm.tflite")
        assert (exit_code, stdout) == (1, "")
        assert re.fullmatch(
            r"error: the model cannot be exported: layer 'remembers': tflite does not support the operation \w+\n",
            stderr,
        )
        assert not Path("new").exists()


@pytest.mark.usefixtures("_in_folder")
def test_what_an_older_keras_does_not_write(monkeypatch: pytest.MonkeyPatch) -> None:
    before = left()
    monkeypatch.setattr("cnnspec.cli.export.usual", lambda: of_release("3.12.4"))
    said = (
        "cnnspec: exporting to tflite requires Keras 3.13 or later, but Keras 3.12.4 is installed; "
        "install it with `pip install 'keras>=3.13'`\n"
    )
    assert export_command("small.yaml", "-o", "new/small.tflite") == (2, "", said)
    assert left() == before


@pytest.mark.usefixtures("_in_folder")
def test_an_onnx_that_is_too_new_for_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its generated code checks the version of protobuf, which older TensorFlow keeps back."""
    Path("onnx.py").write_text(
        "class VersionError(Exception): ...\nraise VersionError('gencode')\n"
    )
    monkeypatch.syspath_prepend(Path.cwd())
    monkeypatch.delitem(sys.modules, "onnx", raising=False)
    said = (
        f"error: the model cannot be exported: 'onnx' needs a newer protobuf than TensorFlow "
        f"{tf.__version__} allows; install an older one with `pip install 'onnx<1.23'`\n"
    )
    assert export_command("small.yaml", "-o", "small.onnx") == (1, "", said)
    assert not Path("small.onnx").exists()


@pytest.mark.usefixtures("_in_folder")
@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"dense_1": np.full((2, 2), 9.0)}, "error: outputs differ from Keras by more than 0.0001: dense_1\n"),
        ({"dense_1": np.full((2, 2), np.nan)}, "error: outputs differ from Keras by more than 0.0001: dense_1\n"),
        ({"dense_1": np.zeros((2, 3))}, "error: the output 'dense_1' has the shape (2, 3), but (2, 2) in Keras\n"),
        ({"dense": np.zeros((2, 2))}, "error: the exported model has the outputs dense, not dense_1\n"),
    ],
)  # fmt: skip
def test_what_is_not_as_keras(
    found: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.exporting.comparison.run", lambda *_: found)
    before = left()
    exit_code, _, stderr = export_command("small.yaml", "-o", "small.onnx")
    assert (exit_code, stderr, left()) == (1, said, before)


@pytest.mark.usefixtures("_in_folder")
def test_what_stands_there_is_replaced_by_force_alone() -> None:
    for form, target in (("onnx", Path("a.onnx")), ("saved_model", Path("a"))):
        arguments = ("small.yaml", "--format", form, "-o", target, "-q")
        assert export_command(*arguments) == (0, "", "")
        there = f"cnnspec: '{target}' already exists; use --force to overwrite it\n"
        assert export_command(*arguments) == (2, "", there)
        assert export_command(*arguments, "--force") == (0, "", "")
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("all of it")
    for form, target in (("onnx", "mine"), ("saved_model", "mine"), ("saved_model", "a.onnx")):
        arguments = ("small.yaml", "--format", form, "-o", target, "--force")
        refused = f"cnnspec: '{target}' is not a {form} file, so it is not overwritten\n"
        assert export_command(*arguments) == (2, "", refused)
    for name in ("labels.txt", "variables/notes.txt", "assets.extra/labels.txt"):
        file = Path("a", name)
        file.parent.mkdir(exist_ok=True)
        file.write_text("mine")
        refused = f"cnnspec: '{file}' is not of an earlier export, so 'a' is not replaced\n"
        assert export_command("small.yaml", "--format", "saved_model", "-o", "a", "--force") == (
            2,
            "",
            refused,
        )
        assert file.read_text() == "mine"
        file.unlink()
    assert left() == ["a", "a.onnx", "lstm.yaml", "mine", "small.yaml"]
    assert Path("mine/thesis.txt").read_text() == "all of it"


def of_hdf5(file: str) -> tuple[int, str]:
    """How the export of a bad file ends, and what it says: older versions of Keras get none."""
    if RUNNING.has((SAFE_HDF5, None)):
        return 1, f"error: '{file}' cannot be loaded: "
    return 2, f"cnnspec: Keras {RUNNING} would execute code from '{file}'; upgrade to {SAFE_HDF5}"


@pytest.mark.usefixtures("_in_folder")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["small.yaml"], 2, "cnnspec: cannot infer the format from --output; use --format with one of onnx, tflite, saved_model"),
        (["small.yaml", "-o", "a.pb"], 2, "cnnspec: cannot infer the format from --output; use --format with one of onnx, tflite, saved_model"),
        (["none.yaml", "-o", "a.onnx"], 2, "cnnspec: 'none.yaml' cannot be read: No such file or directory"),
        (["none.keras", "-o", "a.onnx"], 2, "cnnspec: 'none.keras' cannot be read: No such file or directory"),
        (["bad.keras", "-o", "a.onnx"], 1, "error: 'bad.keras' cannot be loaded: "),
        (["bad.h5", "-o", "a.onnx"], *of_hdf5("bad.h5")),
        (["lambda.keras", "-o", "a.onnx"], 1, "error: 'lambda.keras' cannot be loaded: "),
        (["lambda.h5", "-o", "a.onnx"], *of_hdf5("lambda.h5")),
        (["bad.keras", "-o", "a.onnx", "--set", "a=1"], 2, "cnnspec: --set applies to specs only; 'bad.keras' is a model file"),
        ([".", "-o", "a.onnx"], 2, "cnnspec: '.' is not a completed run: it has no 'spec.expanded.yaml'"),
        (["small.yaml", "-o", "a.onnx", "--weights", "bad.h5"], 1, "error: 'bad.h5': "),
    ],
)  # fmt: skip
def test_what_cannot_be_exported(
    arguments: list[str], code: int, said: str, tmp_path: Path
) -> None:
    Path("bad.keras").write_bytes(b"no model")
    Path("bad.h5").write_bytes(b"no model")
    inputs = keras.Input((2,))
    unsafe = keras.Model(inputs, keras.layers.Lambda(lambda x: x * 2)(inputs))
    unsafe.save("lambda.keras")
    unsafe.save("lambda.h5")
    before = left()
    exit_code, stdout, stderr = export_command(*arguments)
    assert (exit_code, stdout, stderr.count("\n")) == (code, "", 1)
    assert stderr.startswith(said)
    assert left() == before


@pytest.mark.usefixtures("_in_folder")
@pytest.mark.parametrize(
    ("form", "package"),
    [("onnx", "tf2onnx"), ("onnx", "onnxruntime"), ("tflite", "ai_edge_litert")],
)
def test_packages_that_are_not_installed(
    form: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = formats.find_spec
    monkeypatch.setattr(formats, "find_spec", lambda name: None if name == package else found(name))
    said = f"cnnspec: exporting to {form} needs '{package}': pip install 'cnnspec[{form}]'\n"
    assert export_command("small.yaml", "--format", form) == (2, "", said)


def test_code_in_a_model_file_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.h5"
    file.touch()
    monkeypatch.setattr(keras, "__version__", "3.10.0")
    said = f"cnnspec: Keras 3.10.0 would execute code from '{file}'; upgrade to 3.11.3 or later\n"
    assert export_command(file, "-o", tmp_path / "a.onnx") == (2, "", said)


def test_mistakes_in_a_spec_are_told_at_their_places(tmp_path: Path) -> None:
    bad = BAD / "unknown_argument.yaml"
    exit_code, stdout, stderr = export_command(bad, "-o", tmp_path / "a.onnx")
    assert (exit_code, stdout) == (1, "")
    assert "error[unknown-argument]: Conv2D has no argument 'kernal_size'" in stderr


def test_models_whose_outputs_have_one_name() -> None:
    inputs = keras.Input((2,))
    both = keras.layers.Dense(2, name="both")
    with pytest.raises(
        formats.ExportProblem, match="several outputs of the model have the same name: both, both"
    ):
        named(keras.Model(inputs, [both(inputs), both(both(inputs))]))
    with pytest.raises(
        formats.ExportProblem,
        match="the model is a subclass with custom code; only graphs of layers can be exported",
    ):
        named(keras.Model())
