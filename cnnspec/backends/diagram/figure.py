"""The content of a diagram, independent of its format: boxes, groups and edges."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cnnspec.shapes import Shape

GroupKind = Literal["block", "submodel", "repeat", "turn", "stage"]
Mark = Literal["added", "removed", "changed", "same"]
"""The state of a part in the diagram of a difference."""
MARKS: tuple[Mark, ...] = ("added", "removed", "changed")
"""The marks of differences."""
Detail = tuple[str, str]
"""A detail of a layer: its name, and its value as text."""


@dataclass(frozen=True)
class Box:
    """A layer, an input, an output, or a group that is folded to a box."""

    id: str
    name: str
    """The full name; `local` is the part that is sufficient inside its block."""
    local: str
    kind: str
    """The name of the Keras class; for a folded group, the name of its block."""
    brief: tuple[str, ...] = ()
    """The most important arguments, in short form."""
    arguments: tuple[Detail, ...] = ()
    """All arguments that differ from their defaults."""
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    params: int | None = 0
    """The number of values in the weights; None if unknown."""
    macs: int | None = None
    """Multiply-accumulates of one sample, if requested and known."""
    frozen: bool = False
    calls: int = 1
    losses: tuple[str, ...] = ()
    """The loss of an output, with its weight."""
    metrics: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    """All details, if requested."""
    times: int = 1
    """The number of repetitions that are folded to this box."""
    said_in: tuple[str, int] | None = None
    """The file and line in the spec."""
    layers: int | None = None
    """The number of layers that are folded to this box; None for a layer."""
    mark: Mark | None = None
    changes: tuple[str, ...] = ()
    """The differences of a box that is marked as changed."""


@dataclass(frozen=True)
class Group:
    """A part of a model that is drawn as a frame, or folded to a box."""

    id: str
    name: str
    kind: str
    """The name of the block, or the Keras class of the submodel."""
    role: GroupKind
    children: tuple["Element", ...]
    frozen: bool = False
    calls: int = 1
    times: int = 1
    """The number of repetitions; a `repeat` has a child for each of them."""


Element = Box | Group


@dataclass(frozen=True)
class Edge:
    """A tensor between two boxes."""

    source: str
    target: str
    shape: Shape
    dtype: str
    call: int | None = None
    """The call of a shared layer that uses it, counted from 1; None if there is only one."""
    from_call: int | None = None
    """The call of a shared layer that it comes from."""
    mark: Mark | None = None


@dataclass(frozen=True)
class Figure:
    """A diagram."""

    name: str
    description: str
    children: tuple[Element, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def into(self) -> dict[str, list[Edge]]:
        """Return the edges into each box, by id."""
        return _by(self.edges, "target")

    @cached_property
    def out_of(self) -> dict[str, list[Edge]]:
        """Return the edges out of each box, by id."""
        return _by(self.edges, "source")


def _by(edges: tuple[Edge, ...], end: Literal["source", "target"]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(getattr(edge, end), []).append(edge)
    return found


def boxes(elements: tuple[Element, ...]) -> Iterator[Box]:
    """Yield every box, including those in groups, in the order of the spec."""
    for element in elements:
        if isinstance(element, Box):
            yield element
        else:
            yield from boxes(element.children)


def groups(elements: tuple[Element, ...]) -> Iterator[Group]:
    """Yield every group, outer ones first."""
    for element in elements:
        if isinstance(element, Group):
            yield element
            yield from groups(element.children)
