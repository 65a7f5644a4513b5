"""Groups the nodes of a graph by the steps and block calls that they were expanded from."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import BlockCall, Ref

Path = tuple[Any, ...]
"""The position of a step in its scope: `(3,)`, or `(3, "branches", "main", 0)` in a branch."""
DEEPER = 3
"""The number of items that a branch adds to a path."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerItem:
    """A call of a layer or submodel."""

    path: Path
    node: CheckedNode

    def nodes(self) -> Iterator[CheckedNode]:
        """The node."""
        yield self.node


@dataclass(frozen=True, slots=True, eq=False)
class BlockItem:
    """A call of a block."""

    path: Path
    call: BlockCall
    items: "list[Item]" = field(default_factory=list)

    def nodes(self) -> Iterator[CheckedNode]:
        """All nodes that it was expanded to."""
        for item in self.items:
            yield from item.nodes()


Item = LayerItem | BlockItem


@dataclass(slots=True)
class Step:
    """The items of a step for each repetition, its own item last."""

    path: Path
    turns: list[list[Item]]


def outline(checked: CheckedGraph, nodes: Sequence[CheckedNode] | None = None) -> list[Item]:
    """Return the items of a graph, or of some of its nodes, in order."""
    top: list[Item] = []
    base = (*checked.graph.place.path, "layers")
    calls: dict[int, BlockItem] = {}
    wanted = checked.nodes if nodes is None else nodes
    if not all(map(_is_named_after_calls, wanted)):
        return [LayerItem((("alone", node.name),), node) for node in wanted]
    for node in wanted:
        call, path = node.node.block, node.node.place.path
        if call is None:
            top.append(LayerItem(_within(path, base, node.name), node))
        else:
            around = _items_of(call, calls, top, base)
            around.append(LayerItem(_within(path, _base(call), node.name), node))
    return top


def _items_of(
    call: BlockCall, calls: dict[int, BlockItem], top: list[Item], base: Path
) -> list[Item]:
    """Return the item of a block call, which is added where it first occurs."""
    if id(call) not in calls:
        around, outer = top, base
        if call.caller is not None:
            around, outer = _items_of(call.caller, calls, top, base), _base(call.caller)
        calls[id(call)] = BlockItem(_within(call.place.path, outer, call.scoped), call)
        around.append(calls[id(call)])
    return calls[id(call)].items


def _base(call: BlockCall) -> Path:
    return (*call.definition.path, "layers")


def _within(path: Path, base: Path, name: str) -> Path:
    """Return a path in the steps of a scope; nodes without a step, such as outputs, are unique."""
    inside = path[: len(base)] == base and len(path) > len(base)
    return path[len(base) :] if inside else (("alone", name),)


def _is_named_after_calls(node: CheckedNode) -> bool:
    """Whether a node has the names of its block calls; networks of Keras have other names."""
    call, name = node.node.block, node.node.scoped
    while call is not None and name.startswith(f"{call.scoped}/"):
        name, call = call.scoped, call.caller
    return call is None


def steps(items: Sequence[Item], depth: int) -> list[Step]:
    """Group items by step; `depth` is the length of the paths of these steps."""
    found: list[Step] = []
    ended = True
    for item in items:
        path = item.path[:depth]
        if not found or found[-1].path != path:
            found.append(Step(path, []))
            ended = True
        if ended:
            found[-1].turns.append([])
        found[-1].turns[-1].append(item)
        ended = item.path == path
    return found


def side_by_side(of_parts: Sequence[Sequence[Step]]) -> Iterator[tuple[Path, list[Step | None]]]:
    """Return the steps of several parts side by side, in order; None for missing iterations."""
    if len(of_parts) == 1:
        for step in of_parts[0]:
            yield step.path, [step]
        return
    by_path = [{step.path: step for step in each} for each in of_parts]
    ordered = list(by_path[0])
    for found in by_path[1:]:
        place = 0
        for path in found:
            if path in ordered:
                place = ordered.index(path) + 1
            else:
                ordered.insert(place, path)
                place += 1
    yield from ((path, [each.get(path) for each in by_path]) for path in ordered)


class Uses:
    """The users of the tensors of a graph."""

    def __init__(self, checked: CheckedGraph) -> None:
        self.readers: dict[Ref, list[str | None]] = {}
        """Return the nodes that use a tensor; None stands for an output of the model."""
        self.calls = Counter(node.node.layer_name for node in checked.nodes)
        for node in checked.nodes:
            for ref in node.node.inputs:
                self.readers.setdefault(ref, []).append(node.name)
        for each in checked.graph.outputs:
            self.readers.setdefault(each.ref, []).append(None)

    def given_out(self, nodes: Collection[CheckedNode]) -> list[Ref]:
        """Return the tensors of some nodes that other nodes use."""
        names = {node.name for node in nodes}
        made = [Ref(node.name, output) for node in nodes for output in node.outputs]
        return [
            ref for ref in made if any(reader not in names for reader in self.readers.get(ref, ()))
        ]

    def is_kept(self, node: CheckedNode) -> bool:
        """Whether the layer of a node needs a variable: models and layers that are called again."""
        return node.submodel is not None or self.calls[node.node.layer_name] > 1
