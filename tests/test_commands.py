"""The command line as a whole: its list of commands, and what it makes of mistyped words."""

import os
from pathlib import Path

import pytest

from cnnspec.cli.commands import COMMANDS, main
from tests.support.commands import run_command, run_python

SPEC = "cnnspec: 1\nname: net\ninputs: {x: [4]}\nlayers: [Dense: {units: 2}]\n"


@pytest.mark.parametrize("width", [80, 50, 30])
def test_short_helps_are_whole(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {**os.environ, "COLUMNS": str(width)}
    exit_code, stdout, stderr = run_python("-m", "cnnspec", "--help", env=environment)
    commands = stdout.split("Commands:\n")[1]
    sentences = {}
    for name in COMMANDS:
        command = main.commands.get(name) or main.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        sentences[name] = str(command.help).partition("\n\n")[0].partition(". ")[0].strip()
    listed = "".join(commands.split())
    expected = "".join("".join(f"{name}{said}".split()) for name, said in sentences.items())
    assert (exit_code, listed, stderr) == (0, expected, "")
    if width == 80:
        assert commands.count("\n") == len(COMMANDS)


@pytest.mark.parametrize(
    ("words", "usage", "message"),
    [
        (["buld"], "[OPTIONS] COMMAND [ARGS]...", "unknown command 'buld'; did you mean 'build'?"),
        (["Validate"], "[OPTIONS] COMMAND [ARGS]...", "unknown command 'Validate'; did you mean 'validate'?"),
        (["xyzzy"], "[OPTIONS] COMMAND [ARGS]...", "unknown command 'xyzzy'"),
        (["--hepl"], "[OPTIONS] COMMAND [ARGS]...", "unknown option '--hepl'; did you mean '--help'?"),
        (["build", "--froce", "a.yaml"], "build [OPTIONS] SPEC...", "unknown option '--froce'; did you mean '--force'?"),
        (["import", "--no-compct", "a.h5"], "import [OPTIONS] MODEL", "unknown option '--no-compct'; did you mean '--no-compact'?"),
        (["diagram", "--sytle=keras", "a"], "diagram [OPTIONS] MODEL", "unknown option '--sytle'; did you mean '--style'?"),
        (["summary", "-z", "a"], "summary [OPTIONS] MODEL...", "unknown option '-z'"),
        (["summary", "--xyzzy", "a"], "summary [OPTIONS] MODEL...", "unknown option '--xyzzy'"),
    ],
)  # fmt: skip
def test_mistyped_words(words: list[str], usage: str, message: str) -> None:
    exit_code, stdout, stderr = run_command(*words)
    first, _, *rest = stderr.splitlines()  # the second line says how to get help
    assert (exit_code, stdout, first) == (2, "", f"Usage: cnnspec {usage}")
    assert rest == ["", f"Error: {message}"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_suggested_for_itself_with_a_letter_too_few(name: str) -> None:
    command = main.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    known = [option for each in command.params for option in (*each.opts, *each.secondary_opts)]
    long = [option for option in known if option.startswith("--") and len(option) > 6]
    unsuggested = [
        option
        for option in long
        if f"unknown option '{option[:-1]}'; did you mean '--"
        not in run_command(name, option[:-1]).stderr
    ]
    assert unsuggested == []


def test_no_argument_at_all_is_a_call_for_help() -> None:
    _, text, _ = run_command("--help")
    assert run_command() == (2, "", text)


# Folders


@pytest.fixture
def project(folder: Path) -> Path:
    """The current folder, with specs, other YAML files and hidden files."""
    for name, text in {
        "b.yaml": SPEC,
        "a.yml": SPEC,
        "deep/er/c.yaml": f"# A comment.\n\n{SPEC}",
        "flow.yaml": "{ 'cnnspec': 1, inputs: {x: [4]}, layers: [Dense: {units: 2}]}\n",
        "marked.yaml": f"\ufeff{SPEC}",
        "library.yaml": "cnnspec: 1\nblocks: {two: {layers: [Dense: {units: 2}]}}\n",
        "forgotten.yaml": SPEC.removeprefix("cnnspec: 1\n"),
        "mkdocs.yml": "site_name: cnnspec\n",
        "deep/compose.yaml": "services:\n  net:\n    image: cnnspec\n",
        ".pre-commit-config.yaml": SPEC,
        ".venv/lib/d.yaml": SPEC,
        "notes.txt": SPEC,
        "empty/none.txt": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


FOUND = """\
a.yml: ok (10 parameters)
b.yaml: ok (10 parameters)
deep/er/c.yaml: ok (10 parameters)
flow.yaml: ok (10 parameters)
forgotten.yaml:1:1: error[missing-key]: the key 'cnnspec' is missing; a spec must start with `cnnspec: 1`
 1 | name: net
   | ^
library.yaml: ok (blocks to import)
marked.yaml: ok (10 parameters)
"""
SKIPPED = "skipped, because they are not specs: 'deep/compose.yaml', 'mkdocs.yml'\n"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("options", [[], ["--format", "text"]], ids=str)
@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["."], (1, FOUND, SKIPPED)),
        ([".", "b.yaml", "./"], (1, FOUND, SKIPPED)),
        (["deep/er"], (0, "deep/er/c.yaml: ok (10 parameters)\n", "")),
        (["deep"], (0, "deep/er/c.yaml: ok (10 parameters)\n", "skipped, because they are not specs: 'deep/compose.yaml'\n")),
        (["b.yaml", "deep/er"], (0, "b.yaml: ok (10 parameters)\ndeep/er/c.yaml: ok (10 parameters)\n", "")),
        ([".venv"], (0, ".venv/lib/d.yaml: ok (10 parameters)\n", "")),
        (["empty"], (2, "", "cnnspec: no specs in 'empty'\n")),
        (["deep/e*"], (0, "deep/er/c.yaml: ok (10 parameters)\n", "")),
    ],
)  # fmt: skip
def test_validating_folders(
    options: list[str], arguments: list[str], found: tuple[int, str, str]
) -> None:
    """The same without options, which click does not parse then."""
    assert run_python("-m", "cnnspec", "validate", *options, *arguments) == found


@pytest.mark.usefixtures("project")
def test_validating_and_formatting_find_the_same_files() -> None:
    Path("forgotten.yaml").unlink()
    _, validated, skipped = run_command("validate", ".")
    found = [line.partition(":")[0] for line in validated.splitlines()]
    _, formatted, skipped_too = run_command("format", ".")
    ugly = [line.partition(":")[0] for line in formatted.splitlines()]
    assert set(ugly) <= set(found)
    assert (skipped, skipped_too) == (SKIPPED, SKIPPED)
    assert run_command("format", "--check", ".") == (0, "", SKIPPED)
    assert run_command("format", "--check", *found) == (0, "", "")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", ["build", "summary", "train", "expand", "code", "diagram"])
def test_other_commands_take_no_folders(command: str) -> None:
    outcome = run_command(command, "deep")
    assert outcome == (2, "", "cnnspec: 'deep' is a folder, not a spec\n")
