"""Tries the edits of mistakes: what errors a spec has with them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from cnnspec.diagnostics.edits import Change
from cnnspec.diagnostics.report import Diagnostic, Edit, Report
from cnnspec.mistakes.written import Mistake, Written
from cnnspec.records import Record, replace

OF_CONTENT = (
    "defined-later",
    "kernel-too-large",
    "no-output-shape",
    "shape-mismatch",
    "unknown-name",
    "unknown-size",
    "unusable-metric",
    "wrong-dtype",
    "wrong-input-count",
    "wrong-rank",
)
"""The codes of errors that a form cannot be the reason of, and only hides."""
MAX_TRIALS = 60
"""How often a spec is compiled to try edits."""
MAX_TRIED = 1_000_000
"""The most letters that are compiled to try edits; a step that is expanded counts as many."""
LETTERS_OF_STEP = 20


class Outcome(Protocol):
    """What a spec has become."""

    @property
    def report(self) -> Report:
        """Its diagnostics."""

    @property
    def document(self) -> object:
        """None if it could not be parsed, so that not all its errors were looked for."""


Again = Callable[[Mapping[str, str]], Outcome]
"""Compiles again with other texts for some files."""


def errors_of(outcome: Outcome) -> list[Diagnostic]:
    """Return the errors of a spec, from top to bottom."""
    return [each for each in outcome.report if each.severity == "error"]


class Found(Record):
    """A mistake, and the errors that it is behind."""

    written: Written
    mistake: Mistake
    errors: tuple[Diagnostic, ...]

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The edits that mend it."""
        return tuple(
            Edit(self.written.span((start, end)), text) for start, end, text in self.mistake.edits
        )

    @property
    def region(self) -> tuple[int, int]:
        """Where its errors start."""
        return self.mistake.region or self.mistake.at


class Trials:
    """Tries edits, as often as is allowed."""

    def __init__(self, texts: Mapping[str, str], again: Again, steps: int) -> None:
        """Try edits of texts, which expand to a number of steps."""
        self.texts = texts
        self.again = again
        size = sum(map(len, texts.values())) + steps * LETTERS_OF_STEP
        self.left = min(MAX_TRIALS, MAX_TRIED // max(size, 1))

    def mended(self, found: Found, others: Sequence[Found] = ()) -> Found | None:
        """Return a mistake if its edits mend it, with the errors that are then gone."""
        changes = self.changes([*others, found])
        if not found.edits or self.left <= 0 or _overlap(changes):
            return None
        return judged(found, changes[found.written.file], self.outcome(changes))

    def all_mended(self, found: Sequence[Found]) -> list[Found] | None:
        """Return mistakes if the edits of all of them together mend each."""
        changes = self.changes(found)
        if self.left <= 0 or _overlap(changes) or not all(each.edits for each in found):
            return None
        outcome = self.outcome(changes)
        mended = [judged(each, changes[each.written.file], outcome) for each in found]
        whole = [each for each in mended if each is not None]
        return whole if len(whole) == len(found) else None

    def outcome(self, changes: Mapping[str, Change]) -> Outcome:
        """Return what a spec becomes with changes of its files."""
        self.left -= 1
        return self.again({file: change.applied() for file, change in changes.items()})

    def changes(self, found: Iterable[Found]) -> dict[str, Change]:
        """Return the edits of mistakes by file."""
        edits: dict[str, list[Edit]] = {}
        for each in found:
            if each.edits:
                edits.setdefault(each.written.file, []).extend(each.edits)
        return {file: Change(self.texts[file], listed) for file, listed in edits.items()}

    def consequences(
        self, accepted: Sequence[Found], rest: Sequence[Diagnostic]
    ) -> list[Diagnostic]:
        """Return the other errors that are gone once mistakes are mended."""
        together: list[Found] = []
        for each in accepted:
            if not _overlap(self.changes([*together, each])):
                together.append(each)
        changes = self.changes(together)
        if not rest or not changes:
            return []
        outcome = self.outcome(changes)
        left = {_said(each) for each in errors_of(outcome)}
        if outcome.document is None and left - {_said(each) for each in rest}:
            return []
        return [each for each in rest if _said(each) not in left]


def _overlap(changes: Mapping[str, Change]) -> bool:
    return any(change.overlaps() for change in changes.values())


def _said(error: Diagnostic) -> tuple[str, str]:
    return error.code, error.message


def judged(found: Found, change: Change, outcome: Outcome) -> Found | None:
    """Return a mistake if its errors are gone in the changed text, and no other is in their place."""
    mistake, written = found.mistake, found.written
    after = Written(written.file, change.applied())
    if after.problem is not None:
        return None
    start, end = change.moved(*found.region)
    before = {_said(each) for each in found.errors}
    inside = [each for each in errors_of(outcome) if _is_in(after, each, start, end)]
    if any(_is_at_start(each) and each.code in mistake.explains for each in errors_of(outcome)):
        return None
    if mistake.claims:
        now = {_said(each) for each in errors_of(outcome)}
        gone = tuple(each for each in found.errors if _said(each) not in now)
        new = [
            each
            for each in errors_of(outcome)
            if each.code in mistake.claims and _said(each) not in before
        ]
        return replace(found, errors=gone) if gone and not new and not inside else None
    if not inside:
        return found
    if mistake.is_outline and not any(_said(each) in before for each in inside):
        is_safe = mistake.is_safe and all(each.code in OF_CONTENT for each in inside)
        return replace(found, mistake=replace(mistake, is_safe=is_safe))
    return None


def _is_in(written: Written, error: Diagnostic, start: int, end: int) -> bool:
    if error.span is None or error.span.file != written.file or end <= start:
        return False
    return start <= written.lines.offset(error.span.line, error.span.column) < end


def _is_at_start(error: Diagnostic) -> bool:
    return error.span is not None and (error.span.line, error.span.column) == (1, 1)


def behind(written: Written, mistake: Mistake, errors: Sequence[Diagnostic]) -> Found | None:
    """Return a mistake with the errors of its text that it may be behind; None if there are none."""
    start, end = mistake.region or mistake.at
    found = tuple(
        error
        for error in errors
        if _is_in(written, error, start, max(end, start + 1))
        or error.code in mistake.claims
        or (_is_at_start(error) and error.code in mistake.explains)
    )
    return Found(written, mistake, found) if found else None
