"""Where the values of a model look: which part of the input each of them depends on.

From layer to layer sizes grow by `(kernel_size - 1) * stride`, and strides multiply (Araujo, Norris
and Sim, 2019, https://distill.pub/2019/computing-receptive-fields). Here every place is followed, so
that ways which are out of step and upsampling come out exactly. Borders count as if the input went on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, gcd, inf, lcm
from typing import NamedTuple

from cnnspec.layers.reach_rules import WHOLE, Reach
from cnnspec.shapes import Shape


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The part of the input that a value depends on, along one spatial axis."""

    size: int | None
    """How many places of the input, at most; None for all of them."""
    stride: float
    """How many places of the input lie between the fields of two neighbours."""


class Field(NamedTuple):
    """The places of the input that those along an axis see.

    After upsampling neighbours see alike, and only every few places the pattern comes again: the
    place `i + len(firsts)` sees what `i` sees, `period` further on.
    """

    firsts: tuple[float, ...]
    lasts: tuple[float, ...]
    period: int

    @property
    def is_whole(self) -> bool:
        """Whether any place sees everything."""
        return -inf in self.firsts and inf in self.lasts

    @property
    def stride(self) -> float:
        """How far apart the fields of neighbours are."""
        whole, rest = divmod(self.period, len(self.firsts))
        return self.period / len(self.firsts) if rest else whole

    def seen(self, places: range) -> tuple[float, float]:
        """The first and last place of the input that some neighbours see."""
        phases = len(self.firsts)
        starts = [divmod(place, phases) for place in places[:phases]]
        ends = [divmod(place, phases) for place in places[-phases:]]
        return (
            min((self.firsts[phase] + turn * self.period for turn, phase in starts), default=inf),
            max((self.lasts[phase] + turn * self.period for turn, phase in ends), default=-inf),
        )

    def repeated(self, count: int) -> "Field":
        """The same field, its pattern said for several rounds at once."""
        rounds = [turn * self.period for turn in range(count)]
        return Field(
            tuple(first + by for by in rounds for first in self.firsts),
            tuple(last + by for by in rounds for last in self.lasts),
            self.period * count,
        )

    def shown(self) -> ReceptiveField:
        """The field in numbers for people."""
        if self.is_whole:
            return ReceptiveField(None, self.stride)
        pairs = zip(self.firsts, self.lasts, strict=True)
        return ReceptiveField(
            max(int(max(last - first + 1, 0)) for first, last in pairs), self.stride
        )


MAX_PHASES = 4096
"""How many places a pattern may have; enough to make images 4096 times as large."""

ITSELF = Field((0,), (0,), 1)
EVERYTHING = Field((-inf,), (inf,), 1)

Fields = tuple[Field, ...] | None
"""A field for each spatial axis: none for what has lost them all, None where nothing is known."""


def through(seen: Sequence[Fields], reaches: tuple[Reach, ...] | None) -> Fields:
    """What a layer sees that looks at several inputs in the same way."""
    if reaches is None:
        return None
    found, *others = (_through(fields, reaches) for fields in seen)
    for other in others:
        found = _both(found, other)
    return found


def _through(fields: Fields, reaches: tuple[Reach, ...]) -> Fields:
    """What a layer sees through one input.

    What has lost its axes has seen everything. Axes that are made of what nothing has looked at yet
    count as those of the input.
    """
    if not reaches:
        return ()
    if fields is None:
        return None
    if not fields:
        return (EVERYTHING,) * len(reaches)
    if len(fields) != len(reaches):
        return (ITSELF,) * len(reaches) if set(fields) == {ITSELF} else None
    found = [_composed(field, reach) for field, reach in zip(fields, reaches, strict=True)]
    known = tuple(field for field in found if field is not None)
    return known if len(known) == len(found) else None


def _composed(field: Field, reach: Reach) -> Field | None:
    """What places see that look at places which see a field; None where the pattern is too long."""
    if reach == WHOLE:
        return _everything_like(field)
    phases = len(field.firsts)
    count = reach.factor * phases // gcd(reach.stride, phases)
    if count > MAX_PHASES:
        return None
    seen = []
    for place in range(count):
        middle = place * reach.stride / reach.factor
        first, last = ceil(middle + reach.first - 1e-9), floor(middle + reach.last + 1e-9)
        seen.append(field.seen(range(first, last + 1)))
    period = count * reach.stride // reach.factor // phases * field.period
    return Field(tuple(first for first, _ in seen), tuple(last for _, last in seen), period)


def _both(one: Fields, other: Fields) -> Fields:
    """What is seen on two ways; None where they go at different strides, so that there is no pattern.

    What sees everything has no stride of its own.
    """
    if one is None or other is None or len(one) != len(other):
        return None
    found = []
    for a, b in zip(one, other, strict=True):
        if a.is_whole or b.is_whole:
            found.append(_everything_like(b if a.is_whole else a))
        elif a.period * len(b.firsts) != b.period * len(a.firsts):
            return None
        else:
            count = lcm(len(a.firsts), len(b.firsts))
            a, b = a.repeated(count // len(a.firsts)), b.repeated(count // len(b.firsts))
            firsts, lasts = map(min, a.firsts, b.firsts), map(max, a.lasts, b.lasts)
            found.append(Field(tuple(firsts), tuple(lasts), a.period))
    return tuple(found)


def _everything_like(field: Field) -> Field:
    """Everything, at the stride of a field."""
    phases = len(field.firsts)
    return Field((-inf,) * phases, (inf,) * phases, field.period)


def stretches(shapes: Sequence[Shape], output: Shape, found: Fields) -> bool:
    """Whether a merge repeats one place of an input along an axis, so that distances mean nothing."""
    images = [shape for shape in shapes if len(shape) == len(output)]
    return len(shapes) > 1 and any(
        shape[axis] == 1 != output[axis] and not field.is_whole
        for axis, field in enumerate(found or (), start=1)
        for shape in images
    )
