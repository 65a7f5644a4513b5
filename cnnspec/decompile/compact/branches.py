"""Writes the inputs of merging layers as branches instead of names."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cnnspec.decompile.compact.lines import Line, Uses, in_reading_order
from cnnspec.ir.graph import Node, Ref
from cnnspec.layers.base import Layer

MOST_LEVELS = 3
"""The limit of the nesting of branches; beyond it names are easier to read."""
MOST_STEPS = 24
"""The limit of the number of steps in a branch."""


@dataclass(frozen=True, slots=True)
class _Branch:
    """Steps from one tensor to another."""

    lines: list[Line]
    starts: int
    """How often they use the tensor that they start from."""


def branched(lines: list[Line], uses: Uses) -> list[Line]:
    """Move the steps before a merging layer into its branches, if nothing else uses them."""
    reader = _Reader(
        {line.names[0]: line for line in lines},
        {line.names[0]: place for place, line in enumerate(lines)},
        uses,
    )
    taken: set[str] = set()
    left: set[str] = set()
    for line in reversed(lines):
        node = uses.nodes[line.names[0]]
        if node.name in taken or node.name in left or (folded := reader.folded(node)) is None:
            continue
        fork, found = folded
        inside = [each for branch in found for step in branch.lines for each in step.inner()]
        if max(_depth(branch.lines) for branch in found) >= MOST_LEVELS:
            left |= {each.names[0] for each in inside}
            continue
        line.inputs, line.branches = (fork,), [branch.lines for branch in found]
        taken |= {each.names[0] for each in inside}
    return [line for line in lines if line.names[0] not in taken]


def _merges(node: Node) -> bool:
    is_merge = isinstance(node.layer, Layer) and node.layer.merges
    return is_merge and node.shares is None and len(set(node.inputs)) > 1


@dataclass(slots=True)
class _Reader:
    lines: dict[str, Line]
    places: dict[str, int]
    """The position of each line."""
    uses: Uses
    known: dict[str, tuple[Ref, list[_Branch]] | None] = field(default_factory=dict)
    """What was folded, by the name of the merging layer: other ones around it ask again."""

    def folded(self, node: Node) -> tuple[Ref, list[_Branch]] | None:
        """Return where the branches of a merging layer start, and their steps; None if it has none."""
        if not _merges(node):
            return None
        if node.name not in self.known:
            self.known[node.name] = self.fold(node)
        return self.known[node.name]

    def fold(self, node: Node) -> tuple[Ref, list[_Branch]] | None:
        for fork in self.forks(node):
            if (found := self.branches(node, fork)) is not None:
                return fork, found
        return None

    def forks(self, node: Node) -> tuple[Ref, ...]:
        """Return the tensors from which all branches of a merging layer may start."""
        name = self.uses.dominators[node.name]
        if name is None:
            return ()
        above = self.uses.nodes.get(name)
        if above is None:
            return (Ref(name),)
        return above.value if len(above.value) == 1 or above.is_operation else ()

    def branches(self, node: Node, fork: Ref) -> list[_Branch] | None:
        """Return the steps from the fork to each input; None if anything else uses one of them."""
        found: list[_Branch] = []
        seen: set[str] = set()
        for ref in node.inputs:
            branch = self.branch(ref, fork)
            if branch is None:
                return None
            names = {line.names[0] for line in branch.lines}
            if names & seen:
                return None
            seen |= names
            found.append(branch)
        return found

    def branch(self, end: Ref, start: Ref) -> _Branch | None:
        """Return the steps that compute one tensor from another, and nothing else."""
        reads = Counter([end])
        lines: dict[int, Line] = {}
        waiting = [end]
        while waiting:
            ref = waiting.pop()
            node = self.uses.nodes.get(ref.node)
            if ref == start or (node is not None and self.places[node.name] in lines):
                continue
            if node is None or ref.node == start.node or not self.may_move(node):
                return None
            line, read = self.line_of(node)
            lines[self.places[node.name]] = line
            reads += read
            waiting += read
            if len(lines) > MOST_STEPS:
                return None
        made = (ref for line in lines.values() for ref in self.made(line))
        if any(self.uses.readers[ref] != reads[ref] for ref in made):
            return None
        ordered = in_reading_order([lines[place] for place in sorted(lines)])
        fits = not ordered or (_starts_at(ordered, start) and ordered[-1].value == (end,))
        return _Branch(ordered, reads[start]) if fits else None

    def may_move(self, node: Node) -> bool:
        """Whether a step may stand in a branch."""
        has_one_value = not node.outputs or node.is_operation
        return has_one_value and not self.lines[node.name].is_alone

    def line_of(self, node: Node) -> tuple[Line, Counter[Ref]]:
        """Return the line of a node, with its branches if it has any, and how often it reads what."""
        line = self.lines[node.name]
        if (folded := self.folded(node)) is None:
            return line, Counter(node.inputs)
        fork, found = folded
        branches = [each.lines for each in found]
        read = Counter({fork: sum(each.starts for each in found)})
        return replace(line, inputs=(fork,), branches=branches), read

    def made(self, line: Line) -> Iterator[Ref]:
        """Return all results of a line."""
        node = self.uses.nodes[line.names[0]]
        yield Ref(node.name)
        yield from (Ref(node.name, output) for output in node.outputs)


def _starts_at(lines: list[Line], start: Ref) -> bool:
    """Whether only the first of some lines reads a tensor, and nothing else."""
    others = (ref for line in lines[1:] for each in line.inner() for ref in each.inputs)
    return {*lines[0].inputs} == {start} and start not in others


def _depth(lines: list[Line]) -> int:
    return max((_depth(each) + 1 for line in lines for each in line.branches or ()), default=0)
