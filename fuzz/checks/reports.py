"""Diagnostics: each has a place that is in its file, and words for people."""

import re

from cnnspec.diagnostics.report import Diagnostic, Report, Span
from cnnspec.diagnostics.reporters import as_github, as_json, as_sarif, as_text
from fuzz.inputs import Answer

NO_PLACE = ("weights-not-checked", "unreadable-model")
"""The codes of what is about no place in a spec."""
PYTHON = "(?:Type|Value|Key|Index|Attribute|Runtime|Recursion|OS|Unicode\\w+|Assertion|Overflow|Syntax|Memory)"
OF_PYTHON = re.compile(rf"Traceback|<[\w.]+ object at|<class |NoneType|pydantic|\b{PYTHON}Error\b")


def check_report(report: Report, answer: Answer, *, renders: bool = True) -> None:
    """Check all diagnostics of a report; with `renders`, also that each format can be written."""
    answer.checked("places")
    for each in report:
        answer.add(each)
        if each.span is not None:
            _check_span(each.code, each.span, report, answer)
        elif each.code not in NO_PLACE:
            answer.fail(f"{each.code} has no place")
        for note in each.notes:
            if note.span is not None:
                _check_span(f"a note of {each.code}", note.span, report, answer)
        _check_words(each, answer)
    if renders:
        answer.checked("reports")
        for form in (as_text, as_json, as_github, as_sarif):
            form(report)


def _check_span(what: str, span: Span, report: Report, answer: Answer) -> None:
    if span.file not in report.texts:
        answer.fail(f"{what} is in '{span.file}', whose text is not known")
        return
    lines = report.texts[span.file].splitlines()
    for line, column in ((span.line, span.column), (span.end_line, span.end_column)):
        text = lines[line - 1] if 1 <= line <= len(lines) else ""
        if not (1 <= line <= len(lines) + 1 and 1 <= column <= len(text) + 1):
            answer.fail(f"{what} is at {line}:{column}, where the file has nothing")
    if (span.line, span.column) > (span.end_line, span.end_column):
        answer.fail(f"{what} ends before it starts")


def _check_words(found: Diagnostic, answer: Answer) -> None:
    words = f"{found.message} {found.suggestion or ''}"
    if OF_PYTHON.search(words):
        answer.fail(f"{found.code} has words of Python: {words[:200]}")
