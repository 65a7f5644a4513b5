"""What can be said about a spec: places, findings, and the collector that a run fills."""

from collections.abc import Collection, Iterator
from typing import Literal

from cnnspec.diagnostics.codes import CODES
from cnnspec.records import Record, replace

Severity = Literal["error", "warning"]


class Span(Record):
    """A stretch of text. Lines and columns count from 1; the end column is exclusive."""

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
    """A remark on another place that explains a finding."""

    message: str
    span: Span | None = None


class Diagnostic(Record):
    """One finding: what is wrong, in the reader's terms, and where."""

    severity: Severity
    code: str
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    suggestion: str | None = None


class Report:
    """Collects the findings of one run; one mistake told twice is kept once."""

    def __init__(self, texts: dict[str, str] | None = None) -> None:
        self.texts = {} if texts is None else texts
        """The text of every file that was read, for showing the lines that findings point at."""
        self._found: dict[tuple[str, str, Span | None], Diagnostic] = {}

    def child(self) -> "Report":
        """A report of its own for a part of the run, over the same texts."""
        return Report(self.texts)

    def add(self, diagnostic: Diagnostic) -> None:
        """Keep a finding unless the same one at the same place is there already."""
        if diagnostic.code not in CODES:
            raise KeyError(f"diagnostic code {diagnostic.code!r} is not in the table")
        key = (diagnostic.code, diagnostic.message, diagnostic.span)
        self._found.setdefault(key, diagnostic)

    def take(self, other: "Report", notes: tuple[Note, ...] = ()) -> None:
        """Add all that another report holds, each with some more notes."""
        self.texts.update(other.texts)
        for found in other:
            self.add(replace(found, notes=(*found.notes, *notes)))

    def error(self, code: str, message: str) -> None:
        """Add an error without a place; one that has a place is reported through it."""
        self.add(Diagnostic("error", code, message))

    def ignore(self, codes: Collection[str]) -> None:
        """Drop the warnings of some codes; errors stay."""
        self._found = {
            key: found
            for key, found in self._found.items()
            if found.severity == "error" or found.code not in codes
        }

    def be_strict(self) -> None:
        """Make errors of all warnings."""
        self._found = {key: replace(found, severity="error") for key, found in self._found.items()}

    def __iter__(self) -> Iterator[Diagnostic]:
        """Yield the findings file by file, from top to bottom."""
        nowhere = Span("", 0, 0, 0, 0)
        return iter(sorted(self._found.values(), key=lambda found: found.span or nowhere))

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(found.severity == "error" for found in self._found.values())


class SpecError(Exception):
    """A spec could not be compiled; `report` holds every finding."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__("\n".join(self._line(found) for found in report))

    @staticmethod
    def _line(found: Diagnostic) -> str:
        place = f"{found.span.file}:{found.span.line}:{found.span.column}: " if found.span else ""
        return f"{place}{found.severity}[{found.code}]: {found.message}"
