"""Computes receptive fields: the part of the input that each value depends on.

From layer to layer, sizes grow by `(kernel_size - 1) * stride`, and strides multiply (Araujo,
Norris and Sim, 2019, https://distill.pub/2019/computing-receptive-fields). Here every position is
followed, so that paths with different strides, and upsampling, are computed exactly. Borders are
ignored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, gcd, inf, lcm
from typing import NamedTuple

from cnnspec.layers.reach_rules import WHOLE, Reach
from cnnspec.shapes import Shape


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The receptive field along one spatial axis."""

    size: int | None
    """The largest number of input positions; None for all."""
    stride: float
    """The number of input positions between the fields of two neighbours."""


class Field(NamedTuple):
    """The input positions that the positions along an axis depend on.

    After upsampling, neighbours depend on the same positions, and the pattern repeats: position
    `i + len(firsts)` depends on the positions of `i`, shifted by `period`.
    """

    firsts: tuple[float, ...]
    lasts: tuple[float, ...]
    period: int

    @property
    def is_whole(self) -> bool:
        """Whether any position depends on the whole input."""
        return -inf in self.firsts and inf in self.lasts

    @property
    def stride(self) -> float:
        """The distance between the fields of neighbours."""
        whole, rest = divmod(self.period, len(self.firsts))
        return self.period / len(self.firsts) if rest else whole

    def seen(self, places: range) -> tuple[float, float]:
        """The first and last input position that some neighbours depend on."""
        phases = len(self.firsts)
        starts = [divmod(place, phases) for place in places[:phases]]
        ends = [divmod(place, phases) for place in places[-phases:]]
        return (
            min((self.firsts[phase] + turn * self.period for turn, phase in starts), default=inf),
            max((self.lasts[phase] + turn * self.period for turn, phase in ends), default=-inf),
        )

    def repeated(self, count: int) -> "Field":
        """The same field, with its pattern repeated."""
        rounds = [turn * self.period for turn in range(count)]
        return Field(
            tuple(first + by for by in rounds for first in self.firsts),
            tuple(last + by for by in rounds for last in self.lasts),
            self.period * count,
        )

    def shown(self) -> ReceptiveField:
        """The field as numbers."""
        if self.is_whole:
            return ReceptiveField(None, self.stride)
        pairs = zip(self.firsts, self.lasts, strict=True)
        return ReceptiveField(
            max(int(max(last - first + 1, 0)) for first, last in pairs), self.stride
        )


MAX_PHASES = 4096
"""The limit of the length of a pattern; it allows upsampling by a factor of 4096."""

ITSELF = Field((0,), (0,), 1)
EVERYTHING = Field((-inf,), (inf,), 1)

Fields = tuple[Field, ...] | None
"""A field per spatial axis: empty if all axes are lost, None if nothing is known."""


def through(seen: Sequence[Fields], reaches: tuple[Reach, ...] | None) -> Fields:
    """Return the field of a layer with several inputs of the same reach."""
    if reaches is None:
        return None
    found, *others = (_through(fields, reaches) for fields in seen)
    for other in others:
        found = _both(found, other)
    return found


def _through(fields: Fields, reaches: tuple[Reach, ...]) -> Fields:
    """Return the field of a layer through one input.

    A layer without spatial axes depends on everything. New axes made from unused ones count as
    those of the input.
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
    """Combine a reach with a field; None if the pattern is too long."""
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
    """Merge two fields; None if their strides differ, so that there is no pattern.

    A field of the whole input has no stride.
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
    """Return the field of the whole input, with the stride of another field."""
    phases = len(field.firsts)
    return Field((-inf,) * phases, (inf,) * phases, field.period)


def stretches(shapes: Sequence[Shape], output: Shape, found: Fields) -> bool:
    """Whether a merge broadcasts one input along an axis, so that distances are undefined."""
    images = [shape for shape in shapes if len(shape) == len(output)]
    return len(shapes) > 1 and any(
        shape[axis] == 1 != output[axis] and not field.is_whole
        for axis, field in enumerate(found or (), start=1)
        for shape in images
    )
