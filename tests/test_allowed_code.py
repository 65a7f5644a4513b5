"""Code of one's own runs only where it was allowed: every way to build a model asks for it first."""

import json
from pathlib import Path

import pytest

from tests.support.commands import python_output

SPEC = """\
cnnspec: 1
name: custom
inputs: {x: [4]}
layers:
  - Dense: {name: hidden, units: 4}
  - my_package.layers:Scale: {name: scale, output_shape: [4]}
  - Dense: {name: y, units: 1}
outputs: {y: {loss: mean_squared_error}}
train:
  data: {npz: {path: data.npz}}
  inputs: {x: x}
  targets: {y: y}
  optimizer: adam
  epochs: 1
"""
OUTER = """\
cnnspec: 1
name: outer
inputs: {x: [4]}
submodels: {base: {spec: custom.yaml}}
blocks: {twice: {layers: [{my_package.layers:Scale: {output_shape: [4]}}]}}
layers:
  - twice
  - base
"""
WITHOUT_KERAS = """
import json
import sys

for name in ("keras", "tensorflow"):
    sys.modules[name] = None

from click.testing import CliRunner

import cnnspec
from cnnspec.cli.commands import main

results = []
for arguments in json.loads(sys.argv[1]):
    if arguments[0] == "api":
        spec = cnnspec.load(arguments[2])
        try:
            getattr(spec, arguments[1])()
        except cnnspec.SpecError as error:
            results.append([1, "", str(error)])
        continue
    result = CliRunner().invoke(main, arguments)
    results.append([result.exit_code, result.stdout, result.stderr])
print(json.dumps(results))
"""

SAID = "building the model needs code of the package 'my_package'; {} allows it"
OPTION = SAID.format("--allow-code my_package")
ARGUMENT = SAID.format("allow_code=['my_package']")
COMMANDS = {
    "custom.yaml": [
        ["build", "custom.yaml"],
        ["build", "custom.yaml", "--allow-code", "another"],
        ["train", "custom.yaml"],
        ["train", "custom.yaml", "--resume", "run"],
        ["export", "custom.yaml", "--format", "saved_model"],
        ["predict", "model.keras", "x.npy", "--spec", "custom.yaml"],
        ["evaluate", "model.keras", "--spec", "custom.yaml"],
    ],
    "run/spec.expanded.yaml": [
        ["export", "run", "--format", "saved_model"],
        ["predict", "run", "x.npy"],
        ["evaluate", "run"],
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    for name in ("custom.yaml", "run/spec.expanded.yaml"):
        (tmp_path / name).write_text(SPEC)
    (tmp_path / "outer.yaml").write_text(OUTER)
    for name in ("model.keras", "run/model.weights.h5", "x.npy"):
        (tmp_path / name).touch()
    return tmp_path


def results(folder: Path, commands: list[list[str]]) -> list[list[object]]:
    """Exit codes and outputs, in a process in which Keras cannot be imported."""
    stdout = python_output("-c", WITHOUT_KERAS, json.dumps(commands), cwd=folder)
    found: list[list[object]] = json.loads(stdout)
    return found


def test_every_command_that_builds_asks_in_the_same_words(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    commands = [command for group in COMMANDS.values() for command in group]
    line = "  - my_package.layers:Scale: {name: scale, output_shape: [4]}"
    expected = [
        [
            1,
            "",
            f"{file}:6:5: error[code-not-allowed]: {OPTION}\n 6 | {line}\n   |     {'^' * 23}\n",
        ]
        for file, group in COMMANDS.items()
        for _ in group
    ]
    assert dict(zip(map(str, commands), results(folder, commands), strict=True)) == dict(
        zip(map(str, commands), expected, strict=True)
    )
    assert sorted(folder.rglob("*")) == before


def test_the_api_says_it_in_its_own_words(folder: Path) -> None:
    commands = [["api", "build", "custom.yaml"], ["api", "train", "custom.yaml"]]
    message = f"custom.yaml:6:5: error[code-not-allowed]: {ARGUMENT}"
    assert results(folder, commands) == [[1, "", message]] * 2


def test_code_in_a_block_and_in_a_submodel_says_where_it_was_called(folder: Path) -> None:
    (found,) = results(folder, [["build", "outer.yaml", "custom.yaml"]])
    code, stdout, stderr = found
    assert (code, stdout) == (1, "")
    lines = [line for line in str(stderr).splitlines() if ".yaml:" in line]
    assert lines == [
        f"custom.yaml:6:5: error[code-not-allowed]: {OPTION}",
        "outer.yaml:4:26: note: called from here",
        f"outer.yaml:5:28: error[code-not-allowed]: {OPTION}",
        "outer.yaml:7:5: note: called from here",
        f"custom.yaml:6:5: error[code-not-allowed]: {OPTION}",
    ]
