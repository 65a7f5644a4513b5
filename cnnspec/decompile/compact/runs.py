"""Finds runs of lines that could be calls of one block."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cnnspec.decompile.compact.forms import Body
from cnnspec.decompile.compact.lines import Line, Value
from cnnspec.naming import OWN

FOLLOW = ("Activation", "BatchNormalization", "Dropout", "LeakyReLU", "ReLU")
"""Kinds that usually belong to the step above, so that no block should start with them."""
LONGEST = 48
"""The limit of the number of lines of a run without names."""
MOST = 200_000
"""The limit of the number of such runs in a body; long bodies have only short ones."""
MOST_OF_UNIT = 12
"""The limit of the number of lines of a run that is looked for twice in a row."""


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive lines of a body: a possible call of a block."""

    body: Body
    begin: int
    end: int
    prefix: str | None
    """What the names of its steps have in common; None for steps without names."""
    repeats: bool = False
    """Whether it has steps that could be a repeated block themselves."""
    unit: int = 0
    """How often the most frequent of its branching steps occurs, if there are other steps."""

    @property
    def lines(self) -> list[Line]:
        """Return its lines."""
        return self.body.lines[self.begin : self.end]


def runs_by_form(bodies: list[Body]) -> list[list[Run]]:
    """Return the runs that have the same form as others and do not overlap them."""
    found: dict[Any, list[Run]] = {}
    numbers = _Numbers()
    forms = [_Forms.of(body, numbers) for body in bodies]
    units = Counter(
        form
        for each in forms
        for form, line in zip(each.first, each.body.lines, strict=True)
        if line.branches
    )
    sizes = _sizes(bodies)
    for each in forms:
        for form, run in _unnamed(each, units, numbers):
            found.setdefault(form, []).append(run)
        for run in _named(each.body):
            if each.body.is_branch and not _may_be_named(run, sizes):
                continue
            if (form := _form(run)) is not None:
                found.setdefault(form, []).append(run)
    places = {id(body): place for place, body in enumerate(bodies)}
    apart = (_without_overlap(runs, places) for runs in found.values())
    return [runs for runs in apart if len(runs) > 1]


def _sizes(bodies: list[Body]) -> Counter[str | None]:
    """Return how many steps have names with each prefix."""
    found: Counter[str | None] = Counter()
    for body in bodies:
        for line in () if body.is_branch else body.lines:
            for each in line.inner():
                if not each.is_free:
                    parts = each.names[0].split("_")
                    found.update("_".join(parts[:count]) for count in range(1, len(parts)))
    return found


def _may_be_named(run: Run, sizes: Counter[str | None]) -> bool:
    """Whether the call of a run in a branch has a name that says something, and no larger run has it."""
    prefix = run.prefix or ""
    leaves = (each for line in run.lines for each in line.inner())
    size = sum(each.names[0].startswith(f"{prefix}_") for each in leaves if not each.is_free)
    return size == sizes[prefix] and not prefix.rpartition("_")[2].isdigit()


@dataclass(frozen=True, slots=True)
class Units:
    """Where the runs with names begin and end, by body."""

    places: dict[int, list[tuple[int, int, int]]]
    """The begin, the end and the number of the form of each run, sorted."""

    @classmethod
    def of(cls, groups: list[list[Run]]) -> "Units":
        """Collect the runs of all forms."""
        places: dict[int, list[tuple[int, int, int]]] = {}
        for number, runs in enumerate(groups):
            for run in runs if runs[0].prefix is not None else ():
                places.setdefault(id(run.body), []).append((run.begin, run.end, number))
        return cls({body: sorted(each) for body, each in places.items()})

    def are_in(self, run: Run) -> bool:
        """Whether several parts of a run with names have the same form."""
        if run.prefix is None:
            return False
        places = self.places[id(run.body)]
        seen: set[int] = set()
        for at in range(bisect_left(places, (run.begin,)), len(places)):
            begin, end, number = places[at]
            if begin >= run.end:
                break
            if end <= run.end and number in seen:
                return True
            if end <= run.end:
                seen.add(number)
        return False


class _Numbers(dict[Any, int]):
    """A number for each form."""

    def of(self, form: Any) -> int:
        """Return the number of a form."""
        return self.setdefault(form, len(self))


@dataclass(frozen=True, slots=True)
class _Forms:
    """The numbers of the forms of the lines of a body; None for those with names."""

    body: Body
    first: list[int | None]
    """Of a line that is the first of a run."""
    later: list[int | None]

    @classmethod
    def of(cls, body: Body, numbers: _Numbers) -> "_Forms":
        """Compute the forms of a body."""
        first: list[int | None] = []
        later: list[int | None] = []
        above: Value = ()
        for line, free in zip(body.lines, body.free, strict=True):
            first.append(numbers.of(body.form(line, None, None)) if free else None)
            later.append(numbers.of(body.form(line, above, None)) if free else None)
            above = line.handed_on
        return cls(body, first, later)


def _unnamed(
    forms: _Forms, units: Counter[int | None], numbers: _Numbers
) -> Iterator[tuple[Any, Run]]:
    """Yield all runs of lines without names, with the numbers of their forms."""
    body, later = forms.body, forms.later
    count = len(body.lines)
    longest = min(LONGEST, MOST // max(count, 1))
    squares = _squares(body, later)
    for begin in range(count):
        if not body.free[begin] or body.inner_reaches[begin] < begin:
            continue
        form, read_until, unit, others = forms.first[begin], 0, 0, 0
        for end in range(begin + 1, min(begin + longest, count) + 1):
            last = end - 1
            line = body.lines[last]
            if not body.free[last]:
                break
            if last > begin:
                if min(body.reaches[last], body.inner_reaches[last]) < begin:
                    break
                form = numbers.of((form, later[last]))
            unit = max(unit, units[forms.first[last]])
            others += line.kind not in FOLLOW
            is_closed = read_until <= last and not body.leaks[last]
            if is_closed and (end > begin + 1 or line.branches):
                repeats = squares[begin] <= end
                yield form, Run(body, begin, end, None, repeats, unit if others > 1 else 0)
            if body.leaks[last]:
                break
            read_until = max(read_until, body.read_until[last])


def _squares(body: Body, forms: list[int | None]) -> list[int]:
    """Return for each line where the first two equal runs end that begin at it or below."""
    count = len(forms)
    ends = [count + 1] * (count + 1)
    for begin in reversed(range(count)):
        ends[begin] = ends[begin + 1]
        for length in range(1, MOST_OF_UNIT + 1):
            middle, end = begin + length, begin + 2 * length
            if end > count:
                break
            if forms[begin] is None or forms[begin:middle] != forms[middle:end]:
                continue
            if length > 1 or body.lines[begin].branches:
                ends[begin] = min(ends[begin], end)
                break
    return ends


def _named(body: Body) -> Iterator[Run]:
    """Yield the longest runs for every prefix of names, with and without unnamed steps around them.

    A step whose name is the prefix itself ends a run.
    """
    lines = body.lines
    open_runs: dict[str, int] = {}
    for at in range(len(lines) + 1):
        inside, own = _prefixes(lines[at]) if at < len(lines) else (set(), set())
        for prefix in own:
            yield from _started(body, open_runs.pop(prefix, at), at + 1, prefix)
        if at < len(lines) and body.free[at]:
            continue
        for prefix in [each for each in open_runs if each not in inside]:
            begin = open_runs.pop(prefix)
            end = max(place for place in range(begin, at) if not body.free[place]) + 1
            for stop in {end, at}:
                yield from _started(body, begin, stop, prefix)
        for prefix in sorted(inside):
            open_runs.setdefault(prefix, at)


def _started(body: Body, begin: int, end: int, prefix: str) -> Iterator[Run]:
    """Yield a run, and the one that also has the unnamed step before it."""
    yield Run(body, begin, end, prefix)
    if begin and body.free[begin - 1]:
        yield Run(body, begin - 1, end, prefix)


def _prefixes(line: Line) -> tuple[set[str], set[str]]:
    """Return the common prefixes of the names in a line, and those that are its own name."""
    if any(each.is_alone for each in line.inner()):
        return set(), set()
    named = [each for each in line.inner() if not each.is_free]
    if not named:
        return set(), set()
    parts = named[0].names[0].split("_")
    found = {"_".join(parts[:count]) for count in range(1, len(parts))} - {""}
    own = set(line.names) if len(line.names) == 1 and not line.is_free else set()
    inner = [name for each in named for name in each.names if each is not line or not own]
    return (
        {each for each in found if _are_within(each, (*inner, *own))},
        {each for each in own if _are_within(each, inner)},
    )


def _are_within(prefix: str, names: Collection[str]) -> bool:
    return all(name.startswith(f"{prefix}_") and len(name) > len(prefix) + 1 for name in names)


def _form(run: Run) -> Any:
    """Return the common form of calls of a block; None if the lines cannot be a call."""
    body = run.body
    if sum(1 for line in run.lines for _ in line.inner()) < 2:
        return None
    forms = []
    above: Value | None = None
    for at in range(run.begin, run.end):
        line, is_last = body.lines[at], at == run.end - 1
        if any(each.is_alone for each in line.inner()):
            return None
        if min(at if above is None else body.reaches[at], body.inner_reaches[at]) < run.begin:
            return None
        if body.free[at] and (body.leaks[at] or (not is_last and body.read_until[at] >= run.end)):
            return None
        form = body.form(line, above, run.prefix)
        if form is None or (form[1] == (OWN,) and not is_last):
            return None
        forms.append(form)
        above = line.handed_on
    return tuple(forms)


def _without_overlap(runs: list[Run], places: Mapping[int, int]) -> list[Run]:
    """Choose runs that do not overlap or repeat a name; `places` are the positions of their bodies."""
    found: list[Run] = []
    ends: dict[int, int] = {}
    prefixes: set[str] = set()
    for run in sorted(runs, key=lambda each: (places[id(each.body)], each.begin)):
        if run.begin < ends.get(id(run.body), 0) or run.prefix in prefixes:
            continue
        found.append(run)
        ends[id(run.body)] = run.end
        if run.prefix is not None:
            prefixes.add(run.prefix)
    return found
