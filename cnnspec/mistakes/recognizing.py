"""Recognizes mistakes of form behind errors, and says how to write what was meant.

A rule proposes what an error may be, with the edits that mend it. The edits are tried: only if the
error is gone in the edited text is it reported as that mistake. So no rule has to be right alone,
and nothing is reported where the language has no error. Errors that only follow from mistakes are
gone in the edited text as well, and are dropped.
"""

from collections.abc import Sequence

from cnnspec.diagnostics.edits import Change
from cnnspec.diagnostics.report import Diagnostic, Edit, Fix, Report
from cnnspec.diagnostics.suggestions import bounded_comparisons
from cnnspec.mistakes import syntax
from cnnspec.mistakes.brackets import without_comment
from cnnspec.mistakes.rules import RULES
from cnnspec.mistakes.trials import Again, Found, Outcome, Trials, behind, errors_of
from cnnspec.mistakes.written import Mistake, Written
from cnnspec.records import replace

MAX_TEXT = 200_000
"""The number of characters above which a text is not looked at."""
MAX_SYNTAX_TRIALS = 25
OF_TENSORS = (
    "kernel-too-large", "no-output-shape", "shape-mismatch", "unknown-size", "wrong-dtype",
    "wrong-input-count", "wrong-rank",
)  # fmt: skip
"""The codes of errors that come of the tensors of a step, not of how it is written."""
MAX_LINE = 110
"""The length of lines that a suggestion shows whole."""


@bounded_comparisons()
def recognize(report: Report, again: Again) -> None:
    """Replace the errors of a report by the mistakes behind them, where they are recognized."""
    errors = [each for each in report if each.severity == "error" and each.span]
    files = dict.fromkeys(each.span.file for each in errors if each.span)
    texts = {file: report.texts.get(file, "") for file in files}
    texts = {
        file: text
        for file, text in texts.items()
        if 0 < len(text) <= MAX_TEXT and report.tells_all_of(file)
    }
    trials = Trials(texts, again, report.budget.steps)
    accepted: list[Found] = []
    for file, text in texts.items():
        here = [each for each in errors if each.span and each.span.file == file]
        written = Written(file, text)
        accepted += (_accepted if written.problem is None else _syntactic)(written, here, trials)
    if not accepted:
        return
    claimed = [each for found in accepted for each in found.errors]
    rest = [each for each in errors if each not in claimed]
    report.take_back([*claimed, *trials.consequences(accepted, rest)])
    for found in accepted:
        report.add(_diagnostic(found))


def _accepted(written: Written, errors: Sequence[Diagnostic], trials: Trials) -> list[Found]:
    """Return the mistakes in a text, of which each is behind errors that no other is behind."""
    proposed = [
        found
        for rule in RULES
        for document in written.documents
        for mistake in rule(document)
        if (found := behind(written, mistake, errors)) is not None
    ]
    certain = [each for each in proposed if each.mistake.edits and not each.mistake.claims]
    accepted = trials.all_mended(_first(certain)) or []
    for found in proposed:
        left = _left(found, accepted)
        others = accepted if found.mistake.claims else ()
        if left and (mended := trials.mended(replace(found, errors=left), others)) is not None:
            accepted.append(mended)
    for found in proposed:
        suggestion = found.mistake.fallback or found.mistake.suggestion
        left = _left(found, accepted)
        if left and suggestion is not None:
            bare = replace(found.mistake, edits=(), suggestion=suggestion, claims=())
            if (here := behind(written, bare, left)) is not None:
                accepted.append(here)
    return accepted


def _left(found: Found, accepted: Sequence[Found]) -> tuple[Diagnostic, ...]:
    """Return the errors that a mistake may be behind, and no other is behind."""
    taken = [each for other in accepted for each in other.errors]
    return tuple(each for each in found.errors if each not in taken)


def _first(proposed: Sequence[Found]) -> list[Found]:
    """Return the first mistake for every error."""
    chosen: list[Found] = []
    taken: list[Diagnostic] = []
    for found in proposed:
        if left := tuple(each for each in found.errors if each not in taken):
            chosen.append(replace(found, errors=left))
            taken += left
    return chosen


def _syntactic(written: Written, errors: Sequence[Diagnostic], trials: Trials) -> list[Found]:
    """Return the mistake for which a text is not YAML."""
    best: tuple[tuple[int, int, int], Found] | None = None
    left = MAX_SYNTAX_TRIALS
    for order, mistake in enumerate(syntax.proposed(written)):
        found = Found(written, mistake, tuple(errors))
        change = trials.changes([found])[written.file]
        if change.overlaps():
            continue
        after = Written(written.file, change.applied())
        if after.problem is not None:
            if not _is_further(written, after, change):
                continue
            score = (1, -_failure(after), order)
        elif left <= 0:
            continue
        else:
            left -= 1
            outcome = trials.outcome(trials.changes([found]))
            here = _errors_on(after, change, outcome)
            score = (0, here * 1000 + len(errors_of(outcome)), order)
            if here:
                found = replace(found, mistake=replace(mistake, is_safe=False))
        if best is None or score < best[0]:
            best = score, found
        if score[:2] == (0, 0):
            break
    return [best[1]] if best else []


def _is_further(written: Written, after: Written, change: Change) -> bool:
    """Whether a text that is still not YAML is so below the lines that were changed."""
    last = max(end for _, end, _ in change.parts)
    place = max(last, _failure(written))
    return after.line_of(_failure(after)) > after.line_of(change.moved(place, place)[1])


def _failure(written: Written) -> int:
    assert written.problem is not None
    start = written.problem.start
    return written.lines.offset(start.line + 1, start.column + 1)


def _errors_on(after: Written, change: Change, outcome: Outcome) -> int:
    """Return the number of errors on the lines that were changed, except those about tensors."""
    ranges = [change.moved(start, end) for start, end, _ in change.parts]
    lines = {
        line
        for start, end in ranges
        for line in range(after.line_of(start), after.line_of(end) + 1)
    }
    return sum(
        error.span is not None and error.span.file == after.file and error.span.line in lines
        for error in errors_of(outcome)
        if error.code not in OF_TENSORS
    )


def _diagnostic(found: Found) -> Diagnostic:
    written, mistake, error = found.written, found.mistake, found.errors[0]
    fix = Fix(found.edits, mistake.is_safe) if mistake.edits else None
    suggestion = mistake.suggestion or _mended(written, mistake)
    if mistake.message is None:
        return replace(error, suggestion=suggestion, fix=fix)
    notes = tuple(note for note in error.notes if note.message == "called from here")
    start, end = mistake.at
    first = written.text[start:end].splitlines() or [""]
    end = start + (len(first[0].rstrip()) or min(end - start, 1))
    span = written.span((start, end))
    return Diagnostic("error", mistake.code, mistake.message, span, notes, suggestion, fix)


def _mended(written: Written, mistake: Mistake) -> str | None:
    """Return how to write the first line that the edits of a mistake change."""
    if not mistake.edits:
        return None
    edits = [Edit(written.span((start, end)), text) for start, end, text in mistake.edits]
    change = Change(written.text, edits)
    after = Written(written.file, change.applied())
    for start, _, text in sorted(mistake.edits):
        place = min(change.moved(start, start)[0], max(len(after.text) - 1, 0))
        line = without_comment(after.lines.line(after.line_of(place))).strip()
        if line and len(line) > MAX_LINE:
            line = text.strip()
        if line:
            return f"write `{line}`"
    return None
