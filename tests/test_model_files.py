"""Every command against every form of a model file: it takes it, or says in one line what to do."""

from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

import cnnspec
from cnnspec.cli.commands import COMMANDS
from conformance.round_trips import called
from tests.support.commands import run_command

pytestmark = pytest.mark.xdist_group("export")  # one worker imports TensorFlow for all of it

TRAIN = "\ntrain:\n  optimizer: adam\n"
SPEC = f"""\
cnnspec: 1
name: small

inputs:
  image: [6, 6, 1]

layers:
  - Conv2D: {{name: conv, filters: 4, kernel_size: 3, activation: relu}}
  - Flatten: {{name: flat}}
  - Dense: {{name: digit, units: 3, activation: softmax}}

outputs:
  digit: {{loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
{TRAIN}"""

KERAS = ("model.keras", "model.h5", "model.hdf5", "model.json")
UNREADABLE = {
    "broken.keras": "it is not a .keras, .h5 or JSON file of a Keras model",
    "broken.h5": "it is not a .keras, .h5 or JSON file of a Keras model",
    "broken.json": "its configuration is not that of a Keras model",
    "model.weights.h5": "it contains weights but no model; it was written by `save_weights`",
}
LIBRARY = "cnnspec: 1\nblocks: {b: {layers: [Flatten]}}\n"

LOOKING: dict[str, tuple[str, ...]] = {
    "validate": (),
    "summary": (),
    "expand": (),
    "diagram": ("--format", "dot"),
    "code": (),
}
"""The commands that take specs and model files alike, with their options."""
FOR_SPECS = ("train", "format", "expect")
"""The commands that take specs alone."""
TRAINED: dict[str, tuple[str, ...]] = {"evaluate": (), "predict": ("x.npy",)}
"""The commands that take a run, or weights with a spec."""
OTHERS = ("build", "export", "diff", "import")
WITHOUT_MODEL = ("new", "layers", "explain", "schema")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in every form, and files that hold none."""
    folder = tmp_path_factory.mktemp("models")
    model = cnnspec.loads(SPEC).build()
    for name in ("model.keras", "model.h5", "model.hdf5"):
        model.save(folder / name)
    model.save_weights(folder / "model.weights.h5")
    (folder / "model.json").write_text(model.to_json())
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "library.yaml").write_text(LIBRARY)
    for name in ("broken.keras", "broken.h5"):
        (folder / name).write_bytes(b"nothing of the sort")
    (folder / "broken.json").write_text("{}")
    numpy.save(folder / "x.npy", numpy.full((6, 6, 1), 100, "uint8"))
    (folder / "folder").mkdir()
    return folder


@pytest.fixture(autouse=True)
def _in_folder(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files)


def test_every_command_is_looked_at() -> None:
    known = {*LOOKING, *FOR_SPECS, *TRAINED, *OTHERS, *WITHOUT_MODEL}
    assert known == set(COMMANDS)


@pytest.mark.parametrize("file", KERAS)
@pytest.mark.parametrize("command", LOOKING)
def test_a_model_file_is_taken_as_its_spec_is(command: str, file: str) -> None:
    code, stdout, stderr = run_command(command, "spec.yaml", *LOOKING[command])
    expected = stdout.replace("spec.yaml", file)
    if command == "expand" and file == "model.json":
        assert expected == SPEC
        expected = SPEC.removesuffix(TRAIN)  # `to_json` leaves the optimizer out
    assert (
        run_command(command, file, *LOOKING[command])
        == (code, expected, stderr)
        == (0, expected, "")
    )


@pytest.mark.parametrize("command", LOOKING)
def test_a_spec_comes_from_standard_input_too(command: str) -> None:
    expected = run_command(command, "spec.yaml", *LOOKING[command])[1].replace("spec.yaml", "-")
    assert run_command(command, "-", *LOOKING[command], stdin=SPEC.encode()) == (0, expected, "")


@pytest.mark.parametrize("file", KERAS)
def test_models_are_compared_and_imported_in_any_form(file: str) -> None:
    same = "the same model: 3 layers, 235 parameters\n"
    assert (
        run_command("diff", file, "spec.yaml")
        == run_command("diff", "spec.yaml", file)
        == (0, same, "")
    )
    code, stdout, _ = run_command("import", file)
    expected = SPEC.removesuffix(TRAIN) if file == "model.json" else SPEC
    named = "name: small\n" if file == "model.json" else f"name: small\nweights: {file}\n"
    assert (code, stdout) == (0, expected.replace("name: small\n", named))


@pytest.mark.parametrize(("file", "reason"), UNREADABLE.items())
@pytest.mark.parametrize("command", [*LOOKING, "build", "import", "diff"])
def test_a_file_without_a_model_is_one_finding(command: str, file: str, reason: str) -> None:
    others = ("spec.yaml",) if command == "diff" else LOOKING.get(command, ())
    code, stdout, stderr = run_command(command, file, *others)
    said = stdout if command == "validate" else stderr
    assert (code, stdout + stderr) == (2 if command == "diff" else 1, said)
    assert said == f"error[unreadable-model]: '{file}': {reason}\n"


@pytest.mark.parametrize("file", ["none.yaml", "none.keras", "none.h5", "none.json"])
@pytest.mark.parametrize("command", [*LOOKING, *FOR_SPECS, "build", "import", "diff"])
def test_a_file_that_is_not_there(command: str, file: str) -> None:
    others = ("spec.yaml",) if command == "diff" else LOOKING.get(command, ())
    line = f"cnnspec: '{file}' cannot be read: No such file or directory\n"
    if command == "import" and file == "none.yaml":
        line = "cnnspec: 'none.yaml' is already a spec; `cnnspec expand` expands it\n"
    assert run_command(command, file, *others) == (2, "", line)


@pytest.mark.parametrize("command", [*LOOKING, "build", "train", "export"])
def test_a_file_of_blocks_is_no_model(command: str) -> None:
    options = {"export": ("-o", "a.onnx")} | LOOKING
    code, stdout, stderr = run_command(command, "library.yaml", *options.get(command, ()))
    if command == "validate":
        assert (code, stdout, stderr) == (0, "library.yaml: ok (blocks to import)\n", "")
        return
    message = "this file only defines blocks for other specs to import; it has no model"
    assert (code, stdout) == (1, "")
    assert stderr.splitlines()[0] == f"library.yaml:1:1: error[not-a-model]: {message}"


@pytest.mark.parametrize("file", [*KERAS, "model.weights.h5"])
@pytest.mark.parametrize("command", FOR_SPECS)
def test_commands_for_specs_say_what_to_do_with_a_model(command: str, file: str) -> None:
    advice = f"a model file: convert it with `cnnspec import {file} -o model.yaml`"
    if file == "model.weights.h5":
        advice = "a weights file"
    message = f"cnnspec: {command} takes specs only; '{file}' is {advice}\n"
    assert run_command(command, file) == (2, "", message)
    assert not Path("build").exists()


@pytest.mark.parametrize("command", [*LOOKING, "build", "export"])
@pytest.mark.parametrize("file", KERAS)
def test_a_model_file_has_no_parameters(command: str, file: str) -> None:
    options = ("-o", "a.onnx") if command == "export" else LOOKING.get(command, ())
    message = f"cnnspec: --set applies to specs only; '{file}' is a model file\n"
    assert run_command(command, file, *options, "--set", "width=3") == (2, "", message)


@pytest.mark.parametrize("command", TRAINED)
@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("spec.yaml", "'spec.yaml' has no weights; pass a run folder, .keras or .weights.h5 file"),
        (
            "model.json",
            "'model.json' has no weights; pass a run folder, .keras or .weights.h5 file",
        ),
        ("model.keras", "'model.keras' is a model file; pass its spec with --spec"),
        ("model.h5", "'model.h5' is a model file; pass its spec with --spec"),
        ("folder", "'folder' is not a completed run: it has no 'spec.expanded.yaml'"),
    ],
)
def test_what_is_no_trained_model(command: str, file: str, line: str) -> None:
    assert run_command(command, file, *TRAINED[command]) == (2, "", f"cnnspec: {line}\n")


@pytest.mark.parametrize("weights", ["model.keras", "model.weights.h5"])
@pytest.mark.parametrize("spec", ["spec.yaml", *KERAS])
def test_predict_takes_any_form_of_the_model(spec: str, weights: str) -> None:
    code, stdout, stderr = run_command("predict", weights, "x.npy", "--spec", spec)
    image = numpy.full((1, 6, 6, 1), 100, "float32")
    (row,) = keras.models.load_model("model.keras", compile=False).predict(image, verbose=0)
    expected = f"x.npy: digit {row.argmax()} {row.max():.4f}\n"
    assert (code, stdout, stderr) == (0, expected, "")


@pytest.mark.parametrize("file", KERAS)
def test_a_model_file_is_built_with_its_weights(file: str, tmp_path: Path) -> None:
    code, stdout, stderr = run_command("build", file, "-o", tmp_path)
    assert (code, stderr) == (0, "building small ...\n")
    *loaded, last = stdout.splitlines()
    names = "loaded the weights of 2 layers by name: conv, digit"
    assert loaded == ([] if file == "model.json" else [f"{file}: {names}"])
    assert last.endswith(
        "235 parameters, diagram.svg, model.keras, spec.expanded.yaml, summary.txt"
    )
    image = numpy.ones((1, 6, 6, 1))
    built, saved = (
        keras.models.load_model(path, compile=False)
        for path in (tmp_path / "small" / "model.keras", "model.keras")
    )
    is_same = numpy.array_equal(called(built, [image]), called(saved, [image]))
    assert is_same == (file != "model.json")


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "model.h5", "x.npy", "--spec", "spec.yaml"),
        ("build", "spec.yaml", "-q", "-o", "built", "--weights", "model.h5"),
        ("export", "spec.yaml", "-o", "a.onnx", "--weights", "model.h5"),
    ],
)
def test_weights_of_a_whole_hdf5_file_are_taken(arguments: tuple[str, ...]) -> None:
    code, _, stderr = run_command(*arguments)
    assert (code, stderr) == (0, "")


def test_a_json_file_is_exported_with_weights(tmp_path: Path) -> None:
    target = tmp_path / "model.onnx"
    code, stdout, stderr = run_command(
        "export", "model.json", "--weights", "model.weights.h5", "-o", target, "-q"
    )
    assert (code, stdout, stderr, target.exists()) == (0, "", "", True)


@pytest.mark.parametrize("file", KERAS)
def test_the_api_loads_any_form(file: str) -> None:
    known, loaded = cnnspec.load("spec.yaml"), cnnspec.load(file)
    assert list(loaded.report) == []
    assert loaded.summary() == known.summary()
    assert loaded.draw().dot() == known.draw().dot()
    again: Any = loaded.build(weights="model.weights.h5")
    image = numpy.ones((1, 6, 6, 1), "float32")
    saved = keras.models.load_model("model.keras", compile=False)
    assert numpy.array_equal(called(again, [image]), called(saved, [image]))
    with_parameter = cnnspec.load(file, params={"width": 3})
    assert [each.code for each in with_parameter.report] == ["unknown-parameter"]


@pytest.mark.parametrize(("file", "reason"), UNREADABLE.items())
def test_the_api_reports_a_file_without_a_model(file: str, reason: str) -> None:
    spec = cnnspec.load(file)
    assert [(each.code, each.message) for each in spec.report] == [
        ("unreadable-model", f"'{file}': {reason}")
    ]
    with pytest.raises(cnnspec.SpecError):
        spec.compile()
