"""Applies the safe fixes of a spec, as long as they leave it with fewer errors."""

from collections.abc import Callable, Sequence

from cnnspec.diagnostics.edits import Change
from cnnspec.diagnostics.report import Edit, Fix
from cnnspec.mistakes.trials import Outcome, errors_of
from cnnspec.records import Record
from cnnspec.syntax.reading import parse_text
from cnnspec.syntax.yaml_problems import YamlProblem

MAX_ROUNDS = 20
"""How often fixes are applied to what fixes leave."""

Compile = Callable[[str], Outcome]
"""Compiles a text in the place of what the file contains."""


class Fixed(Record):
    """A text with its fixes, and what became of it."""

    text: str
    outcome: Outcome
    count: int
    """The number of mistakes that are fixed."""


def fixed(file: str, text: str, compiled: Compile) -> Fixed:
    """Apply the safe fixes of the errors of a file, until there are none.

    Of fixes that overlap, the first is applied. The result has fewer errors than the text, or the
    text is read further: to its end, or as a document. Otherwise it is the text as it was.
    """
    best = Fixed(text, compiled(text), 0)
    while (better := _better(file, best, compiled)) is not None:
        best = better
    return best


def _better(file: str, spec: Fixed, compiled: Compile) -> Fixed | None:
    """Return a spec with fixes and fewer errors.

    The fix of one error may show another, so fixes are applied to what fixes leave. If that leaves
    no fewer errors, a single fix may.
    """
    last, best = spec, spec
    for _ in range(MAX_ROUNDS):
        fixes = _fixes(file, last)
        if not fixes:
            break
        last = _with(last, fixes, compiled)
        best = min(best, last, key=_rank)
    if best is not spec:
        return best
    singles = (_with(spec, [fix], compiled) for fix in _fixes(file, spec))
    return next((each for each in singles if _rank(each) < _rank(spec)), None)


def _fixes(file: str, spec: Fixed) -> list[Fix]:
    """Return the safe fixes of a file that do not overlap."""
    found: list[Fix] = []
    for error in errors_of(spec.outcome):
        fix = error.fix
        if fix is None or not fix.is_safe or any(edit.span.file != file for edit in fix.edits):
            continue
        if not Change(spec.text, _edits([*found, fix])).overlaps():
            found.append(fix)
    return found


def _edits(fixes: Sequence[Fix]) -> list[Edit]:
    return [edit for fix in fixes for edit in fix.edits]


def _with(spec: Fixed, fixes: Sequence[Fix], compiled: Compile) -> Fixed:
    """Return a spec with fixes."""
    text = Change(spec.text, _edits(fixes)).applied()
    return Fixed(text, compiled(text), spec.count + len(fixes))


def _rank(spec: Fixed) -> tuple[int, int, int]:
    """Return how far a text is from being valid: how far it is read, and the number of errors."""
    count = len(errors_of(spec.outcome))
    if spec.outcome.document is not None:
        return 0, count, 0
    try:
        parse_text(spec.text)
    except YamlProblem as problem:
        return 2, -problem.start.line, count
    return 1, count, 0
