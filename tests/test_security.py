"""What SECURITY.md says is held by the tests that it names, of which some are here."""

import ast
import json
import marshal
import os
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from cnnspec.diagnostics.problems import Problem
from cnnspec.language.column_expressions import parse_columns
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import CALLBACKS
from tests.support.audited import audited
from tests.support.paths import ROOT

# The document

STATEMENT = re.compile(r"^- ", re.M)
NAMED = re.compile(r"`(tests/\S+\.py)::(\w+)`")


def sections() -> dict[str, list[str]]:
    """The statements of SECURITY.md, by their headings."""
    _, *parts = (ROOT / "SECURITY.md").read_text("utf-8").split("\n## ")
    return {part.split("\n", 1)[0]: STATEMENT.split(part)[1:] for part in parts}


def statements() -> list[str]:
    return [each for name, part in sections().items() if name != LIMITS for each in part]


LIMITS = "What this does not cover"


def test_every_statement_names_a_test_that_exists() -> None:
    found = statements()
    assert len(found) > 20
    assert [each for each in found if not NAMED.search(each)] == []
    names: dict[str, set[str]] = {}
    missing = []
    for file, name in NAMED.findall("".join(found)):
        if file not in names:
            tree = ast.parse((ROOT / file).read_text("utf-8")) if (ROOT / file).exists() else None
            functions = ast.walk(tree) if tree else ()
            names[file] = {each.name for each in functions if isinstance(each, ast.FunctionDef)}
        if not name.startswith("test_") or name not in names[file]:
            missing.append(f"{file}::{name}")
    assert missing == []


# The source

LOADING = {
    "load_model": "safe_mode=True",
    "load": "allow_pickle=False",
    "save": "allow_pickle=False",
    "write_array": "allow_pickle=False",
}
"""Functions that may run or pickle objects, and the argument without which they would."""
RUNNING = (
    "enable_unsafe_deserialization", "eval", "exec", "model_from_json", "unsafe_load", "full_load",
)  # fmt: skip
MODULES = ("cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve")


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call in the package: its file, what is called, and the call."""
    for file in sorted((ROOT / "cnnspec").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield file.relative_to(ROOT).as_posix(), ast.unparse(node.func), node


def test_keras_and_numpy_load_only_what_is_safe() -> None:
    found: dict[str, set[str]] = {}
    for _, called, node in calls():
        owner, _, name = called.rpartition(".")
        if name == "load_model" or (name in LOADING and owner in ("np", "numpy", "npy")):
            given = {ast.unparse(each).strip() for each in node.keywords}
            found.setdefault(name, set()).add(LOADING[name] if LOADING[name] in given else "unsafe")
    assert found == {name: {argument} for name, argument in LOADING.items()}


def test_nothing_that_runs_code_is_called() -> None:
    found = [(file, called) for file, called, _ in calls() if called.rpartition(".")[2] in RUNNING]
    assert found == []
    texts = {file: file.read_text("utf-8") for file in (ROOT / "cnnspec").rglob("*.py")}
    loaders = re.compile(rf"^\s*(?:import|from) ({'|'.join(MODULES)})\b", re.M)
    assert [file for file, text in texts.items() if loaders.search(text)] == []
    assert [file for file, text in texts.items() if "safe_mode=False" in text] == []


# What files may do

TINY = "cnnspec: 1\nname: tiny\ninputs: {x: [4]}\n"
SPECS = {
    "class.yaml": f"{TINY}layers:\n  - evil:Layer: {{name: y, output_shape: [4]}}\n",
    "tag.yaml": f'{TINY}layers:\n  - Dense: {{units: !!python/object/apply:os.system ["touch ran"]}}\n',
    "expression.yaml": f"{TINY}params: {{p: 1}}\nlayers:\n"
    "  - Dense: {units: \"$(__import__('os').system('touch ran'))\"}\n",
    "submodel.yaml": f"{TINY}submodels: {{m: {{spec: class.yaml}}}}\nlayers: [m]\n",
    "data.yaml": f"{TINY}layers:\n  - Dense: {{name: y, units: 2}}\n"
    "outputs: {y: {loss: mse}}\n"
    "train:\n  data: {npz: {path: data.npz}}\n  inputs: {x: x}\n  targets: {y: y}\n"
    "  optimizer: SGD\n  epochs: 1\n",
}
TRAINED = f"""{TINY}layers:
  - Dense: {{name: y, units: 2, activation: softmax}}
outputs:
  y: {{loss: sparse_categorical_crossentropy}}
train:
  optimizer: SGD
  data: {{csv: {{path: data.csv}}}}
  inputs: {{x: [a, b, c, d]}}
  targets: {{y: label}}
  epochs: 1
"""


def runs() -> None:
    """Leave a file behind."""
    __import__("pathlib").Path("ran").touch()


def with_code() -> dict[str, Any]:
    """A model whose Lambda layer has code, as Keras stores it."""
    code = b64encode(marshal.dumps(runs.__code__)).decode()
    value = {
        "class_name": "__lambda__",
        "config": {"code": code, "defaults": None, "closure": None},
    }
    layers = [
        {
            "module": "keras.layers",
            "class_name": "InputLayer",
            "config": {"batch_shape": [None, 4], "name": "x"},
        },
        {
            "module": "keras.layers",
            "class_name": "Lambda",
            "config": {"name": "y", "function": value},
        },
        {"module": "evil", "class_name": "Layer", "config": {"name": "z"}},
    ]
    return {"class_name": "Sequential", "config": {"name": "tiny", "layers": layers}}


class Pickled:
    """Leaves a file behind where it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (Path("ran"),))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that would leave `ran` behind if they were run, imported or unpickled."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "outside.yaml").write_text(TINY)
    (folder / "evil.py").write_text("open('ran', 'w')\n")
    for name, text in SPECS.items():
        (folder / name).write_text(text)
    config = json.dumps(with_code())
    (folder / "model.json").write_text(config)
    with zipfile.ZipFile(folder / "model.keras", "w") as archive:
        archive.writestr("config.json", config)
        archive.writestr("../outside.yaml", "")
        archive.writestr("/ran", "")
    with h5py.File(folder / "model.h5", "w") as file:
        file.attrs["model_config"] = config
        file["model_weights"] = h5py.ExternalLink("../outside.yaml", "/")
    numpy.savez(folder / "data.npz", x=numpy.zeros((4, 4)), y=numpy.array([Pickled()] * 4, object))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


READING = {
    ("validate", "class.yaml"): 0,
    ("validate", "tag.yaml"): 1,
    ("validate", "--fix", "expression.yaml"): 1,
    ("validate", "submodel.yaml"): 0,
    ("validate", "data.yaml"): 0,
    ("summary", "class.yaml"): 0,
    ("expand", "submodel.yaml"): 0,
    ("code", "class.yaml"): 0,
    ("diagram", "class.yaml", "--format", "html"): 0,
    ("diagram", "submodel.yaml", "--format", "dot"): 0,
    ("diff", "class.yaml", "submodel.yaml"): 1,
    ("format", "--check", "class.yaml"): 1,
    ("expect", "class.yaml"): 0,
    ("expect", "--check", "submodel.yaml"): 1,
    **{
        (*command, f"model.{suffix}"): code
        for command, code in {("import",): 1, ("summary",): 1, ("diff", "class.yaml"): 2}.items()
        for suffix in ("json", "keras", "h5")
    },
}
"""Commands, and how they end."""
ALSO_READ = {"submodel.yaml": {"class.yaml"}}
"""The files that another one names."""


def named(command: tuple[str, ...]) -> set[str]:
    """The files that a command and the specs in it name."""
    files = {each for each in command if "." in each}
    return files.union(*(ALSO_READ.get(each, set()) for each in files))


def test_only_what_is_named_is_opened_and_nothing_is_run_or_changed(folder: Path) -> None:
    before = contents(folder.parent)
    found = dict(zip(READING, audited(*READING, folder=folder), strict=True))
    assert {command: each[1:] for command, each in found.items()} == {
        command: (sorted(named(command)), [], [], []) for command in READING
    }
    assert {command: each.code for command, each in found.items()} == READING
    assert contents(folder.parent) == before


WRITING = {
    ("new", "classifier", "-o", "new.yaml"): ["new.yaml"],
    ("expand", "class.yaml", "-o", "out/flat.yaml"): ["out/flat.yaml"],
    ("code", "class.yaml", "-o", "script.py"): ["script.py"],
    ("diagram", "class.yaml", "-o", "tiny.html"): ["tiny.html"],
    ("import", "model.json", "-o", "spec.yaml"): [],
    ("format", "class.yaml"): ["class.yaml"],
    ("expect", "--write", "class.yaml"): ["class.yaml"],
    ("validate", "--fix", "foreign.yaml"): ["foreign.yaml"],
}


def test_only_the_output_is_written(folder: Path) -> None:
    (folder / "foreign.yaml").write_text(f"{TINY}layers: [dense: {{units: 2}}]\n")
    before = contents(folder.parent)
    for audit in audited(*WRITING, folder=folder):
        outside = [each for each in audit.changed if each.startswith("/")]
        assert (outside, audit.run, audit.connected) == ([str(folder)][: len(outside)], [], [])
    after = contents(folder.parent)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert changed == {str(folder / name) for names in WRITING.values() for name in names}


KERAS = {
    ("train", "tiny.yaml", "-q", "-o", "run"): 0,
    ("evaluate", "run"): 0,
    ("predict", "run", "data.csv", "-o", "out.npz", "-q"): 0,
    ("build", "tiny.yaml", "-q"): 0,
    ("build", "class.yaml", "-q"): 1,
    ("build", "model.keras", "-q"): 1,
    ("export", "model.keras", "--format", "tflite"): 1,
    ("export", "model.h5", "--format", "tflite"): 1,
    ("predict", "model.keras", "data.csv", "--spec", "tiny.yaml"): 1,
    ("train", "data.yaml", "-q", "-o", "other"): 1,
}


def test_commands_that_build_run_no_code_and_connect_to_nothing(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "tiny.yaml").write_text(TRAINED)
    (folder / "data.csv").write_text("a,b,c,d,label\n" + "1,2,3,4,0\n2,3,4,5,1\n" * 4)
    before = contents(folder)
    home = tmp_path / "home"
    home.mkdir()
    places = {"HOME": str(home), "TMPDIR": str(home), "MPLCONFIGDIR": str(home)}
    found = dict(zip(KERAS, audited(*KERAS, folder=folder, **places), strict=True))
    assert {command: each.code for command, each in found.items()} == KERAS
    for audit in found.values():
        assert audit.connected == []
        assert {*audit.run} <= {"dot", "fc-list", "uname"}  # of TensorFlow and Matplotlib
        outside = [each for each in audit.changed if each.startswith("/")]
        allowed = (str(home), str(folder), os.devnull)
        assert [each for each in outside if not each.startswith(allowed)] == []
    after = contents(folder)
    new = {Path(each).relative_to(folder).parts[0] for each in after.keys() - before.keys()}
    assert new == {"run", "build", "out.npz"}
    assert {name: after[name] for name in before} == before


def test_kinds_that_run_code_or_write_files() -> None:
    """Of all callbacks of Keras, specs have these; each of the others is refused or unknown."""
    assert {*CALLBACKS.kinds} == {
        "EarlyStopping",
        "ReduceLROnPlateau",
        "SwapEMAWeights",
        "TerminateOnNaN",
    }
    assert {*LAYERS.kinds}.isdisjoint(
        {"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"}
    )


COLUMN_EXPRESSIONS = [
    "__import__('os').system('touch ran')",
    "open('ran', 'w')",
    "x.tofile('ran')",
    "x.__class__",
    "(lambda: 1)()",
    "[open('ran', 'w') for y in x]",
    "f'{x}'",
    "x if open('ran', 'w') else y",
    "(y := x)",
    "eval('1')",
    "image(open('ran', 'w'), [1, 1])",
    'column("x").dump("ran")',
    "x[open('ran', 'w')]",
    "max(x, key=eval)",
    "min(*x)",
]


@pytest.mark.parametrize("text", COLUMN_EXPRESSIONS)
def test_expressions_over_columns_run_nothing(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Problem) as found:
        parse_columns(text)
    assert found.value.code in ("bad-expression", "unknown-function")
    assert [*tmp_path.iterdir()] == []
