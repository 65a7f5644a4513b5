"""Writes the inputs of merging layers as branches instead of names."""

from dataclasses import dataclass

from cnnspec.decompile.compact.lines import Line, Uses, in_reading_order
from cnnspec.ir.graph import Node, Ref
from cnnspec.layers.base import Layer

MOST_LEVELS = 3
"""The limit of the nesting of branches; beyond it names are easier to read."""
MOST_STEPS = 24
"""The limit of the number of steps in a branch."""


@dataclass(frozen=True, slots=True)
class _Chain:
    """Steps from one tensor to another."""

    lines: list[Line]
    starts: int
    """How often they use the tensor that they start from."""


def branched(lines: list[Line], uses: Uses) -> list[Line]:
    """Move the steps before a merging layer into its branches, if nothing else uses them."""
    reader = _Reader({line.names[0]: line for line in lines}, uses)
    taken: set[str] = set()
    left: set[str] = set()
    for line in reversed(lines):
        node = uses.nodes[line.names[0]]
        if node.name in taken | left or not _merges(node):
            continue
        if (fork := reader.fork(node)) is None or (found := reader.branches(node, fork)) is None:
            continue
        inside = [each for chain in found for step in chain.lines for each in step.inner()]
        if max(_depth(chain.lines) for chain in found) >= MOST_LEVELS:
            left |= {each.names[0] for each in inside}
            continue
        line.inputs, line.branches = (fork,), [chain.lines for chain in found]
        taken |= {each.names[0] for each in inside}
    kept = [line for line in lines if line.names[0] not in taken]
    return in_reading_order(kept)


def _merges(node: Node) -> bool:
    is_merge = isinstance(node.layer, Layer) and node.layer.merges
    return is_merge and node.shares is None and len(set(node.inputs)) > 1


@dataclass(slots=True)
class _Reader:
    lines: dict[str, Line]
    uses: Uses

    def fork(self, node: Node) -> Ref | None:
        """Return the tensor from which all branches of a merging layer start."""
        name = self.uses.dominators[node.name]
        if name is None:
            return None
        above = self.uses.nodes.get(name)
        if above is not None and len(above.value) > 1:
            return None
        return above.value[0] if above else Ref(name)

    def branches(self, node: Node, fork: Ref) -> list[_Chain] | None:
        """Return the steps from the fork to each input; None if anything else uses one of them."""
        found = []
        for ref in node.inputs:
            if (chain := self.chain(ref, fork)) is None or len(chain.lines) > MOST_STEPS:
                return None
            found.append(chain)
        return found

    def chain(self, end: Ref, start: Ref) -> _Chain | None:
        """Return the steps that compute one tensor from another, and nothing else."""
        lines: list[Line] = []
        expected = 1
        while end != start:
            node = self.uses.nodes.get(end.node)
            if node is None or node.value != (end,) or self.lines[node.name].is_alone:
                return None
            if self.uses.readers[end] != expected or node.outputs:
                return None
            line = self.lines[node.name]
            if len(node.inputs) == 1:
                expected, end = 1, node.inputs[0]
            elif _merges(node) and (fork := self.fork(node)) is not None:
                if (found := self.branches(node, fork)) is None:
                    return None
                line = _copy(line, fork, found)
                expected, end = sum(each.starts for each in found), fork
            else:
                return None
            lines.append(line)
        return _Chain(lines[::-1], expected)


def _depth(lines: list[Line]) -> int:
    return max((_depth(each) + 1 for line in lines for each in line.branches or ()), default=0)


def _copy(line: Line, fork: Ref, found: list[_Chain]) -> Line:
    return Line(
        line.kind,
        line.arguments,
        line.names,
        (fork,),
        line.value,
        line.frozen,
        [each.lines for each in found],
        layer_names=line.layer_names,
    )
