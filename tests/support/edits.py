"""Applies the fixes of diagnostics."""

from cnnspec.diagnostics.report import Fix


def edited(text: str, fix: Fix) -> str:
    """Return a text with the edits of a fix, which do not overlap."""
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    places = [
        (
            starts[edit.span.line - 1] + edit.span.column - 1,
            starts[edit.span.end_line - 1] + edit.span.end_column - 1,
            edit.text,
        )
        for edit in fix.edits
    ]
    found, at = [], 0
    for start, end, new in sorted(places):
        assert at <= start <= end
        found += [text[at:start], new]
        at = end
    return "".join((*found, text[at:]))
