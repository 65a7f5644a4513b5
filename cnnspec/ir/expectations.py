"""What a spec says must hold of its model: only data."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any

from cnnspec.records import Record, replace
from cnnspec.shapes import Dim
from cnnspec.syntax.places import Place

TRAINABLE = "trainable_params"
"""The key of what freezing changes."""


class Range(Record):
    """The numbers that are expected; equal bounds stand for an exact number."""

    least: int | None
    most: int | None
    place: Place

    @property
    def is_exact(self) -> bool:
        """Whether a single number is expected."""
        return self.least is not None and self.least == self.most

    def holds(self, number: float) -> bool:
        """Whether a number is in the range."""
        return (self.least is None or number >= self.least) and (
            self.most is None or number <= self.most
        )


class Sizes(Record):
    """The shape that is expected, without the batch axis."""

    sizes: tuple[Dim, ...]
    place: Place


class Target(Record):
    """The tensor that an expectation is about: a value of a layer, of an input or of a submodel's layer."""

    calls: tuple[str, ...]
    """The calls of the submodels that it is in, the outermost first."""
    node: str
    output: str | None = None

    def __str__(self) -> str:
        return "/".join((*self.calls, self.node, *([self.output] if self.output else ())))


class Expectations(Record):
    """What a spec says must hold of its model."""

    totals: Mapping[str, Range] = MappingProxyType({})
    """By the key of the whole model."""
    receptive_field: Mapping[str, tuple[Target, Range]] = MappingProxyType({})
    """By the name in the spec."""
    outputs: Mapping[str, Sizes] = MappingProxyType({})
    layers: Mapping[str, tuple[Target, Sizes]] = MappingProxyType({})
    """By the name in the spec."""

    def of_frozen(self) -> "Expectations":
        """Return what still holds of the model once its layers are frozen."""
        totals = {key: each for key, each in self.totals.items() if key != TRAINABLE}
        return replace(self, totals=totals)

    def of_part(self, nodes: Collection[str]) -> "Expectations":
        """Return what still holds of a part of the model, with other outputs."""
        return Expectations(
            receptive_field=_about(self.receptive_field, nodes), layers=_about(self.layers, nodes)
        )


def _about(expected: Mapping[str, tuple[Target, Any]], nodes: Collection[str]) -> dict[str, Any]:
    """Return the expectations about some nodes."""
    return {
        name: (target, each)
        for name, (target, each) in expected.items()
        if (*target.calls, target.node)[0] in nodes
    }
