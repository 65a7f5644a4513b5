"""Turns the differences between the calls of a block into parameters."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.decompile.compact.lines import Line
from cnnspec.diagnostics.problems import Problem
from cnnspec.operations.steps import family_of_step

MOST = 8
"""The limit of the number of parameters of a block."""
_MISSING = object()


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
        return next(value for value in self.values if repr(value) == text)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a block, and its steps that use them."""

    named: dict[str, Parameter]
    lines: list[Line]

    def arguments(self, at: int) -> dict[str, Any]:
        """Return the arguments of a call, without defaults."""
        found = {name: each.values[at] for name, each in self.named.items()}
        return {
            name: value
            for name, value in found.items()
            if repr(value) != repr(self.named[name].usual)
        }

    def defaults(self) -> dict[str, Any]:
        """Return each parameter with its default; null if calls must set it."""
        return {name: each.usual for name, each in self.named.items()}


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


Values = tuple[Any, ...]
"""The value of an argument in each call."""


@dataclass(slots=True)
class _Differences:
    """Collects the arguments in which calls differ."""

    found: dict[str, tuple[str, Values]] = field(default_factory=dict)
    """The first argument for every row of values."""
    failed: bool = False

    def line(self, turns: tuple[Line, ...]) -> None:
        """Compare a line in all calls."""
        self.failed = self.failed or len({each.times for each in turns}) > 1
        for key, values in _arguments(turns):
            if len(set(map(repr, values))) == 1:
                continue
            if any(each is _MISSING or each is None or "$" in repr(each) for each in values):
                self.failed = True  # null means required, and parameters belong to one block
            self.found.setdefault(repr(values), (key, values))
        for branch in _branches(turns):
            for inner in branch:
                self.line(inner)

    def parameters(self) -> "_Named":
        """Return a parameter for every row that is not a multiple of another row."""
        named = _Named({}, {})
        rows = self.found.values()
        for key, values in rows:
            if not any(_factor(other, values) for _, other in rows):
                name = named.free_name(key)
                named.parameters[name] = Parameter(values)
                named.written[repr(values)] = f"${name}"
        for _, values in rows:
            for name, base in named.parameters.items():
                if (factor := _factor(base.values, values)) and repr(values) not in named.written:
                    named.written[repr(values)] = f"$({factor} * {name})"
        return named


@dataclass(slots=True)
class _Named:
    """Return the parameters of a block, and the expressions that replace values of its calls."""

    parameters: dict[str, Parameter]
    written: dict[str, str]

    def line(self, turns: tuple[Line, ...]) -> Line:
        """Merge the same line of all calls into one."""
        return replace(
            turns[0],
            arguments={
                key: self.written.get(repr(values), values[0]) for key, values in _arguments(turns)
            },
            branches=[list(map(self.line, branch)) for branch in _branches(turns)]
            if turns[0].branches is not None
            else None,
        )

    def free_name(self, key: str) -> str:
        """Return a name for a parameter, based on the argument."""
        base = re.sub(r"\W", "_", key)
        name, number = base, 1
        while name in self.parameters or name == "index":
            number += 1
            name = f"{base}_{number}"
        return name


def _arguments(turns: tuple[Line, ...]) -> Iterator[tuple[str, Values]]:
    """Yield the arguments of a line with their values in all calls, or their defaults."""
    for key in dict.fromkeys(key for each in turns for key in each.arguments):
        values = tuple(each.arguments.get(key, _MISSING) for each in turns)
        if _MISSING in values and not turns[0].is_block:
            default = _default(turns[0].kind, key)
            values = tuple(default if each is _MISSING else each for each in values)
        yield key, values


def _branches(turns: tuple[Line, ...]) -> Iterator[list[tuple[Line, ...]]]:
    """Return the lines of each branch, grouped by position."""
    for branch in zip(*(each.branches or () for each in turns), strict=True):
        yield list(zip(*branch, strict=True))


def _default(kind: str, key: str) -> Any:
    """Return the default of an argument as a spec would write it."""
    try:
        found = getattr(family_of_step(kind).find(kind), key, _MISSING)
    except Problem:
        return _MISSING
    plain = found is None or isinstance(found, bool | int | float | str | list)
    return found if plain else _MISSING


def _factor(known: tuple[Any, ...], values: tuple[Any, ...]) -> int | None:
    """Return the integer factor by which all values are multiples of a parameter."""
    if not all(type(each) is int and each > 0 for each in (*known, *values)):
        return None
    factor = values[0] // known[0]
    return (
        factor
        if factor > 1 and all(a * factor == b for a, b in zip(known, values, strict=True))
        else None
    )
