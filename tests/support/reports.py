"""Reports of diagnostics for the tests of their formats."""

from cnnspec.diagnostics.report import Diagnostic, Edit, Fix, Note, Report, Span


def at(line: int, column: int, end: int, *, file: str = "a.yaml", end_line: int = 0) -> Span:
    return Span(file, line, column, end_line or line, end)


def one(text: str, span: Span | None, *notes: Note, suggestion: str | None = None) -> Report:
    """A report of one error in a text."""
    report = Report({"a.yaml": text})
    report.add(Diagnostic("error", "bad-name", "oh", span, notes, suggestion))
    return report


def whole_report() -> Report:
    """An error with everything, a warning with nothing, in no order."""
    report = Report({"dir\\b.yaml": "größe: 1"})
    report.add(Diagnostic("warning", "yaml-tab", "100% of it,\r\nreally: yes"))
    span = at(1, 1, 6, file="dir\\b.yaml")
    notes = (Note("here", at(2, 3, 5, file="c.yaml", end_line=4)), Note("nowhere"))
    other = at(2, 3, 5, file="c.yaml", end_line=4)
    edits = Edit(span, "x"), Edit(other, ""), Edit(at(1, 8, 8, file="dir\\b.yaml"), "[")
    fix = Fix(edits, is_safe=False)
    report.add(Diagnostic("error", "bad-name", "größe", span, notes, "did you mean 'x'?", fix))
    return report
