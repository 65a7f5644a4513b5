"""What the shell completes, for every argument and option of every command."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.shell_completion import CompletionItem, ShellComplete

from cnnspec.cli.commands import COMMANDS, main
from cnnspec.declarations.keras_versions import minors
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.language.templates.reading import TEMPLATES
from cnnspec.layers.base import LAYERS
from cnnspec.operations.base import OPERATIONS
from cnnspec.vocabulary.lookup import all_words
from tests.support.commands import run_command

NOTHING: list[str] = []
FILES = ["<file>"]
FOLDERS = ["<dir>"]

BY_PARAMETER: dict[str, list[str]] = {
    "inputs": FILES,
    "kind": [*LAYERS.kinds, *OPERATIONS.kinds],
    "model": FILES,
    "models": FILES,
    "name": [*TEMPLATES],
    "spec": FILES,
    "word": [word for word in (*all_words(), *CODES) if word[:1].isalpha()],
    "specs": FILES,
    "--allow-code": NOTHING,
    "--class": NOTHING,
    "--data": FILES,
    "--depth": ["all"],
    "--from": NOTHING,
    "--ignore": [*WARNINGS],
    "--keras": minors(),
    "--layer": NOTHING,
    "--name": NOTHING,
    "--output": FILES,
    "--resume": FOLDERS,
    "--root": FOLDERS,
    "--set": NOTHING,
    "--spec": FILES,
    "--to": NOTHING,
    "--weights": FILES,
}
"""What completes where nothing is typed yet. Names in a model need a model on the line first."""

OTHERWISE = {
    ("build", "--output"): FOLDERS,
    ("summary", "--depth"): NOTHING,
    ("train", "--output"): FOLDERS,
}

SPEC = """\
cnnspec: 1
params: {width: 8, rate: 0.5, sizes: [1, 2], name: null}
inputs: {image: [28, 28, 1]}
blocks: {pair: {layers: [Flatten: {name: flat}, Dense: {name: last, units: $width}]}}
layers:
  - Conv2D: {name: first, filters: $width, kernel_size: 3}
  - pair: {name: both}
outputs: {both: {}}
"""


def completions(*words: str, incomplete: str = "") -> list[str]:
    """The words that complete a line; `<file>` and `<dir>` let the shell complete these."""
    shell = ShellComplete(main, {}, "cnnspec", "_CNNSPEC_COMPLETE")
    return shown(shell.get_completions(list(words), incomplete))


def shown(items: list[CompletionItem]) -> list[str]:
    return [each.value if each.type == "plain" else f"<{each.type}>" for each in items]


def of_parameter(command: str, parameter: click.Parameter) -> list[str]:
    found = main.get_command(click.Context(main), command)
    assert found is not None
    return shown(parameter.shell_complete(click.Context(found), ""))


def parameters() -> list[Any]:
    """Every parameter that has a value, with its command."""
    context = click.Context(main)
    found = []
    for command in COMMANDS:
        made = main.get_command(context, command)
        assert made is not None
        for each in made.params:
            if isinstance(each, click.Option) and each.is_flag:
                continue
            name = max(each.opts, key=len)
            found.append(pytest.param(command, name, each, id=f"{command} {name}"))
    return found


@pytest.mark.parametrize(("command", "name", "parameter"), parameters())
def test_every_value_completes(command: str, name: str, parameter: click.Parameter) -> None:
    if isinstance(parameter.type, click.Choice):
        assert of_parameter(command, parameter) == [*parameter.type.choices]
        return
    if isinstance(parameter.type, click.IntRange | click.FloatRange):
        assert of_parameter(command, parameter) == NOTHING
        return
    expected = OTHERWISE.get((command, name)) or BY_PARAMETER[name]
    assert of_parameter(command, parameter) == expected


def test_commands_complete_with_their_whole_meaning() -> None:
    shell = ShellComplete(main, {}, "cnnspec", "_CNNSPEC_COMPLETE")
    found = {each.value: each.help for each in shell.get_completions([], "")}
    _, text, _ = run_command("--help")
    assert [*found] == [*COMMANDS]
    assert [
        word for word, meaning in found.items() if f"{word} {meaning}" not in squeezed(text)
    ] == []


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("line", "incomplete", "found"),
    [
        ("", "ex", ["expect", "export", "expand", "explain"]),
        ("layers", "GlobalMax", ["GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D"]),
        ("explain", "yaml-t", ["yaml-tab", "yaml-tag"]),
        ("explain", "GlobalMaxP", ["GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D"]),
        ("explain", "Adam", ["Adam", "AdamW", "Adamax"]),
        ("explain", "kernel_r", ["kernel_regularizer"]),
        ("explain", "loss_w", ["loss_weight"]),
        ("explain --format", "j", ["json"]),
        ("new", "u", ["unet"]),
        ("validate --ignore", "unused-l", ["unused-layer"]),
        ("validate --ignore", "wrong-type", []),
        ("validate", "spe", ["<file>"]),
        ("validate a.yaml", "", ["<file>"]),
        ("validate --strict --ignore unused-layer", "spe", ["<file>"]),
        ("diff a.yaml", "", ["<file>"]),
        ("diagram net.yaml --format", "m", ["mermaid"]),
        ("diagram net.yaml --from", "", ["image", "first", "both_flat", "both_last", "both"]),
        ("diagram net.yaml --to", "f", ["first"]),
        ("diagram gone.yaml --to", "", []),
        ("diagram wrong.yaml --to", "", []),
        ("diagram old.h5 --to", "", []),
        ("validate net.yaml --set", "", ["width=8", "rate=0.5", "name="]),
        ("summary net.yaml --set", "w", ["width=8"]),
        ("summary wrong.yaml net.yaml --set", "w", ["width=8"]),
        ("code net.yaml --set width=3 --set", "r", ["rate=0.5"]),
        ("summary --set", "w", []),
        ("new classifier --set", "cl", ["classes=10"]),
        ("new nothing --set", "cl", []),
        ("validate --keras", "3.1", ["3.10", "3.11", "3.12", "3.13", "3.14", "3.15"]),
        ("validate --keras 9 net.yaml --set", "w", ["width=8"]),
        ("diagram --depth", "a", ["all"]),
        ("diagram --depth x net.yaml --to", "f", ["first"]),
    ],
)  # fmt: skip
def test_a_line_completes(
    line: str, incomplete: str, found: list[str], folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").write_text(SPEC)
    (folder / "wrong.yaml").write_text("cnnspec: 1\nlayers: [Dnse]\n")
    (folder / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    assert completions(*line.split(), incomplete=incomplete) == found
    assert capfd.readouterr() == ("", "")


def test_words_and_templates_complete_with_their_meanings() -> None:
    shell = ShellComplete(main, {}, "cnnspec", "_CNNSPEC_COMPLETE")
    for command, meanings in (("explain", all_words() | CODES), ("new", TEMPLATES)):
        found = {each.value: each.help for each in shell.get_completions([command], "")}
        assert found == {word: text for word, text in meanings.items() if word[:1].isalpha()}
