"""What the calls of a block differ in, as its parameters."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from cnnspec.compact.lines import Line
from cnnspec.declarations import Problem
from cnnspec.layers.base import LAYERS

MOST = 8
"""How many parameters a block may have."""
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its value in each call."""

    values: tuple[Any, ...]

    @property
    def usual(self) -> Any:
        """The value of more than half of the calls; None where there is none."""
        texts = Counter(map(repr, self.values))
        text, count = texts.most_common(1)[0]
        if 2 * count <= len(self.values):
            return None
        return next(value for value in self.values if repr(value) == text)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a block, and its steps with them put in."""

    named: dict[str, Parameter]
    lines: list[Line]

    def arguments(self, at: int) -> dict[str, Any]:
        """What a call gives; what is usual is left out."""
        found = {name: each.values[at] for name, each in self.named.items()}
        return {
            name: value
            for name, value in found.items()
            if repr(value) != repr(self.named[name].usual)
        }

    def defaults(self) -> dict[str, Any]:
        """Each parameter with its usual value; null where calls have to give one."""
        return {name: each.usual for name, each in self.named.items()}


def joined(calls: list[list[Line]]) -> Parameters | None:
    """Make one body of the lines of several calls; None where they are too different."""
    found = _Joiner({})
    lines = [found.line(turns) for turns in zip(*calls, strict=True)]
    if found.failed or len(found.named) > MOST:
        return None
    return Parameters(found.named, lines)


@dataclass(slots=True)
class _Joiner:
    named: dict[str, Parameter]
    failed: bool = False

    def line(self, turns: tuple[Line, ...]) -> Line:
        """One line for the same line in every call."""
        first = turns[0]
        keys = list(dict.fromkeys(key for each in turns for key in each.arguments))
        arguments = {}
        for key in keys:
            values = tuple(each.arguments.get(key, _MISSING) for each in turns)
            arguments[key] = self.value(first, key, values)
        branches = first.branches
        if branches is not None:
            branches = [
                [self.line(inner) for inner in zip(*found, strict=True)]
                for found in zip(*(each.branches or [] for each in turns), strict=True)
            ]
        if len({each.times for each in turns}) > 1:
            self.failed = True
        return replace(first, arguments=arguments, branches=branches)

    def value(self, line: Line, key: str, values: tuple[Any, ...]) -> Any:
        """The value of an argument in the body: itself, or a parameter."""
        if _MISSING in values and not line.is_block:
            values = tuple(
                _default(line.kind, key) if each is _MISSING else each for each in values
            )
        if any(each is _MISSING or each is None or _is_computed(each) for each in values):
            if len(set(map(repr, values))) > 1:
                self.failed = True
            return values[0]
        if len(set(map(repr, values))) == 1:
            return values[0]
        for name, known in self.named.items():
            if repr(known.values) == repr(values):
                return f"${name}"
            if (factor := _factor(known.values, values)) is not None:
                return f"$({factor} * {name})"
        name = self.free_name(key)
        self.named[name] = Parameter(values)
        return f"${name}"

    def free_name(self, key: str) -> str:
        """A name for a parameter, after the argument."""
        base = re.sub(r"\W", "_", key)
        name, number = base, 1
        while name in self.named or name == "index":
            number += 1
            name = f"{base}_{number}"
        return name


def _default(kind: str, key: str) -> Any:
    """The default of an argument as a spec would write it."""
    try:
        found = getattr(LAYERS.find(kind), key, _MISSING)
    except Problem:
        return _MISSING
    plain = found is None or isinstance(found, bool | int | float | str | list)
    return found if plain else _MISSING


def _is_computed(value: Any) -> bool:
    """Whether a value holds a parameter of a block inside this one."""
    return "$" in repr(value)


def _factor(known: tuple[Any, ...], values: tuple[Any, ...]) -> int | None:
    """By which whole number all values are those of a parameter."""
    if not all(type(each) is int and each > 0 for each in (*known, *values)):
        return None
    factor = values[0] // known[0]
    return (
        factor
        if factor > 1 and all(a * factor == b for a, b in zip(known, values, strict=True))
        else None
    )
