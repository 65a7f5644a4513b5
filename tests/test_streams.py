"""Standard streams: every encoding, closed and full ones, pipes that break."""

import itertools
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from rich.cells import cell_len

from cnnspec.escaping import ESCAPES, can_encode, writable
from tests.support.streams import run_encoded, run_shell

ODD = os.fsdecode(b"gr\xf6\xdfe-\xff")
"""A name of files that is not UTF-8."""
SPEC = """\
cnnspec: 1
name: größe
inputs: {bild…: [28, 28, 1]}
layers:
  - Conv2D: {name: "層│🙂", filters: 4, kernel_size: 3}
  - Flatten
  - Dense: {name: zähler, units: 10, activation: softmax}
outputs: {ziffer→: {from: zähler, loss: sparse_categorical_crossentropy}}
"""
WRONG = SPEC.replace("filters: 4", "größe→: 4").replace("Flatten", "Flätten…│")
KERAS = {
    "class_name": "Sequential",
    "config": {
        "name": "größe",
        "layers": [
            {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "bild…"},
            },
            {
                "module": "keras.layers",
                "class_name": "Dense",
                "config": {"units": 2, "name": "層│🙂"},
            },
        ],
    },
}
GOOD, BAD, OTHER, MODEL = f"good-{ODD}.yaml", f"bad-{ODD}.yaml", f"other-{ODD}.yaml", f"{ODD}.json"

FOR_PEOPLE = [
    ("validate", GOOD, BAD),
    ("validate", "--format", "github", BAD),
    ("validate", f"none-{ODD}.yaml"),
    ("validate", "--set", f"größe{ODD}=1", GOOD),
    ("validate", "--ignore", f"größe…{ODD}", GOOD),
    ("summary", BAD),
    ("diff", GOOD, OTHER),
    ("diff", "-v", GOOD, MODEL),
    ("diff", "--git", GOOD, GOOD, "a", "b", OTHER, "c", "d"),
    ("diff", "--git", GOOD, GOOD, "a", "b", BAD, "c", "d"),
    ("format", "--check", GOOD),
    ("expect", "--check", GOOD),
    ("layers",),
    ("layers", "Conv2D"),
    ("layers", f"größe…{ODD}"),
    ("explain",),
    ("explain", "shape-mismatch"),
    ("explain", "Conv2D"),
    ("explain", "--format", "json", "Conv2D"),
    ("explain", f"größe…{ODD}"),
    ("new", "--list"),
    ("new", f"größe…{ODD}"),
    ("code", BAD),
    ("import", f"none{ODD}.keras"),
    ("build", BAD),
    ("train", BAD),
    ("export", f"none{ODD}"),
    ("--help",),
    ("summary", "--help"),
    (f"größe…{ODD}",),
    ("summary", f"--größe…{ODD}"),
]
"""Calls that print text, which is written in the encoding of the stream."""
DATA = [
    ("validate", "--format", "json", GOOD, BAD),
    ("validate", "--format", "sarif", GOOD, BAD),
    ("summary", "--format", "json", GOOD),
    ("diff", "--format", "json", GOOD, OTHER),
    ("schema",),  # a small one: it is the printing that is compared
]
"""Calls that print JSON."""
DOCUMENTS = [
    ("expand", GOOD),
    ("code", GOOD),
    ("import", MODEL),
    ("format", "-"),
    ("format", "--diff", GOOD),
    ("new", "classifier", "--name", "größe"),
    ("diagram", GOOD),
    ("diagram", GOOD, "--format", "dot"),
    ("diagram", GOOD, "--format", "mermaid"),
    ("diagram", GOOD, "--format", "html"),
]
"""Calls that print what could stand in a file, which is always UTF-8."""
ENCODINGS = ("ascii", "cp1252", "latin-1", "cp437", "utf-8")


@pytest.fixture
def specs(folder: Path) -> Path:
    (folder / GOOD).write_text(SPEC, "utf-8")
    (folder / BAD).write_text(WRONG, "utf-8")
    (folder / OTHER).write_text(SPEC.replace("units: 10", "units: 12"), "utf-8")
    (folder / MODEL).write_text(json.dumps(KERAS), "utf-8")
    return folder


def all_of(calls: list[tuple[str, ...]]) -> Any:
    return pytest.mark.parametrize("call", calls, ids=lambda call: " ".join(call).replace(ODD, ""))


@pytest.mark.usefixtures("specs")
@all_of(FOR_PEOPLE)
def test_text_is_escaped_where_it_cannot_be_written(
    call: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run_encoded(*call, encoding="utf-8", patch=monkeypatch)
    texts = [each.decode("utf-8") for each in whole[1:]]
    for encoding in ENCODINGS:
        exit_code, *written = run_encoded(*call, encoding=encoding, patch=monkeypatch)
        assert exit_code == whole.exit_code
        assert [without_carets(each.decode(encoding)) for each in written] == [
            without_carets(writable(each, encoding)) for each in texts
        ]


def without_carets(text: str) -> str:
    """A text without what stands below source lines, which depends on how these are escaped."""
    return re.sub(r"(?m)^( +\|) +\^+", r"\1 ^", text)


@pytest.mark.usefixtures("specs")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_carets_stay_below_what_they_point_at(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, stdout, _ = run_encoded("validate", BAD, encoding=encoding, patch=monkeypatch)
    lines = stdout.decode(encoding).splitlines()
    pointed = set()
    for line, below in itertools.pairwise(lines):
        if found := re.match(r" +\| +(\^+)", below):
            start, end = found.span(1)
            columns = "".join(each * cell_len(each) for each in line)  # wide ones count twice
            pointed.add(columns[start:end])
    assert writable("größe→", encoding) in pointed
    assert writable("Flätten…│", encoding) in pointed


@pytest.mark.usefixtures("specs")
@all_of(DATA)
def test_json_is_json_in_every_encoding(
    call: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnnspec.cli.schema.schema_text", lambda: '{"größe": "│🙂"}')
    whole = run_encoded(*call, encoding="utf-8", patch=monkeypatch)
    for encoding in ENCODINGS[:-1]:
        found = run_encoded(*call, encoding=encoding, patch=monkeypatch)
        assert (found.exit_code, json.loads(found.stdout.decode("ascii"))) == (
            whole.exit_code,
            json.loads(whole.stdout),
        )


@pytest.mark.usefixtures("specs")
@all_of(DOCUMENTS)
def test_documents_are_utf_8(call: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    given = SPEC.encode()
    whole = run_encoded(*call, encoding="utf-8", stdin=given, patch=monkeypatch)
    assert (whole.exit_code, "größe" in whole.stdout.decode() or "code" in call) == (0, True)
    for encoding in ENCODINGS:
        found = run_encoded(*call, encoding=encoding, stdin=given, patch=monkeypatch)
        assert found[:2] == whole[:2]


@pytest.mark.usefixtures("specs")
def test_sarif_names_a_file_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    call = ("validate", "--format", "sarif", BAD)
    _, stdout, _ = run_encoded(*call, encoding="utf-8", patch=monkeypatch)
    (run,) = json.loads(stdout)["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    assert (uri.isascii(), unquote_to_bytes(uri)) == (True, os.fsencode(BAD))


BOX = "┏━┳┓┃┡╇┩│└─┴┘"


@pytest.mark.usefixtures("specs")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_has_plain_lines_where_it_must(
    encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, stdout, _ = run_encoded("summary", GOOD, encoding=encoding, patch=monkeypatch)
    title, *table = stdout.decode(encoding).splitlines()[:-3]
    assert title == f'Model: "{writable("größe", encoding)}"'
    assert {cell_len(line) for line in table} == {cell_len(table[0])}, "columns stay aligned"
    if can_encode(BOX, encoding):
        return
    assert {line[0] for line in table} == {"+", "|"}
    name = writable("層│🙂", encoding)
    assert name in table[4]
    assert not any(letter in line for line in table for letter in BOX if letter not in name)


@pytest.mark.parametrize("letter", ["é", "│", "🙂", "\udcff", "é│🙂\udcff"])
def test_escapes_are_those_of_json(letter: str) -> None:
    escaped = letter.encode("ascii", ESCAPES).decode("ascii")
    assert json.loads(f'"{escaped}"') == letter
    assert writable(f"<{letter}>", "ascii") == f"<{escaped}>"


CALLS: dict[tuple[str, ...], int] = {
    ("validate", "good.yaml"): 0,
    ("validate", "--strict", "good.yaml"): 0,
    ("validate", "bad.yaml"): 1,
    ("validate", "none.yaml"): 2,
    ("summary", "good.yaml"): 0,
    ("diagram", "good.yaml"): 0,
    ("diff", "good.yaml", "other.yaml"): 1,
    ("expand", "good.yaml"): 0,
    ("code", "good.yaml"): 0,
    ("import", "model.json"): 0,
    ("format", "--check", "bad.yaml"): 1,
    ("new", "classifier"): 0,
    ("layers", "Conv2D"): 0,
    ("explain",): 0,
    ("explain", "mse"): 0,
    ("schema",): 0,
    ("train", "bad.yaml"): 1,
    ("--help",): 0,
    ("fly",): 2,
}
"""Calls, with their exit codes."""
CLOSED = [">&-", "2>&-", "<&-", ">&- 2>&- <&-"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    (folder / "good.yaml").write_text(SPEC, "utf-8")
    (folder / "bad.yaml").write_text(WRONG, "utf-8")
    (folder / "other.yaml").write_text(SPEC.replace("units: 10", "units: 12"), "utf-8")
    (folder / "model.json").write_text(json.dumps(KERAS), "utf-8")
    return folder


def together(calls: dict[tuple[str, ...], int], how: str) -> str:
    """A shell command that makes all calls at once and prints their exit codes in order."""
    lines = [f"{{ $CNNSPEC {' '.join(call)} >/dev/null {how}; }} & all+=($!)" for call in calls]
    return "\n".join([*lines, 'for each in ${all[@]}; do wait $each; echo "exit $?"; done'])


@pytest.mark.parametrize("how", CLOSED)
def test_a_closed_stream_changes_no_exit_code(how: str, files: Path) -> None:
    _, stdout, stderr = run_shell(together(CALLS, how), files)
    codes = [line for line in stdout.decode().splitlines() if line.startswith("exit ")]
    assert codes == [f"exit {code}" for code in CALLS.values()]
    assert b"Traceback" not in stderr
    assert b"Exception ignored" not in stderr


def test_a_closed_output_is_not_the_next_file(files: Path) -> None:
    """A stream that is closed would be the first file that is opened."""
    before = (files / "good.yaml").read_bytes()
    command = "$CNNSPEC expand good.yaml -o new.yaml >&- 2>&- <&-; $CNNSPEC expand good.yaml"
    _, stdout, _ = run_shell(command, files)
    assert (files / "new.yaml").read_bytes() == stdout
    assert (files / "good.yaml").read_bytes() == before


@pytest.mark.parametrize("call", ["validate -", "summary -", "format -"])
def test_a_closed_input_is_no_empty_spec(call: str, files: Path) -> None:
    said = b"cnnspec: standard input cannot be read: Bad file descriptor\n"
    assert run_shell(f"$CNNSPEC {call} <&-", files) == (2, b"", said)


PRINTING = [
    "validate good.yaml",
    "validate bad.yaml",
    "validate --format json bad.yaml",
    "summary good.yaml",
    "diagram good.yaml",
    "format - < good.yaml",
    "schema",
    "--help",
]


@pytest.mark.parametrize("call", PRINTING)
def test_a_full_disk_is_one_line_for_every_command(call: str, files: Path) -> None:
    said = b"cnnspec: [Errno 28] No space left on device\n"
    code, stdout, stderr = run_shell(f"$CNNSPEC {call} > /dev/full", files)
    assert (code, stdout, stderr.splitlines()[-1] + b"\n") == (2, b"", said)
    assert b"Traceback" not in stderr


@pytest.mark.parametrize("call", ["validate good.yaml", "summary good.yaml"])
def test_a_full_disk_under_standard_error_is_harmless(call: str, files: Path) -> None:
    quiet = run_shell(f"$CNNSPEC {call} 2> /dev/null", files)
    assert run_shell(f"$CNNSPEC {call} 2> /dev/full", files) == quiet


def test_an_error_that_cannot_be_written_still_has_its_code(files: Path) -> None:
    assert run_shell("$CNNSPEC validate none.yaml 2> /dev/full", files) == (2, b"", b"")


@pytest.mark.parametrize("call", PRINTING)
def test_a_pipe_that_breaks_is_silent(call: str, files: Path) -> None:
    command = f"{{ {f'$CNNSPEC {call}'}; }} 2> errors | true; cat errors"
    _, stdout, _ = run_shell(command, files)
    assert [line for line in stdout.splitlines() if b"rror" in line and b"error[" not in line] == []


def test_a_windows_pipe_takes_a_table(files: Path) -> None:
    code, stdout, stderr = run_shell("$CNNSPEC summary good.yaml", files, PYTHONIOENCODING="cp1252")
    assert (code, stderr.count(b"Traceback"), stdout.decode("cp1252")[:14]) == (
        0,
        0,
        'Model: "größe"',
    )
