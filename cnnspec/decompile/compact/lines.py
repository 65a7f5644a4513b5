"""The steps of a graph as lines that can be moved into branches and blocks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

from cnnspec.decompile.flat import handed_on
from cnnspec.ir.graph import Graph, Node, Ref
from cnnspec.language.document import Step

Value = tuple[Ref, ...]


@dataclass(slots=True)
class Line:
    """A step: a call of a layer, submodel or block, with its inputs and outputs.

    A line stands for one step, or for several similar steps in a row.
    """

    kind: str
    arguments: dict[str, Any]
    names: tuple[str, ...]
    """The name of the step, or the names of its repetitions."""
    inputs: Value
    """Its inputs; with `branches`, the tensor from which they start."""
    value: Value
    """Its output, after the last repetition."""
    frozen: bool | str | None = None
    branches: "list[list[Line]] | None" = None
    is_block: bool = False
    layer_names: tuple[str, ...] = ()
    """The names of all layers that it expands to."""
    is_alone: bool = False
    """Whether it must stay where it is, outside blocks and branches."""
    is_free: bool = False
    """Whether it is written without a name, unless something refers to it."""
    is_several: bool = False
    """Whether it has several results, of which the step below must name one."""
    depth: Any = None
    """How often it is repeated, if that is a parameter."""

    @property
    def times(self) -> int:
        """The number of repetitions."""
        return len(self.names)

    @property
    def handed_on(self) -> Value:
        """What the line below gets without naming it."""
        return () if self.is_several else self.value

    def inner(self) -> "Sequence[Line]":
        """The line, and those in its branches."""
        if not self.branches:
            return (self,)
        found = [self]
        for branch in self.branches:
            for line in branch:
                found += line.inner()
        return found


def lines_of(graph: Graph, steps: Iterable[Step]) -> list[Line]:
    """Return a line for each node of a graph; `steps` are the nodes as expanded steps."""
    shared = {node.shares for node in graph.nodes} | {
        node.name for node in graph.nodes if node.shares
    }
    return [
        Line(
            step.kind,
            dict(step.arguments),
            (node.name,),
            node.inputs,
            node.value,
            step.frozen,
            layer_names=(node.name,),
            is_alone=node.name in shared,
            is_several=not handed_on(node),
        )
        for node, step in zip(graph.nodes, steps, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Uses:
    """The users of each tensor of a graph."""

    nodes: dict[str, Node]
    readers: Counter[Ref]
    """How often each tensor is used, by nodes and as an output."""
    dominators: dict[str, str | None]
    """The nearest node or input on all paths to a node; None if there is none."""

    @classmethod
    def of(cls, graph: Graph) -> "Uses":
        """Analyze a graph."""
        readers = Counter(ref for node in graph.nodes for ref in node.inputs)
        readers.update(each.ref for each in graph.outputs)
        return cls({node.name: node for node in graph.nodes}, readers, _dominators(graph))


@dataclass(slots=True)
class _Tree:
    """The dominator tree of the nodes so far."""

    parent: dict[str, str | None] = field(default_factory=dict)
    depth: dict[str, int] = field(default_factory=dict)

    def meet(self, one: str | None, other: str | None) -> str | None:
        """Return the nearest common dominator."""
        while one != other:
            if one is None or other is None:
                return None
            if self.depth[one] >= self.depth[other]:
                one = self.parent[one]
            else:
                other = self.parent[other]
        return one


def _dominators(graph: Graph) -> dict[str, str | None]:
    tree = _Tree(
        {each.name: None for each in graph.inputs}, {each.name: 1 for each in graph.inputs}
    )
    for node in graph.nodes:
        found: str | None = node.inputs[0].node
        for ref in node.inputs[1:]:
            found = tree.meet(found, ref.node)
        tree.parent[node.name] = found
        tree.depth[node.name] = tree.depth[found] + 1 if found is not None else 1
    return tree.parent


def in_reading_order(lines: list[Line], *, ends_first: bool = False) -> list[Line]:
    """Sort lines so that each line follows the one that it uses, if possible.

    With `ends_first`, what leads to an output soon is first where several lines use one.
    """
    maker = {ref: place for place, line in enumerate(lines) for ref in _made(line)}
    needs = [
        {maker[ref] for ref in _read(line) if ref in maker and maker[ref] != place}
        for place, line in enumerate(lines)
    ]
    if all(place - 1 in needs[place] for place in range(1, len(lines))) and _are_above(needs):
        return lines  # no other order has each line below one that it uses
    sorter = TopologicalSorter(dict(enumerate(needs)))
    try:
        sorter.prepare()
    except CycleError:
        return lines
    heights = _heights(needs) if ends_first else [0] * len(lines)
    ordered: list[int] = []
    ready: set[int] = set(sorter.get_ready())
    while ready:
        below = [place for place in ready if ordered and ordered[-1] in needs[place]]
        ordered.append(min(below or ready, key=lambda place: (heights[place], place)))
        ready.remove(ordered[-1])
        sorter.done(ordered[-1])
        ready.update(sorter.get_ready())
    return [lines[place] for place in ordered]


def _are_above(needs: list[set[int]]) -> bool:
    """Whether each line is below all that it uses."""
    return all(max(each, default=-1) < place for place, each in enumerate(needs))


def _heights(needs: list[set[int]]) -> list[int]:
    """Return the greatest number of lines after each one on a path to an output."""
    heights = [0] * len(needs)
    for place in reversed(list(TopologicalSorter(dict(enumerate(needs))).static_order())):
        for each in needs[place]:
            heights[each] = max(heights[each], heights[place] + 1)
    return heights


def _made(line: Line) -> Iterator[Ref]:
    for each in line.inner():
        yield from (Ref(name) for name in each.layer_names)
        yield from each.value


def _read(line: Line) -> Iterator[Ref]:
    own = set(_made(line)) if line.branches else ()
    for each in line.inner():
        yield from (ref for ref in each.inputs if ref not in own)
        if "layer" in each.arguments and each.kind == "shared":
            yield Ref(each.arguments["layer"])
