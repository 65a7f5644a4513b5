"""Diagnostics: spans, notes, codes, and the report that collects them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from cnnspec.diagnostics.budget import Budget
from cnnspec.diagnostics.codes import CODES
from cnnspec.records import Record, replace

MAX_FINDINGS = 200
"""The most errors, and the most warnings, of a file that are kept; others are counted."""

Severity = Literal["error", "warning"]
Key = tuple[str, str, "Span | None"]
"""What makes a diagnostic another one: its code, message and span."""


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

    def __init__(self, texts: dict[str, str] | None = None, budget: Budget | None = None) -> None:
        self.texts = {} if texts is None else texts
        """The text of every file that was read, to show the lines of diagnostics."""
        self.budget = Budget() if budget is None else budget
        self._found: dict[Key, Diagnostic] = {}
        self._kept: Counter[tuple[str, str]] = Counter()
        """The number of diagnostics that are kept, by file and severity."""
        self._untold: dict[Key, Diagnostic] = {}
        """Those that are only counted, without what explains them."""

    def child(self) -> "Report":
        """Return a separate report for a part of the run, with the same texts and budget."""
        return Report(self.texts, self.budget)

    def add(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic, unless the same one at the same location exists."""
        if diagnostic.code not in CODES:
            raise KeyError(f"diagnostic code {diagnostic.code!r} is not in the table")
        key = (diagnostic.code, diagnostic.message, diagnostic.span)
        if key in self._found or key in self._untold:
            return
        group = _file(diagnostic), diagnostic.severity
        if self._kept[group] < MAX_FINDINGS:
            self._kept[group] += 1
            self._found[key] = diagnostic
        else:
            self._untold[key] = replace(diagnostic, notes=(), suggestion=None, fix=None)

    def locate(self, file: str) -> None:
        """Put the diagnostics without a location at the beginning of a file."""
        start = Span(file, 1, 1, 1, 1)

        def located(found: dict[Key, Diagnostic]) -> dict[Key, Diagnostic]:
            placed = [replace(each, span=each.span or start) for each in found.values()]
            return {(each.code, each.message, each.span): each for each in placed}

        self._found, self._untold = located(self._found), located(self._untold)

    def take_back(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Remove diagnostics that others explain."""
        for each in diagnostics:
            if self._found.pop((each.code, each.message, each.span), None) is not None:
                self._kept[_file(each), each.severity] -= 1

    def add_note(self, key: tuple[str, str, Span | None], note: Note) -> None:
        """Add a note to the diagnostic with a code, a message and a span."""
        if key in self._found:
            found = self._found[key]
            self._found[key] = replace(found, notes=(*found.notes, note))

    def take(self, other: "Report", notes: tuple[Note, ...] = ()) -> None:
        """Add all diagnostics of another report, each with notes on the calls of what it is about."""
        self.texts.update(other.texts)
        for diagnostic in (*other._found.values(), *other._untold.values()):
            self.add(_called(diagnostic, notes))

    def error(self, code: str, message: str) -> None:
        """Add an error without a location; errors with a location are reported by their `Place`."""
        self.add(Diagnostic("error", code, message))

    def tells_all_of(self, file: str) -> bool:
        """Whether no error of a file is only counted."""
        return not any(
            each.severity == "error" and _file(each) == file for each in self._untold.values()
        )

    def ignore(self, codes: Collection[str]) -> None:
        """Drop the warnings with some codes; errors stay."""

        def stays(diagnostic: Diagnostic) -> bool:
            return diagnostic.severity == "error" or diagnostic.code not in codes

        self._found = {key: each for key, each in self._found.items() if stays(each)}
        self._untold = {key: each for key, each in self._untold.items() if stays(each)}

    def be_strict(self) -> None:
        """Turn all warnings into errors."""
        self._found = {key: replace(each, severity="error") for key, each in self._found.items()}
        self._untold = {key: replace(each, severity="error") for key, each in self._untold.items()}

    def __iter__(self) -> Iterator[Diagnostic]:
        """Yield the diagnostics file by file, from top to bottom; the last says how many are not told."""
        nowhere = Span("", 0, 0, 0, 0)
        told = (*self._found.values(), *self._counted())
        return iter(sorted(told, key=lambda diagnostic: diagnostic.span or nowhere))

    def _counted(self) -> Iterator[Diagnostic]:
        """Yield a diagnostic for all of a file that are not told, at the first of them."""
        groups: dict[tuple[str, Severity], list[Diagnostic]] = {}
        for each in self._untold.values():
            groups.setdefault((_file(each), each.severity), []).append(each)
        for (_, severity), untold in groups.items():
            first = min((each.span for each in untold if each.span), default=None)
            message = (
                f"there are {len(untold):,} more {severity}s; {MAX_FINDINGS} of a file are told"
            )
            yield Diagnostic(severity, "more-findings", message, first)

    @property
    def has_errors(self) -> bool:
        """Whether any diagnostic is an error."""
        found = (*self._found.values(), *self._untold.values())
        return any(diagnostic.severity == "error" for diagnostic in found)


def _file(diagnostic: Diagnostic) -> str:
    return diagnostic.span.file if diagnostic.span else ""


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


def _called(diagnostic: Diagnostic, calls: tuple[Note, ...]) -> Diagnostic:
    """Add notes on calls; what has no location, as in a network of Keras, is at the innermost call."""
    span = diagnostic.span or next((note.span for note in calls if note.span), None)
    rest = (note for note in calls if diagnostic.span or note.span != span)
    return replace(diagnostic, span=span, notes=(*diagnostic.notes, *rest))
