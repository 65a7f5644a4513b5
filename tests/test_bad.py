"""Bad specs: every file of tests/bad holds one mistake, and beside it what is said about it.

    - Conv2D: {filters: 32, kernal_size: 3}  # E[unknown-argument]: Conv2D has no argument ...
    #                       ^^^^^^^^^^^ did you mean 'kernel_size'?

`# E[code]: message` ends the guilty line (`# W[code]` where it is a warning). The carets on the
line below stand under the span; where that starts in column 1, the `#` is the first of them.
Without carets the span is the very start of the line; after `^^^ to 9:4` it ends in front of line
9, column 4. What stands after the carets is the suggestion. `# N: message` ends a line that a note
points at, with carets in the same way; a line of its own is a note that points nowhere.

What is expected in a file of tests/bad/parts stands there, if a bad spec names it.
"""

import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.cli import main
from cnnspec.compiler import compile_file, compile_text
from cnnspec.diagnostics import CODES, Diagnostic, Note, Report, Severity, Span
from cnnspec.source import MAX_BYTES, MAX_DEPTH

BAD = Path(__file__).parent / "bad"
FILES = sorted(path.name for path in BAD.glob("*.yaml"))
EACH_FILE = pytest.mark.parametrize("name", FILES)

WITHOUT_FILE = {
    "file-too-large": "test_a_file_over_the_limit",
    "not-utf8": "test_bytes_that_are_no_text",
    "outside-root": "test_root_keeps_files_in",
    "weights-not-checked": "test_weights_without_h5py",
}
"""Codes that take more than a file, with the tests that have them."""

SAID = re.compile(r"# (?:(?P<severity>[EW])\[(?P<code>[\w-]+)\]|N): (?P<message>.*)$")
CARETS = re.compile(
    r" *#(?P<gap> *)(?P<carets>\^*)(?: to (?P<line>\d+):(?P<column>\d+))?(?: (?P<remark>\S.*))?"
)
SEVERITIES: dict[str, Severity] = {"E": "error", "W": "warning"}


def pointed_at(file: str, line: int, below: str) -> tuple[Span, str | None]:
    """The span that a line of carets says, and what stands after the carets."""
    found = CARETS.fullmatch(below)
    if found is None:
        return Span(file, line, 1, line, 1), None
    start = found.start("carets") + 1 if found["gap"] or found.start("gap") > 1 else 1
    end = found.end("carets") + 1
    if found["line"]:
        return Span(file, line, start, int(found["line"]), int(found["column"])), found["remark"]
    return Span(file, line, start, line, end), found["remark"]


def said_in(file: str) -> Iterator[Diagnostic | Note]:
    """What the comments of one file say."""
    lines = (BAD / file).read_text("utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if (said := SAID.search(line)) is None:
            continue
        below = lines[number] if number < len(lines) else ""
        span, remark = pointed_at(file, number, below)
        if said["code"]:
            severity = SEVERITIES[said["severity"]]
            yield Diagnostic(severity, said["code"], said["message"], span, suggestion=remark)
        else:
            yield Note(said["message"], None if line.startswith("# N:") else span)


def by_place(notes: tuple[Note, ...]) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda note: (note.span is None, note.span, note.message)))


def expected(name: str) -> Diagnostic:
    """The finding that a bad spec and the parts that it names say."""
    parts = re.findall(r"parts/\w+\.yaml", (BAD / name).read_text("utf-8"))
    said = [each for file in (name, *dict.fromkeys(parts)) for each in said_in(file)]
    (finding,) = (each for each in said if isinstance(each, Diagnostic))
    return replace(finding, notes=by_place(tuple(e for e in said if isinstance(e, Note))))


def told(report: Report) -> list[Diagnostic]:
    return [replace(finding, notes=by_place(finding.notes)) for finding in report]


@EACH_FILE
def test_one_mistake_is_one_finding(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    assert told(compile_file(Path(name)).report) == [expected(name)]
