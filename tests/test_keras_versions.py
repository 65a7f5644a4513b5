"""Which Keras a spec is held against, and where it says what that Keras lacks."""

from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import pytest

import cnnspec
from cnnspec import compiler
from cnnspec.compiler import compile_text
from cnnspec.declarations import keras_table as table
from cnnspec.declarations.describe import describe
from cnnspec.declarations.keras_versions import (
    NEWEST,
    OLDEST,
    installed,
    of_release,
)
from cnnspec.diagnostics.report import SpecError
from cnnspec.language.dump import dumps
from cnnspec.layers.base import LAYERS
from tests.support.commands import python_output, run_command
from tests.support.paths import MODEL_FILES, SPECS


def test_the_installed_keras_is_found_without_importing_it() -> None:
    code = (
        "import sys; from cnnspec.declarations.keras_versions import installed;"
        "print(installed(), 'keras' in sys.modules, 'importlib.metadata' in sys.modules)"
    )
    assert python_output("-c", code) == f"{keras.__version__} False False\n"
    assert installed() == of_release(keras.__version__)


@pytest.mark.parametrize(
    ("stated", "version"),
    [
        ("3.10.0", (3, 10, 0)),
        ("3.16.0.dev2026010203", (3, 16, 0)),
        ("3.12.0rc1", (3, 12, 0)),
    ],
)
def test_releases_as_keras_states_them(stated: str, version: tuple[int, ...]) -> None:
    assert of_release(stated).version == version


def test_without_keras_the_newest_known_counts() -> None:
    code = (
        "import sys; from cnnspec.declarations.keras_versions import installed, usual;"
        "sys.path[:] = [each for each in sys.path if 'site-packages' not in each];"
        "print(installed(), usual())"
    )
    assert python_output("-c", code) == f"None {table.RELEASES[-1]}\n"


SPEC = """\
cnnspec: 1
inputs: {image: [28, 28, 1]}
layers:
  - %s
  - Flatten
  - Dense: {units: 2}
outputs: {label: {from: dense_1, loss: mse}}
train: {optimizer: %s}
"""


@pytest.mark.parametrize(
    ("layer", "optimizer", "message", "line", "column"),
    [
        (
            "AdaptiveMaxPooling2D: {output_size: 7}",
            "adam",
            "AdaptiveMaxPooling2D requires Keras 3.13 or later",
            4,
            5,
        ),
        (
            "BatchNormalization: {renorm: true}",
            "adam",
            "'renorm' of BatchNormalization requires Keras 3.14 or later",
            4,
            26,
        ),
        (
            "TimeDistributed: {layer: {BatchNormalization: {renorm: true}}}",
            "adam",
            "'renorm' of BatchNormalization requires Keras 3.14 or later",
            4,
            52,
        ),
        (
            "Flatten",
            "ScheduleFreeAdamW",
            "ScheduleFreeAdamW requires Keras 3.14 or later",
            8,
            20,
        ),
        (
            "Flatten",
            "Muon",
            "Muon with rms_rate 0.2, its default, requires Keras 3.13 or later",
            8,
            20,
        ),
    ],
)
def test_a_spec_is_refused_at_the_place_and_accepted_by_the_newest(
    layer: str, optimizer: str, message: str, line: int, column: int
) -> None:
    written = (SPEC % (layer, optimizer)).encode()
    (found,) = compile_text(written, keras=OLDEST).report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        f"{message}, but the spec is checked for Keras 3.10",
        line,
        column,
    )
    newest = compile_text(written, keras=NEWEST)
    assert [each.message for each in newest.report if each.severity == "error"] == []


def test_what_depends_on_the_inputs_is_refused_at_the_step() -> None:
    spec = """\
cnnspec: 1
inputs: {words: {shape: [%s], dtype: string}}
layers:
  - StringLookup: {vocabulary: [cat], output_mode: one_hot}
"""
    assert [each.code for each in cnnspec.loads(spec % 1, keras="3.10").report] == []
    assert [each.code for each in cnnspec.loads(spec % 4, keras="3.14").report] == []
    (found,) = cnnspec.loads(spec % 4, keras="3.13").report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        "an encoding of inputs with several values requires Keras 3.14 or later, but the spec is checked for Keras 3.13",
        4,
        52,
    )


def test_an_input_that_no_output_depends_on() -> None:
    spec = "cnnspec: 1\ninputs: {a: [4], b: [4]}\nlayers:\n  - Dense: {from: a, units: 2}\n  - ReLU: {from: b, name: left}\noutputs: {label: {from: dense_1}}\n"
    newer = {each.severity for each in cnnspec.loads(spec, keras="3.14").report}
    assert newer == {"warning"}
    (found,) = cnnspec.loads(spec, keras="3.13").report
    assert found.span is not None
    assert (found.code, found.message, found.span.line, found.span.column) == (
        "not-in-this-keras",
        "a model with an input like 'b', which no output depends on, requires Keras 3.14 or later, "
        "but the spec is checked for Keras 3.13",
        2,
        18,
    )
    given_back = spec.replace("label: {from: dense_1}", "dense_1: , b: ")
    (found,) = cnnspec.loads(given_back, keras="3.13").report
    assert (found.code, found.message) == (
        "not-in-this-keras",
        "a model with an input like 'b', which no layer reads, requires Keras 3.14 or later, "
        "but the spec is checked for Keras 3.13",
    )
    outer = "cnnspec: 1\ninputs: {a: [4], b: [4]}\nsubmodels: {base: {spec: inner.yaml}}\nlayers: [base: {from: [a, b]}]\n"
    with TemporaryDirectory() as folder:
        (Path(folder) / "inner.yaml").write_text(spec)
        (found,) = cnnspec.loads(outer, folder=folder, keras="3.13").report
        assert (found.code, [note.message for note in found.notes]) == (
            "not-in-this-keras",
            ["called from here"],
        )


@pytest.mark.parametrize("command", ["validate", "summary", "expand", "code", "diagram"])
def test_commands_take_a_version(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC % ("AdaptiveMaxPooling2D: {output_size: 7}", "adam"))
    output = ["-o", "out.svg"] if command == "diagram" else []
    older = run_command(command, "--keras", "3.12", *output, "spec.yaml")
    assert older.exit_code == 1
    assert "requires Keras 3.13 or later, but the spec is checked for Keras 3.12" in (
        older.stdout + older.stderr
    )
    assert [each.name for each in tmp_path.iterdir()] == ["spec.yaml"]
    assert run_command(command, "--keras", "3.13", *output, "spec.yaml").exit_code == 0


@pytest.mark.parametrize("version", ["3", "3.9", "3.99", "4.0", "3.12.x", "newest", "", "3.10.0.1"])
def test_versions_that_are_not_known(version: str) -> None:
    known = f"choose one from 3.10 to {'.'.join(table.RELEASES[-1].split('.')[:2])}"
    message = f"'{version}' is not a known version of Keras; {known}"
    spec = str(SPECS / "mnist_simple.yaml")
    assert run_command("validate", "--keras", version, spec) == (
        2,
        "",
        f"cnnspec: --keras: {message}\n",
    )
    with pytest.raises(ValueError, match="is not a known version of Keras"):
        cnnspec.load(spec, keras=version)


def test_the_api_takes_a_version() -> None:
    written = SPEC % ("BatchNormalization: {renorm: true}", "adam")
    assert [each.code for each in cnnspec.loads(written, keras="3.13").report] == [
        "not-in-this-keras"
    ]
    assert [each.code for each in cnnspec.loads(written, keras="3.14").report] == []


def test_a_model_is_built_by_the_keras_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even if its spec was checked for a newer one."""
    monkeypatch.setattr(compiler, "usual", lambda: of_release("3.10.0"))
    monkeypatch.chdir(tmp_path)
    written = SPEC % ("AdaptiveMaxPooling2D: {output_size: 7}", "adam")
    Path("spec.yaml").write_text(written)
    message = "AdaptiveMaxPooling2D requires Keras 3.13 or later, but Keras 3.10.0 is installed"
    for options in ([], ["--keras", "3.15"]):
        result = run_command("build", *options, "spec.yaml")
        assert (result.exit_code, message in result.stderr) == (1, True)
        assert "install it with `pip install 'keras>=3.13'`" in result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["spec.yaml"]
    with pytest.raises(SpecError, match=r"but Keras 3\.10\.0 is installed"):
        cnnspec.loads(written, keras="3.15").build()


@pytest.mark.parametrize("path", MODEL_FILES, ids=lambda path: path.stem)
def test_the_specs_of_the_project_need_no_newer_keras(path: Path) -> None:
    assert [
        each.code for each in cnnspec.load(path, keras="3.10").report if each.severity == "error"
    ] == []


def test_a_submodel_from_a_file_of_keras_is_held_against_the_version(tmp_path: Path) -> None:
    inner = cnnspec.loads(SPEC % ("AdaptiveMaxPooling2D: {output_size: 7}", "adam")).document
    assert inner is not None
    (tmp_path / "inner.yaml").write_text(dumps(inner))
    outer = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\nsubmodels: {base: {spec: inner.yaml}}\nlayers: [base]\n"
    (found,) = cnnspec.loads(outer, folder=tmp_path, keras="3.10").report
    assert (found.code, [note.message for note in found.notes]) == (
        "not-in-this-keras",
        ["called from here"],
    )


def test_layers_and_editors_show_which_keras_has_what() -> None:
    printed = run_command("layers", "AdaptiveMaxPooling2D").stdout
    assert "Requires Keras 3.13 or later." in printed.splitlines()[1]
    arguments = {each.name: each.says for each in describe(LAYERS.kinds["BatchNormalization"])}
    assert arguments["renorm_momentum"] == "Requires Keras 3.14 or later."
    assert arguments["renorm"].endswith(" Requires Keras 3.14 or later.")
    assert "Requires" not in arguments["momentum"]
