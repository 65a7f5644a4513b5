"""What a diagram shows, whatever draws it: boxes, the groups they stand in, and edges."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from cnnspec.shapes import Shape

GroupKind = Literal["block", "submodel", "repeat", "turn", "stage"]
Mark = Literal["added", "removed", "changed", "same"]
"""What became of a part, in the diagram of a difference."""
MARKS: tuple[Mark, ...] = ("added", "removed", "changed")
"""The marks of what is different."""
Detail = tuple[str, str]
"""Something that is known of a layer: what, and its value as text."""


@dataclass(frozen=True)
class Box:
    """A layer, an input, an output, or a group that is folded to one box."""

    id: str
    name: str
    """The whole name; `local` is the part of it that is enough inside the block around it."""
    local: str
    kind: str
    """The name of the Keras class; of a folded group the name of its block."""
    brief: tuple[str, ...] = ()
    """The arguments that a reader looks for first, each in a few letters."""
    arguments: tuple[Detail, ...] = ()
    """Every argument that does not have its default."""
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    params: int | None = 0
    """How many numbers the weights hold; None where that is not known."""
    macs: int | None = None
    """Multiply-accumulates of one sample, where they were asked for and are known."""
    frozen: bool = False
    calls: int = 1
    losses: tuple[str, ...] = ()
    """The loss of an output, with its weight."""
    metrics: tuple[str, ...] = ()
    details: tuple[Detail, ...] = ()
    """All that is known, where it was asked for."""
    times: int = 1
    """How often the part comes in a row that is folded to this box."""
    said_in: tuple[str, int] | None = None
    """The file and line of the spec that says it."""
    layers: int | None = None
    """How many layers are folded to this box; None for one that is a layer itself."""
    mark: Mark | None = None
    changes: tuple[str, ...] = ()
    """What is different in a box that is marked as changed."""


@dataclass(frozen=True)
class Group:
    """A part of a model that is drawn in a frame, or folded to one box."""

    id: str
    name: str
    kind: str
    """What it is called: the name of the block, or Keras's class of the submodel."""
    role: GroupKind
    children: tuple["Element", ...]
    frozen: bool = False
    calls: int = 1
    times: int = 1
    """How often the part comes in a row; a `repeat` holds a child for each time."""


Element = Box | Group


@dataclass(frozen=True)
class Edge:
    """A tensor on its way from one box to another."""

    source: str
    target: str
    shape: Shape
    dtype: str
    call: int | None = None
    """Which call of a shared layer takes it, counted from 1; None where there is only one."""
    from_call: int | None = None
    """Which call of a shared layer gives it."""
    mark: Mark | None = None


@dataclass(frozen=True)
class Figure:
    """A whole diagram."""

    name: str
    description: str
    children: tuple[Element, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def into(self) -> dict[str, list[Edge]]:
        """The edges into each box, by its id."""
        return _by(self.edges, "target")

    @cached_property
    def out_of(self) -> dict[str, list[Edge]]:
        """The edges out of each box, by its id."""
        return _by(self.edges, "source")


def _by(edges: tuple[Edge, ...], end: Literal["source", "target"]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(getattr(edge, end), []).append(edge)
    return found


def boxes(elements: tuple[Element, ...]) -> Iterator[Box]:
    """Every box, those in groups too, in the order of the spec."""
    for element in elements:
        if isinstance(element, Box):
            yield element
        else:
            yield from boxes(element.children)


def groups(elements: tuple[Element, ...]) -> Iterator[Group]:
    """Every group, the outer ones before those inside them."""
    for element in elements:
        if isinstance(element, Group):
            yield element
            yield from groups(element.children)
