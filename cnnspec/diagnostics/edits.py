"""Applies edits to a text, and finds where what stood in it stands afterwards."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from cnnspec.diagnostics.report import Edit, Span


class Lines:
    """The lines of a text, to convert between spans and offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """Return the offset of a line and column, which count from 1."""
        if line > len(self.lines):
            return len(self.text)
        return min(self.starts[line - 1] + column - 1, self.starts[line])

    def range(self, span: Span) -> tuple[int, int]:
        """Return the start and end of a span as offsets."""
        return self.offset(span.line, span.column), self.offset(span.end_line, span.end_column)

    def span(self, file: str, start: int, end: int) -> Span:
        """Return the span between two offsets."""
        return Span(file, *self._position(start), *self._position(end))

    def _position(self, offset: int) -> tuple[int, int]:
        line = max(bisect_right(self.starts, offset), 1)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Return a line without its end; lines count from 1, and the one after the last is empty."""
        if number > len(self.lines):
            return ""
        return self.lines[number - 1].rstrip("\r\n\x85\u2028\u2029")


class Change:
    """Edits of one text, in its order."""

    def __init__(self, text: str, edits: Iterable[Edit]) -> None:
        lines = Lines(text)
        newline = "\r\n" if "\r\n" in text else "\n"
        self.text = text
        self.parts = sorted(
            (*lines.range(edit.span), edit.text.replace("\n", newline)) for edit in edits
        )

    def overlaps(self) -> bool:
        """Whether two edits change the same text, so that their order would matter."""
        return any(
            before[1] > after[0] or before[:2] == after[:2]
            for before, after in zip(self.parts, self.parts[1:], strict=False)
        )

    def applied(self) -> str:
        """Return the text with the edits."""
        found, at = [], 0
        for start, end, new in self.parts:
            found += [self.text[at:start], new]
            at = end
        return "".join((*found, self.text[at:]))

    def moved(self, start: int, end: int) -> tuple[int, int]:
        """Return where a range of the text is after the edits, with what they insert at its ends."""
        before = sum(len(new) - (to - at) for at, to, new in self.parts if to <= start > at)
        within = sum(len(new) - (to - at) for at, to, new in self.parts if at <= end)
        return start + before, max(end + within, start + before)


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return a text with edits that do not overlap."""
    return Change(text, edits).applied()
