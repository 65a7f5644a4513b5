"""Turns the differences between the calls of a block into parameters."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from cnnspec.decompile.compact.lines import Line
from cnnspec.language.expressions import is_reference
from cnnspec.operations.steps import family_of_step

MOST = 8
"""The limit of the number of parameters of a block."""
MISSING = object()
"""The value of an argument that a step does not have."""
DEPTH = "depth"
"""The parameter for the repetitions of a step."""
GEOMETRY = {DEPTH, "axis", "cropping", "dilation_rate", "kernel_size", "num_heads", "padding"}
GEOMETRY |= {"pool_size", "size", "strides"}
"""Arguments whose values are not multiples of others, such as filters, except by accident."""
MOST_TIMES = 4
"""A number that is at most so many times another one is written as its multiple."""
WIDTHS = ("filters", "units")
"""Arguments whose parameters are named after what they are for, if there are several."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter, with its value in each call."""

    values: tuple[Any, ...]

    @property
    def usual(self) -> Any:
        """The value of more than half of the calls; None if there is none."""
        texts = Counter(map(repr, self.values))
        text, count = texts.most_common(1)[0]
        if 2 * count <= len(self.values):
            return None
        value = next(value for value in self.values if repr(value) == text)
        return None if holds_reference(value) else value


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a block, and its steps that use them."""

    named: dict[str, Parameter]
    lines: list[Line]

    def arguments(self, at: int) -> dict[str, Any]:
        """Return all arguments of a call."""
        return {name: each.values[at] for name, each in self.named.items()}

    def defaults(self) -> dict[str, Any]:
        """Return each parameter with its default; null if calls must set it."""
        return {name: each.usual for name, each in self.named.items()}

    def written(self, calls: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the arguments of calls without defaults."""
        usual = {name: repr(value) for name, value in self.defaults().items()}
        return [
            {name: value for name, value in each.items() if repr(value) != usual[name]}
            for each in calls
        ]


def holds_reference(value: Any) -> bool:
    """Whether a value refers to a parameter, at any depth."""
    if isinstance(value, list):
        return any(map(holds_reference, value))
    if isinstance(value, dict):
        return any(map(holds_reference, value.values()))
    return is_reference(value)


Values = tuple[Any, ...]
"""The value of an argument in each call."""
Row = tuple[str, str]
"""What identifies the values that one parameter replaces: the argument, and their text."""


def joined(calls: list[list[Line]]) -> Parameters | None:
    """Make a common body from the lines of several calls; None if they are too different."""
    seen = _Differences()
    for turns in zip(*calls, strict=True):
        seen.line(turns)
    if seen.failed:
        return None
    named = seen.parameters()
    if len(named.parameters) > MOST:
        return None
    needed_first = sorted(named.parameters.items(), key=lambda each: each[1].usual is not None)
    return Parameters(dict(needed_first), [named.line(turns) for turns in zip(*calls, strict=True)])


@dataclass(slots=True)
class _Found:
    """Values that differ between the calls."""

    key: str
    values: Values
    level: int
    """How deep in branches the first argument with them is."""
    count: int = 0
    """How many arguments have them."""


@dataclass(slots=True)
class _Differences:
    """Collects the arguments in which calls differ."""

    found: dict[Row, _Found] = field(default_factory=dict)
    last: dict[str, Row] = field(default_factory=dict)
    """The last row of every argument."""
    failed: bool = False

    def line(self, turns: tuple[Line, ...], level: int = 0) -> None:
        """Compare a line in all calls; `level` is how deep in branches it is."""
        for key, values in _arguments(turns):
            self.argument(key, values, level)
        self.argument(DEPTH, _depths(turns), level)
        for branch in _branches(turns):
            for inner in branch:
                self.line(inner, level + 1)

    def argument(self, key: str, values: Values, level: int) -> None:
        """Compare an argument in all calls, item by item if it is a list."""
        if (parts := _parts(key, values)) is not None:
            for part, items in parts:
                self.argument(part if isinstance(part, str) else key, items, level)
            return
        if are_equal(values):
            return
        if any(each is MISSING or each is None for each in values):
            self.failed = True  # null means required
        row = _row(key, values)
        self.last[key] = row
        found = self.found.setdefault(row, _Found(key, values, level))
        found.count += 1
        if key in WIDTHS and found.key not in WIDTHS:
            found.key, found.level = key, level

    def parameters(self) -> "_Named":
        """Return a parameter for every row that is not a multiple or part of another one."""
        named = _Named({}, {})
        bases: list[Row] = []
        places = {row: place for place, row in enumerate(self.found)}
        rows = sorted(self.found, key=lambda row: (self.is_small_multiple(row), *self.rank(row)))
        for row in rows:
            if not any(self.related(base, row) for base in bases):
                bases.append(row)
        for row in sorted(bases, key=lambda row: (self.found[row].level, places[row])):
            found = self.found[row]
            is_last = self.last[found.key] == row
            name = named.free_name(found.key, level=found.level, is_last=is_last)
            named.parameters[name] = Parameter(found.values)
            named.written[row] = f"${name}"
        names = dict(zip(named.written, named.parameters, strict=True))
        for row in self.found:
            for base in bases if row not in names else ():
                if form := self.related(base, row):
                    named.written.setdefault(row, f"$({form.format(names[base])})")
        return named

    def is_small_multiple(self, row: Row) -> bool:
        """Whether a row is best written as a multiple of another one."""
        values = self.found[row].values
        others = (other for other in self.found if other[0] == row[0])
        return row[0] not in GEOMETRY and any(
            (_factor(self.found[other].values, values) or MOST_TIMES + 1) <= MOST_TIMES
            for other in others
        )

    def rank(self, row: Row) -> tuple[int, ...]:
        """Sort rows that many arguments have first, and then small numbers, as multiples read well."""
        found = self.found[row]
        return (-found.count, *(each if type(each) is int else 0 for each in found.values))

    def related(self, base: Row, row: Row) -> str | None:
        """Return how the values of a row follow from those of another one, if they do."""
        known, values = self.found[base].values, self.found[row].values
        if base[0] != row[0] or base[0] in GEOMETRY:
            return None
        if factor := _factor(known, values):
            return f"{factor} * {{}}"
        if factor := _factor(values, known):
            return f"{{}} // {factor}"
        return None


def are_equal(values: Values) -> bool:
    """Whether a block can hold the same value for all of its calls."""
    return len(set(map(repr, values))) == 1 and not holds_reference(values[0])


def _parts(key: str, values: Values) -> list[tuple[str | int, Values]] | None:
    """Return the items of lists or mappings of one form; None for other values."""
    first = values[0]
    if not first or key in GEOMETRY or not isinstance(first, list | dict):
        return None
    parts = list(range(len(first))) if isinstance(first, list) else list(first)
    for each in values:
        if type(each) is not type(first) or len(each) != len(first):
            return None
        if isinstance(each, dict) and list(each) != parts:
            return None
    return [(part, tuple(each[part] for each in values)) for part in parts]


def _row(key: str, values: Values) -> Row:
    are_sizes = all(type(each) is int or is_reference(each) for each in values)
    return "" if are_sizes and key not in GEOMETRY else key, repr(values)


@dataclass(slots=True)
class _Named:
    """The parameters of a block, and the expressions that replace values of its calls."""

    parameters: dict[str, Parameter]
    written: dict[Row, str]

    def line(self, turns: tuple[Line, ...]) -> Line:
        """Merge the same line of all calls into one."""
        depths = _depths(turns)
        return replace(
            turns[0],
            arguments={key: self.value(key, values) for key, values in _arguments(turns)},
            depth=turns[0].depth if are_equal(depths) else self.value(DEPTH, depths),
            branches=[list(map(self.line, branch)) for branch in _branches(turns)]
            if turns[0].branches is not None
            else None,
        )

    def value(self, key: str, values: Values) -> Any:
        """Return an argument of the common line."""
        if (parts := _parts(key, values)) is not None:
            items = [
                (part, self.value(part if isinstance(part, str) else key, each))
                for part, each in parts
            ]
            return dict(items) if isinstance(values[0], dict) else [item for _, item in items]
        return values[0] if are_equal(values) else self.written[_row(key, values)]

    def free_name(self, key: str, *, level: int, is_last: bool) -> str:
        """Return a name for a parameter, based on the argument.

        `is_last` says that no argument of this name is below it.
        """
        base = re.sub(r"\W", "_", re.sub(r"^(?:inner|output)_|_\d+$", "", key))
        if base in self.parameters and base in WIDTHS:
            base = f"inner_{base}" if level else f"output_{base}" if is_last else base
        name, number = base, 1
        while name in self.parameters or name == "index":
            number += 1
            name = f"{base}_{number}"
        return name


def _depths(turns: tuple[Line, ...]) -> Values:
    return tuple(each.times if each.depth is None else each.depth for each in turns)


def _arguments(turns: tuple[Line, ...]) -> Iterator[tuple[str, Values]]:
    """Yield the arguments of a line with their values in all calls, or their defaults."""
    for key in dict.fromkeys(key for each in turns for key in each.arguments):
        values = tuple(each.arguments.get(key, MISSING) for each in turns)
        if MISSING in values and not turns[0].is_block:
            default = default_of(turns[0].kind, key)
            values = tuple(default if each is MISSING else each for each in values)
        yield key, values


def _branches(turns: tuple[Line, ...]) -> Iterator[list[tuple[Line, ...]]]:
    """Return the lines of each branch, grouped by position."""
    for branch in zip(*(each.branches or () for each in turns), strict=True):
        yield list(zip(*branch, strict=True))


@cache
def default_of(kind: str, key: str) -> Any:
    """Return the default of an argument as a spec would write it; `MISSING` if it has none."""
    family = family_of_step(kind)
    found = getattr(family.find(kind), key, MISSING) if kind in family else MISSING
    plain = found is None or isinstance(found, bool | int | float | str | list)
    return found if plain else MISSING


def _factor(known: Values, values: Values) -> int | None:
    """Return the whole number by which all values are multiples of others."""
    if not all(type(each) is int and each > 0 for each in (*known, *values)):
        return None
    factor: int = values[0] // known[0]
    is_factor = all(a * factor == b for a, b in zip(known, values, strict=True))
    return factor if factor > 1 and is_factor else None
