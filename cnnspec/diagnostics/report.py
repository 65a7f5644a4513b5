"""Diagnostics: spans, notes, codes, and the report that collects them."""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from cnnspec.diagnostics.codes import CODES
from cnnspec.records import Record, replace

Severity = Literal["error", "warning"]


class Span(Record):
    """A range of text. Lines and columns count from 1; the end column is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __lt__(self, other: "Span") -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[str, int, int, int, int]:
        return self.file, self.line, self.column, self.end_line, self.end_column


class Note(Record):
    """A remark on another location that explains a diagnostic."""

    message: str
    span: Span | None = None


class Edit(Record):
    """A replacement of a range of text; an empty range inserts."""

    span: Span
    text: str


class Fix(Record):
    """Edits that mend what a diagnostic reports; they belong together and never overlap."""

    edits: tuple[Edit, ...]
    is_safe: bool = True
    """Whether it is certainly what was meant, so that `cnnspec validate --fix` applies it."""


class Diagnostic(Record, uncompared=("fix", "path")):
    """A diagnostic: what is wrong, and where."""

    severity: Severity
    code: str
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    suggestion: str | None = None
    fix: Fix | None = None
    """The suggestion as edits, where it can be applied."""
    path: tuple[str | int, ...] = ()
    """Where it is in a document that has no text."""


class Report:
    """Collects the diagnostics of a run; duplicates are dropped."""

    def __init__(self, texts: dict[str, str] | None = None) -> None:
        self.texts = {} if texts is None else texts
        """The text of every file that was read, to show the lines of diagnostics."""
        self._found: dict[tuple[str, str, Span | None], Diagnostic] = {}

    def child(self) -> "Report":
        """Return a separate report for a part of the run, with the same texts."""
        return Report(self.texts)

    def add(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic, unless the same one at the same location exists."""
        if diagnostic.code not in CODES:
            raise KeyError(f"diagnostic code {diagnostic.code!r} is not in the table")
        key = (diagnostic.code, diagnostic.message, diagnostic.span)
        self._found.setdefault(key, diagnostic)

    def take_back(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Remove diagnostics that others explain."""
        for each in diagnostics:
            self._found.pop((each.code, each.message, each.span), None)

    def add_note(self, key: tuple[str, str, Span | None], note: Note) -> None:
        """Add a note to the diagnostic with a code, a message and a span."""
        found = self._found[key]
        self._found[key] = replace(found, notes=(*found.notes, note))

    def take(self, other: "Report", notes: tuple[Note, ...] = ()) -> None:
        """Add all diagnostics of another report, each with additional notes."""
        self.texts.update(other.texts)
        for diagnostic in other:
            self.add(replace(diagnostic, notes=(*diagnostic.notes, *notes)))

    def error(self, code: str, message: str) -> None:
        """Add an error without a location; errors with a location are reported by their `Place`."""
        self.add(Diagnostic("error", code, message))

    def ignore(self, codes: Collection[str]) -> None:
        """Drop the warnings with some codes; errors stay."""
        self._found = {
            key: diagnostic
            for key, diagnostic in self._found.items()
            if diagnostic.severity == "error" or diagnostic.code not in codes
        }

    def be_strict(self) -> None:
        """Turn all warnings into errors."""
        self._found = {
            key: replace(diagnostic, severity="error") for key, diagnostic in self._found.items()
        }

    def __iter__(self) -> Iterator[Diagnostic]:
        """Yield the diagnostics file by file, from top to bottom."""
        nowhere = Span("", 0, 0, 0, 0)
        return iter(sorted(self._found.values(), key=lambda diagnostic: diagnostic.span or nowhere))

    @property
    def has_errors(self) -> bool:
        """Whether any diagnostic is an error."""
        return any(diagnostic.severity == "error" for diagnostic in self._found.values())


class SpecError(Exception):
    """Raised if a spec cannot be compiled; `report` has all diagnostics."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__("\n".join(self._line(diagnostic) for diagnostic in report))

    @staticmethod
    def _line(diagnostic: Diagnostic) -> str:
        place = (
            f"{diagnostic.span.file}:{diagnostic.span.line}:{diagnostic.span.column}: "
            if diagnostic.span
            else ""
        )
        return f"{place}{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"
