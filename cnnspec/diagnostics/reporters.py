"""Formats diagnostics as text with source lines, as JSON, for GitHub, and as SARIF (`sarif`)."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.diagnostics.report import Diagnostic, Fix, Report, Span
from cnnspec.escaping import writable
from cnnspec.records import Record

MAX_WIDTH = 120
"""The length of the part of a long source line that is shown."""

Style = Callable[[str, str], str]
"""Applies a style to a part of the text: `error`, `warning`, `note`, `place`, `caret`."""


def plain(text: str, _: str) -> str:
    """Return text without any style."""
    return text


def as_text(report: Report, style: Style = plain, encoding: str = "utf-8") -> str:
    """Format diagnostics as text: location, message, source line with a caret, and notes.

    What an encoding lacks is escaped, so that the carets stay below what they point at.
    """
    writer = _Writer(_Lines(report.texts), style, encoding)
    return "\n".join(map(writer.finding, report))


class _Lines(dict[str, list[str]]):
    """The lines of files by name; each text is split once."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self.texts = texts

    def __missing__(self, file: str) -> list[str]:
        self[file] = self.texts.get(file, "").splitlines()
        return self[file]


class _Writer(Record):
    """Formats the diagnostics of a report as text."""

    lines: Mapping[str, list[str]]
    style: Style
    encoding: str

    def finding(self, diagnostic: Diagnostic) -> str:
        spans = [diagnostic.span, *(note.span for note in diagnostic.notes)]
        width = max((len(str(span.line)) for span in spans if span), default=1) + 1
        label = self.style(f"{diagnostic.severity}[{diagnostic.code}]", diagnostic.severity)
        message = f"{label}: {self.shown(diagnostic.message)}"
        remark = self.shown(diagnostic.suggestion) if diagnostic.suggestion else None
        lines = self.pointing(message, diagnostic.span, remark, width)
        for note in diagnostic.notes:
            remark = f"{self.style('note', 'note')}: {self.shown(note.message)}"
            lines += self.pointing(remark, note.span, None, width)
        return "\n".join(lines)

    def pointing(
        self, message: str, span: Span | None, remark: str | None, width: int
    ) -> list[str]:
        """Format a message with its location and source line, and a caret."""
        if span is None:
            return [f"{message}; {remark}" if remark else message]
        place = f"{self.shown(span.file)}:{span.line}:{span.column}:"
        head = f"{self.style(place, 'place')} {message}"
        lines = self.lines[span.file]
        if span.line > len(lines):
            return [head] if remark is None else [head, f"{' ' * width}   {remark}"]
        line, start, end = _window(lines[span.line - 1], span)
        caret = "^" * max(_columns(self.shown(line[start:end])), 1)
        under = " " * _columns(self.shown(line[:start])) + self.style(caret, "caret")
        under += f" {remark}" if remark else ""
        number = f"{span.line:>{width}}"
        return [head, f"{number} | {self.shown(line)}", f"{' ' * width} | {under}"]

    def shown(self, text: str) -> str:
        return writable(visible(text), self.encoding)


def _window(line: str, span: Span) -> tuple[str, int, int]:
    """Return the part of a line that is shown, and the start and end of the span in it."""
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    first = 0 if start < MAX_WIDTH - 20 else start - 20
    shown = line[first : first + MAX_WIDTH]
    return shown, start - first, min(end - first, len(shown))


def visible(text: str) -> str:
    """Escape characters that could control a terminal."""
    return "".join(
        letter if letter.isprintable() else " " if letter == "\t" else ascii(letter)[1:-1]
        for letter in text
    )


def _columns(text: str) -> int:
    """Return the number of terminal columns of a text."""
    return sum(
        0
        if unicodedata.combining(letter)
        else 2
        if unicodedata.east_asian_width(letter) in "WF"
        else 1
        for letter in text
    )


def as_json(report: Report) -> str:
    """Format diagnostics as a JSON list."""
    return json.dumps([_data(diagnostic) for diagnostic in report], indent=2, ensure_ascii=False)


def _data(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "severity": diagnostic.severity,
        "code": diagnostic.code,
        "message": diagnostic.message,
        **_place(diagnostic.span),
        "notes": [{"message": note.message, **_place(note.span)} for note in diagnostic.notes],
        "suggestion": diagnostic.suggestion,
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    edits = [{**_place(edit.span), "text": edit.text} for edit in fix.edits]
    return {"safe": fix.is_safe, "edits": edits}


def _place(span: Span | None) -> dict[str, Any]:
    return {
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }


def as_github(report: Report) -> str:
    """Format diagnostics as workflow commands, which GitHub shows next to the changed lines."""
    return "\n".join(_command(diagnostic) for diagnostic in report)


def _command(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    fields = {"title": f"cnnspec {diagnostic.code}"}
    if span:
        fields = {
            "file": span.file,
            "line": str(span.line),
            "endLine": str(span.end_line),
            "col": str(span.column),
            "endColumn": str(span.end_column),
        } | fields
    escaped = ",".join(f"{key}={_escape(value, ',:')}" for key, value in fields.items())
    message = diagnostic.message + (f" ({diagnostic.suggestion})" if diagnostic.suggestion else "")
    return f"::{diagnostic.severity} {escaped}::{_escape(message)}"


def _escape(text: str, also: str = "") -> str:
    for letter in f"%\r\n{also}":
        text = text.replace(letter, f"%{ord(letter):02X}")
    return text


def as_sarif(report: Report) -> str:
    """Format diagnostics as SARIF 2.1.0."""
    from cnnspec import __version__
    from cnnspec.diagnostics.sarif import as_sarif  # which reads explanations, as no other format

    return as_sarif(report, __version__)


REPORTERS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "sarif": as_sarif,
}
"""The output formats of diagnostics."""
