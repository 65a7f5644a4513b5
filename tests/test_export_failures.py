"""A model that cannot be exported: one line names the layer and the cause."""

from pathlib import Path
from tempfile import gettempdir

import keras
import pytest
import tensorflow as tf

from cnnspec.exporting import formats, writing
from cnnspec.exporting.writing import named
from tests.support.commands import Outcome, run_command
from tests.support.keras_versions import export_formats, is_since

UNKNOWN = "{x: [null, null, 3]}"
LACKS = "the model cannot be exported: layer '{}': {} does not support the operation {}"
NEEDS_SIZES = (
    "the model cannot be exported: layer '{}': "
    "needs sizes or values that are known only when it runs; set all sizes of the inputs"
)
RUNS_NOT = "Keras cannot run the model on the input for the comparison: "
UP = "  - UpSampling2D: {name: up, interpolation: bilinear}\n"

CASES = {
    ("saved_model", "upsampling of unknown sizes"): (UNKNOWN, UP, NEEDS_SIZES.format("up")),
    ("onnx", "upsampling of unknown sizes"): (UNKNOWN, UP, NEEDS_SIZES.format("up")),
    ("tflite", "upsampling of unknown sizes"): (UNKNOWN, UP, NEEDS_SIZES.format("up")),
    ("tflite", "a recurrent layer"): (
        "{x: [null, 3]}",
        "  - LSTM: {name: steps, units: 3}\n",
        LACKS.format("steps", "tflite", "TensorListReserve"),
    ),
    ("tflite", "a layer around a recurrent one"): (
        "{x: [null, 3]}",
        "  - Bidirectional: {name: both, layer: {GRU: {units: 3}}}\n",
        LACKS.format("both", "tflite", "TensorListReserve"),
    ),
    ("tflite", "a table of numbers"): (
        "{x: {shape: [1], dtype: int64}}",
        "  - IntegerLookup: {name: known, vocabulary: [5, 7]}\n",
        LACKS.format("known", "tflite", "HashTableV2"),
    ),
    ("onnx", "a table of numbers"): (
        "{x: {shape: [1], dtype: int64}}",
        "  - IntegerLookup: {name: known, vocabulary: [5, 7]}\n",
        LACKS.format("known", "onnx", "LookupTableFindV2"),
    ),
    ("onnx", "bins"): (
        "{x: [4]}",
        "  - Discretization: {name: bins, bin_boundaries: [0.2, 0.5]}\n",
        LACKS.format("bins", "onnx", "Bucketize"),
    ),
    ("onnx", "another interpolation"): (
        "{x: [8, 8, 3]}",
        "  - Resizing: {name: larger, height: 16, width: 16, interpolation: lanczos3}\n",
        LACKS.format("larger", "onnx", "ScaleAndTranslate"),
    ),
    ("onnx", "two types of half precision"): (
        "{x: [4]}",
        "  - Dense: {name: head, units: 2, dtype: bfloat16}\n",
        LACKS.format("head", "onnx", "MatMul of float16 and bfloat16"),
    ),
    ("saved_model", "a kernel that is larger than any input"): (
        UNKNOWN,
        "  - Conv2D: {name: wide, filters: 1, kernel_size: 600}\n",
        f"{RUNS_NOT}layer 'wide': the kernel, 600, is larger than the input, 64",
    ),
    ("saved_model", "sizes that never fit together"): (
        UNKNOWN,
        "  - ZeroPadding2D: {name: more, padding: 1}\n  - Add: {name: sum, from: [more, x]}\n",
        f"{RUNS_NOT}layer 'sum': shapes do not fit together: (2, 66, 66, 3) and (2, 64, 64, 3)",
    ),
}


SINCE = {"upsampling of unknown sizes": "3.15.0", "bins": "3.12.0"}
"""The first versions of Keras that have, or refuse, what some cases need."""


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (form, name)
        for form, name in CASES
        if form in export_formats() and is_since(SINCE.get(name, "3.10.0"))
    ],
)
def test_the_layer_and_the_cause_are_said(
    form: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    inputs, layers, message = CASES[form, name]
    Path("spec.yaml").write_text(f"cnnspec: 1\nname: m\ninputs: {inputs}\nlayers:\n{layers}")
    arguments = ("spec.yaml", "--format", form, "-o", "made/model", "-q")
    assert run_command("export", *arguments) == Outcome(1, "", f"error: {message}\n")
    assert [path.name for path in Path().iterdir()] == ["spec.yaml"]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (
            tf.errors.ResourceExhaustedError(
                None, None, "a/variables.data; No space left on device"
            ),
            "no space left on the device",
        ),
        (RuntimeError("first\nsecond"), "first"),
        (KeyError("first"), "KeyError: first"),
        (
            ValueError(
                "Exception encountered when calling Dense.call().\n\n\x1b[1mthe cause\x1b[0m\n\nArguments"
            ),
            "the cause",
        ),
    ],
)
def test_what_exporters_raise(
    error: Exception, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setitem(writing._WRITERS, "onnx", fail)
    model = named(keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]))
    with pytest.raises(formats.ExportProblem) as caught:
        writing.write(model, "onnx", tmp_path / "m.onnx")
    assert str(caught.value) == f"the model cannot be exported: {why}"


@pytest.mark.parametrize("why", ["No space left on device", "File too large", "Permission denied"])
@pytest.mark.parametrize("after", ["", " [Op:SaveV2]"])
@pytest.mark.parametrize(
    ("file", "where"), [("{beside}/part", ""), ("/elsewhere/part", "temporary")]
)
def test_a_file_that_tensorflow_cannot_write(
    why: str, after: str, file: str, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command names what it was to write, and where else files did not fit."""

    def fail(_: object, beside: Path) -> None:
        raise tf.errors.OutOfRangeError(None, None, f"{file.format(beside=beside)}; {why}{after}")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(writing._WRITERS, "saved_model", fail)
    Path("spec.yaml").write_text("cnnspec: 1\nname: m\ninputs: {x: [2]}\nlayers: [ReLU]\n")
    place = f", in the temporary folder '{gettempdir()}'" if where else ""
    arguments = ("spec.yaml", "--format", "saved_model", "-o", "made/model", "-q")
    message = f"cnnspec: 'made/model' cannot be written: {why}{place}\n"
    assert run_command("export", *arguments) == Outcome(2, "", message)
    assert [path.name for path in Path().iterdir()] == ["spec.yaml"]
