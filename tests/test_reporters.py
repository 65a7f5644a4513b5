"""Findings as text, JSON, workflow commands and SARIF."""

import json
import re
from typing import Any

import pytest

from cnnspec.diagnostics.codes import CODES
from cnnspec.diagnostics.report import Diagnostic, Note, Report
from cnnspec.diagnostics.reporters import (
    MAX_WIDTH,
    REPORTERS,
    as_github,
    as_json,
    as_text,
)
from tests.support.paths import ROOT
from tests.support.reports import at, one, whole_report

LONG = "x" * 100 + "bad" + "y" * 100


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        pytest.param(
            one("a: 1\nbad: 2\n", at(2, 1, 4)),
            ["a.yaml:2:1: error[bad-name]: oh", " 2 | bad: 2", "   | ^^^"],
            id="word",
        ),
        pytest.param(
            one("bad", at(1, 1, 4), suggestion="did you mean 'good'?"),
            ["a.yaml:1:1: error[bad-name]: oh", " 1 | bad", "   | ^^^ did you mean 'good'?"],
            id="suggestion",
        ),
        pytest.param(
            one("大大 bad 大", at(1, 4, 9)),
            ["a.yaml:1:4: error[bad-name]: oh", " 1 | 大大 bad 大", "   |      ^^^^^^"],
            id="wide",
        ),
        pytest.param(
            one("e\u0301e\u0301 bad", at(1, 6, 9)),
            ["a.yaml:1:6: error[bad-name]: oh", " 1 | e\u0301e\u0301 bad", "   |    ^^^"],
            id="combining",
        ),
        pytest.param(
            one("\tbad", at(1, 2, 5)),
            ["a.yaml:1:2: error[bad-name]: oh", " 1 |  bad", "   |  ^^^"],
            id="tab",
        ),
        pytest.param(
            one("a: {b,\n  c}", at(1, 4, 5, end_line=2)),
            ["a.yaml:1:4: error[bad-name]: oh", " 1 | a: {b,", "   |    ^^^"],
            id="several-lines",
        ),
        pytest.param(
            one("a:", at(1, 3, 3)),
            ["a.yaml:1:3: error[bad-name]: oh", " 1 | a:", "   |   ^"],
            id="nothing",
        ),
        pytest.param(
            one(LONG, at(1, 101, 104)),
            [
                "a.yaml:1:101: error[bad-name]: oh",
                f" 1 | {'x' * 20}bad{'y' * 97}",
                f"   | {' ' * 20}^^^",
            ],
            id="far-right",
        ),
        pytest.param(
            one(LONG, at(1, 1, 204)),
            [
                "a.yaml:1:1: error[bad-name]: oh",
                f" 1 | {LONG[:MAX_WIDTH]}",
                f"   | {'^' * MAX_WIDTH}",
            ],
            id="longer-than-shown",
        ),
        pytest.param(
            one("a: 1", at(9, 1, 2), suggestion="did you mean 'b'?"),
            ["a.yaml:9:1: error[bad-name]: oh", "     did you mean 'b'?"],
            id="below-the-text",
        ),
        pytest.param(
            one("a: 1", at(1, 1, 2, file="gone.yaml")),
            ["gone.yaml:1:1: error[bad-name]: oh"],
            id="text-not-known",
        ),
        pytest.param(
            one("", None, suggestion="did you mean 'b'?"),
            ["error[bad-name]: oh; did you mean 'b'?"],
            id="nowhere",
        ),
        pytest.param(
            one("a\n" * 10, at(10, 1, 2), Note("here", at(9, 1, 2)), Note("too")),
            [
                "a.yaml:10:1: error[bad-name]: oh",
                " 10 | a",
                "    | ^",
                "a.yaml:9:1: note: here",
                "  9 | a",
                "    | ^",
                "note: too",
            ],
            id="notes",
        ),
    ],
)
def test_text_shows_the_line_and_a_caret(report: Report, lines: list[str]) -> None:
    assert as_text(report).splitlines() == lines


def test_text_cannot_command_a_terminal() -> None:
    report = Report({"a.yaml": "name: \x1b[31mred\x07"})
    span, notes = at(1, 7, 12), (Note("\x1b[0m"),)
    report.add(Diagnostic("error", "bad-name", "no \x1b[31mred", span, notes))
    assert [line for line in as_text(report).splitlines() if not line.isprintable()] == []


def test_styles_are_for_the_parts_of_a_finding() -> None:
    report = one("bad", at(1, 1, 4), Note("here", at(1, 1, 2)))
    report.add(Diagnostic("warning", "yaml-tab", "ah", at(1, 2, 3)))
    assert as_text(report, lambda part, role: f"<{role}>{part}</>").splitlines() == [
        "<place>a.yaml:1:1:</> <error>error[bad-name]</>: oh",
        " 1 | bad",
        "   | <caret>^^^</>",
        "<place>a.yaml:1:1:</> <note>note</>: here",
        " 1 | bad",
        "   | <caret>^</>",
        "<place>a.yaml:1:2:</> <warning>warning[yaml-tab]</>: ah",
        " 1 | bad",
        "   |  <caret>^</>",
    ]


def place(
    file: str | None = None, line: int | None = None, column: int | None = None,
    end_line: int | None = None, end_column: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "file": file,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
    }


def test_json() -> None:
    assert json.loads(as_json(whole_report())) == [
        {
            "severity": "warning",
            "code": "yaml-tab",
            "message": "100% of it,\r\nreally: yes",
            **place(),
            "notes": [],
            "suggestion": None,
            "fix": None,
        },
        {
            "severity": "error",
            "code": "bad-name",
            "message": "größe",
            **place("dir\\b.yaml", 1, 1, 1, 6),
            "notes": [
                {"message": "here", **place("c.yaml", 2, 3, 4, 5)},
                {"message": "nowhere", **place()},
            ],
            "suggestion": "did you mean 'x'?",
            "fix": {
                "safe": False,
                "edits": [
                    {**place("dir\\b.yaml", 1, 1, 1, 6), "text": "x"},
                    {**place("c.yaml", 2, 3, 4, 5), "text": ""},
                    {**place("dir\\b.yaml", 1, 8, 1, 8), "text": "["},
                ],
            },
        },
    ]


def test_github_escapes_what_would_end_a_field() -> None:
    assert as_github(whole_report()).split("\n") == [
        "::warning title=cnnspec yaml-tab::100%25 of it,%0D%0Areally: yes",
        "::error file=dir\\b.yaml,line=1,endLine=1,col=1,endColumn=6,"
        "title=cnnspec bad-name::größe (did you mean 'x'?)",
    ]
    report = Report()
    span = at(1, 2, 3, file="100%,a:b\n.yaml")
    report.add(Diagnostic("error", "bad-name", "a:b,c", span))
    assert as_github(report) == (
        "::error file=100%25%2Ca%3Ab%0A.yaml,line=1,endLine=1,col=2,endColumn=3,"
        "title=cnnspec bad-name::a:b,c"
    )


def test_nothing_found() -> None:
    said = {form: reporter(Report()) for form, reporter in REPORTERS.items()}
    sarif = json.loads(said.pop("sarif"))
    assert said == {"text": "", "json": "[]", "github": ""}
    assert [run["results"] for run in sarif["runs"]] == [[]]


def test_findings_stand_in_the_order_of_the_text_and_once() -> None:
    report = Report()
    for span in (at(2, 1, 2), at(1, 5, 6), at(1, 5, 6), at(1, 1, 2, file="b.yaml"), at(1, 1, 9)):
        report.add(Diagnostic("error", "bad-name", "oh", span))
    assert re.findall(r"^[\w.]+:\d+:\d+", as_text(report), re.MULTILINE) == [
        "a.yaml:1:1",
        "a.yaml:1:5",
        "a.yaml:2:1",
        "b.yaml:1:1",
    ]


def test_a_code_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(KeyError, match="'new-code' is not in the table"):
        Report().error("new-code", "oh")


def test_every_code_is_raised_somewhere() -> None:
    folder = ROOT / "cnnspec"
    code = "".join(file.read_text("utf-8") for file in folder.rglob("*.py"))
    assert [each for each in CODES if code.count(f'"{each}"') < 2] == []
