"""`pip install cnnspec` without an extra: what works, and what says which extra it needs."""

import json
import re
import zipfile
from pathlib import Path

import h5py
import pytest

from cnnspec.cli.commands import COMMANDS
from cnnspec.extras import INSTALLED_BY
from tests.support.commands import Outcome, run_command, run_python
from tests.support.core_only import CoreOnly

SPEC = """\
cnnspec: 1
name: tiny
params: {units: 2}
inputs: {x: [4]}
layers: [Dense: {name: dense, units: $units}]
outputs: {dense: {loss: mse}}
"""
TRAIN = "train: {data: {npz: {path: data.npz}}, inputs: {x: x}, targets: {dense: y}, epochs: 1}\n"
CONFIG = {
    "class_name": "Sequential",
    "module": "keras",
    "config": {
        "name": "small",
        "layers": [
            {
                "class_name": "InputLayer",
                "module": "keras.layers",
                "config": {"name": "x", "batch_shape": [None, 4]},
            },
            {
                "class_name": "Dense",
                "module": "keras.layers",
                "config": {"name": "dense", "units": 2},
            },
        ],
    },
    "keras_version": "3.10.0",
}
HDF5 = b"\x89HDF\r\n\x1a\n"

TENSORFLOW = "pip install 'cnnspec[tensorflow]'"
GRAPHVIZ = (
    "drawing needs Graphviz: pip install 'cnnspec[diagrams]', "
    "or the package `graphviz` of your system"
)

WORKS = (
    "new siamese",
    "new classifier --set classes=5",
    "validate tiny.yaml",
    "validate --strict --format json tiny.yaml",
    "validate .",
    "validate small.keras small.json",
    "format --check tiny.yaml",
    "expect --layer dense tiny.yaml",
    "summary tiny.yaml",
    "summary --cost small.keras",
    "diagram tiny.yaml --format dot",
    "diagram tiny.yaml --format mermaid",
    "diagram tiny.yaml --format html",
    "diff tiny.yaml trained.yaml",
    "diff tiny.yaml small.keras",
    "expand tiny.yaml",
    "code tiny.yaml",
    "import small.keras",
    "import small.json",
    *(
        f"{command} old.h5"
        for command in ("validate", "summary", "diff tiny.yaml", "expand", "code", "import")
    ),
    "layers",
    "layers Conv2D",
    "explain",
    "explain unknown-key",
    "explain Conv2D",
    "explain --format json mse",
    "explain losses",
    "schema",
)
NEEDS = {
    "build tiny.yaml": f"building needs 'keras': {TENSORFLOW}",
    "train trained.yaml": f"training needs 'numpy': {TENSORFLOW}",
    "evaluate run": f"evaluating needs 'numpy': {TENSORFLOW}",
    "predict run a.png": f"predicting needs 'keras': {TENSORFLOW}",
    "export tiny.yaml --format saved_model": f"exporting needs 'keras': {TENSORFLOW}",
    "export small.keras --format saved_model": f"exporting needs 'keras': {TENSORFLOW}",
    "export tiny.yaml -o a.onnx": "exporting to onnx needs 'tf2onnx': pip install 'cnnspec[onnx]'",
    "export tiny.yaml -o a.tflite": "exporting to tflite needs 'ai_edge_litert': "
    "pip install 'cnnspec[tflite]'",
    "import application:ResNet50": "making a network of keras.applications needs 'keras': "
    + TENSORFLOW,
    "diagram tiny.yaml": GRAPHVIZ,
    "diff tiny.yaml trained.yaml -o a.svg": GRAPHVIZ,
    "diagram tiny.yaml --format png": "png needs the program `dot` of Graphviz; "
    "install the package `graphviz` of your system",
}  # fmt: skip
"""What needs an optional package, and the line that says so."""

IN_PYTHON = {
    "load('tiny.yaml').build()": f"MissingExtra: building needs 'keras': {TENSORFLOW}",
    "load('trained.yaml').train()": f"MissingExtra: training needs 'numpy': {TENSORFLOW}",
    "load('old.h5').compile().params": "10",
    "load('tiny.yaml').draw().svg()": f"NoRenderer: {GRAPHVIZ}",
    "load('tiny.yaml').draw().dot()[:7]": "digraph",
    "load('tiny.yaml').summary()[:5]": "Model",
    "load('small.keras').compile().params": "10",
    "[each.code for each in loads(tiny + 'weights: old.h5').report]": "['weights-do-not-fit']",
    "dumps(load('tiny.yaml').document)[:10]": "cnnspec: 1",
    "from_keras(None)": f"MissingExtra: reading a Keras model needs 'keras': {TENSORFLOW}",
    "draw(None)": f"MissingExtra: reading a Keras model needs 'keras': {TENSORFLOW}",
    "dir(cnnspec) == cnnspec.__all__": "True",
}
"""What the Python API returns or raises."""

CALLING = """
import cnnspec
from cnnspec import *

tiny = open("tiny.yaml").read()

for call in {calls}:
    try:
        print(eval(call))
    except Exception as error:
        print(type(error).__name__, error, sep=": ")
"""


@pytest.fixture(scope="module")
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CoreOnly:
    """cnnspec without extras."""
    packages = tmp_path_factory.mktemp("packages")
    return CoreOnly(request.config.getoption("--core-only"), packages)


@pytest.fixture
def models(folder: Path, tmp_path: Path) -> Path:
    """The current folder, with a model of each kind."""
    (folder / "tiny.yaml").write_text(SPEC)
    (folder / "trained.yaml").write_text(SPEC + TRAIN)
    (folder / "small.json").write_text(json.dumps(CONFIG))
    with zipfile.ZipFile(folder / "small.keras", "w") as archive:
        archive.writestr("config.json", json.dumps(CONFIG))
    with h5py.File(folder / "old.h5", "w") as file:
        file.attrs["model_config"] = json.dumps(CONFIG)
    (folder / "a.png").touch()
    (folder / "data.npz").touch()
    (folder / "run").mkdir()
    (folder / "run" / "spec.expanded.yaml").write_text(SPEC + TRAIN)
    (folder / "run" / "model.weights.h5").write_bytes(HDF5)
    return tmp_path


def unwrapped(outcome: Outcome) -> tuple[int, str, str]:
    """An outcome without white space, which depends on the width of the terminal."""
    return outcome.exit_code, "".join(outcome.stdout.split()), "".join(outcome.stderr.split())


def test_every_command_is_tried() -> None:
    tried = {call.split()[0] for call in (*WORKS, *NEEDS)}
    assert tried == {*COMMANDS}


def test_nothing_else_is_installed(alone: CoreOnly, tmp_path: Path) -> None:
    """Else the tests of this file would test nothing."""
    code = f"from importlib.util import find_spec; print([*map(find_spec, {[*INSTALLED_BY]})])"
    outcome = alone.python("-c", code, folder=tmp_path)
    assert outcome == (0, f"{[None] * len(INSTALLED_BY)}\n", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_there(command: str, alone: CoreOnly, tmp_path: Path) -> None:
    assert unwrapped(alone.cnnspec(command, "--help", folder=tmp_path)) == unwrapped(
        run_command(command, "--help")
    )


@pytest.mark.parametrize("arguments", [(), ("--help",), ("--version",), ("buld",)], ids=str)
def test_the_list_of_commands_is_there(
    arguments: tuple[str, ...], alone: CoreOnly, tmp_path: Path
) -> None:
    outcome = alone.cnnspec(*arguments, folder=tmp_path)
    assert unwrapped(outcome) == unwrapped(run_command(*arguments))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there(shell: str, alone: CoreOnly, tmp_path: Path) -> None:
    exit_code, stdout, stderr = alone.cnnspec(
        folder=tmp_path,
        _CNNSPEC_COMPLETE=f"{shell}_complete",
        COMP_WORDS="cnnspec ",
        COMP_CWORD="" if shell == "fish" else "1",
    )
    listed = [word for word in re.split(r"[\n\t,]", stdout) if word in COMMANDS]
    assert (exit_code, stderr, listed) == (0, "", [*COMMANDS])


@pytest.mark.parametrize("call", WORKS)
def test_what_works(
    call: str, alone: CoreOnly, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with all extras installed, without a difference."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("COLUMNS", "80")
    expected = run_python("-m", "cnnspec", *call.split(), cwd=models)
    assert alone.cnnspec(*call.split(), folder=models) == expected


@pytest.mark.parametrize("call", NEEDS)
def test_what_needs_an_extra_says_so_in_a_line(call: str, alone: CoreOnly, models: Path) -> None:
    before = sorted(models.rglob("*"))
    outcome = alone.cnnspec(*call.split(), folder=models)
    assert outcome == Outcome(2, "", f"cnnspec: {NEEDS[call]}\n")
    assert sorted(models.rglob("*")) == before


def test_the_api_names_the_extra(alone: CoreOnly, models: Path) -> None:
    code = CALLING.format(calls=[*IN_PYTHON])
    exit_code, stdout, stderr = alone.python("-c", code, folder=models)
    assert (exit_code, stderr) == (0, "")
    assert dict(zip(IN_PYTHON, stdout.splitlines(), strict=True)) == IN_PYTHON


@pytest.mark.parametrize("package", ["keras", "tensorflow", "numpy"])
def test_the_exception_is_an_import_error(package: str) -> None:
    """Whichever package is missing: Keras may be there without its backend, for example."""
    code = (
        f"import sys; sys.modules[{package!r}] = None; import cnnspec\n"
        f"spec = cnnspec.loads({SPEC!r})\n"
        "try: spec.build()\n"
        "except ImportError as error: print(type(error).__module__, error.name, error)"
    )
    said = f"cnnspec.extras {package} building needs '{package}': {TENSORFLOW}\n"
    assert run_python("-c", code) == (0, said, "")


def test_no_help_imports_an_optional_package() -> None:
    code = (
        "import sys\nfrom cnnspec.cli.commands import COMMANDS, main\n"
        "for command in COMMANDS: main.get_command(None, command)\n"
        f"print(sorted(sys.modules.keys() & {{*{[*INSTALLED_BY]}}}))"
    )
    assert run_python("-c", code) == (0, "[]\n", "")
