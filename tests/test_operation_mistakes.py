"""Mistakes in operations: each is one error, at its place, that says how to mend it.

A case in `operations/mistakes.yaml` is some steps below those of `head.yaml`, and comments: the code
of the error, its line and column counted from the first of the steps, the text that it points at,
and on lines of their own the message and the suggestion.
"""

import re

import pytest

from cnnspec.compiler import compile_text
from cnnspec.diagnostics.report import Diagnostic
from tests.support.paths import ROOT

pytestmark = pytest.mark.usefixtures("newest_keras")

FOLDER = ROOT / "tests" / "operations"
HEAD = (FOLDER / "head.yaml").read_text("utf-8")
BLOCKS = (FOLDER / "mistakes.yaml").read_text("utf-8").split("\n\n")
CASES = [block.splitlines() for block in BLOCKS if block.startswith("- ")]


def spec_of(steps: list[str]) -> str:
    return HEAD + "".join(f"  {line}\n" for line in steps)


def comments(error: Diagnostic, text: str) -> list[str]:
    """An error as the comments of a case say it."""
    assert error.span is not None
    lines, line = text.splitlines(), error.span.line
    assert error.span.end_line == line
    pointed = lines[line - 1][error.span.column - 1 : error.span.end_column - 1]
    first = HEAD.count("\n")
    said = [f"# {error.code} at {line - first}:{error.span.column} {pointed}"]
    said += [f"#   {each}" for each in (error.message, error.suggestion) if each is not None]
    return said


@pytest.mark.parametrize("case", CASES, ids=lambda case: re.sub(r"\W+", "-", case[0]).strip("-"))
def test_a_mistake_is_one_error_at_its_place(case: list[str]) -> None:
    text = spec_of([line for line in case if not line.startswith("#")])
    errors = [each for each in compile_text(text.encode()).report if each.severity == "error"]
    assert [comments(each, text) for each in errors] == [
        [line for line in case if line.startswith("#")]
    ]
