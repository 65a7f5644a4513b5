"""A difference to one figure of both models, in which every box says what became of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cnnspec.backends.diagram import Drawing
from cnnspec.backends.diagram.figure import Box, Edge, Element, Figure, boxes
from cnnspec.backends.diagram.reading import escaped, read
from cnnspec.backends.diagram.repeats import with_repeats
from cnnspec.diff.changes import Difference, Member, Pair
from cnnspec.diff.renames import is_counted
from cnnspec.diff.text import change_text
from cnnspec.graph import CheckedGraph

Elements = tuple[Element, ...]
REMOVED = "removed."
"""What the ids start with of boxes that only the old model has."""


@dataclass(frozen=True, kw_only=True)
class Comparison(Drawing):
    """The diagram of a difference; `checked` is the new model."""

    old: CheckedGraph
    difference: Difference

    def read_figure(self, *, details: bool) -> Figure:
        """The figure of both models."""
        old, new = (read(each, details=details) for each in (self.old, self.checked))
        return with_repeats(union(old, new, self.difference))


def union(old: Figure, new: Figure, difference: Difference) -> Figure:
    """The new figure, in which what only the old one has stands where it stood."""
    names = {each.old: each.new for each in difference.outputs.pairs}
    names |= {each.name: "" for each in difference.outputs.removed}
    said = {_id(pair.new): _said(pair) for pair in difference.pairs}
    pairs = {_id(pair.old): _id(pair.new) for pair in difference.pairs}
    for name in (
        each.name for each in old.children if isinstance(each, Box) and each.kind == "Output"
    ):
        if other := names.get(name, name):
            pairs[_output_id(name)] = _output_id(other)
            said[_output_id(other)] = ()
    for output in difference.outputs.pairs:
        was = [f"was {output.old}"] if output.old != output.new else []
        said[_output_id(output.new)] = (*was, *map(change_text, output.changes))
    maker = _Union(pairs, said)
    counts = (difference.added, difference.removed, difference.changed)
    added, removed, changed = (len(each) for each in counts)
    return Figure(
        " -> ".join(dict.fromkeys((old.name, new.name))),
        f"{old.name} to {new.name}: {added} layers added, {removed} removed, {changed} changed",
        maker.merged(old.children, new.children),
        tuple(maker.edges(old.edges, new.edges)),
    )


def _id(member: Member) -> str:
    """The id that a figure gives a layer."""
    return "-".join(map(escaped, member.path))


def _output_id(name: str) -> str:
    return f"output.{escaped(name)}"


def _said(pair: Pair) -> tuple[str, ...]:
    """What a box says of its changes."""
    said = [f"was {pair.old.part.shown} ({pair.old.part.kind})"] if pair.is_replaced else []
    said += [f"was {pair.old.part.shown}"] if pair.is_renamed and not is_counted(pair) else []
    said += ["moved"] if pair.moved is not None else []
    return (*said, *map(change_text, pair.changes))


@dataclass(slots=True)
class _Union:
    pairs: Mapping[str, str]
    """The id of the new box for that of every old one that has a counterpart."""
    said: Mapping[str, tuple[str, ...]]
    """What changed in each new box that has a counterpart."""

    def merged(self, old: Elements, new: Elements) -> Elements:
        """Siblings of the new figure, with what is missing of those in the old one."""
        holders = {box.id: each.id for each in new for box in boxes((each,))}
        groups = {each.id for each in new if not isinstance(each, Box)}
        inside: dict[str, list[Element]] = {}
        after: dict[str | None, list[Element]] = {None: []}
        last = None
        for element in old:
            ids = (self.pairs.get(box.id, "") for box in boxes((element,)))
            holder = next((holders[id] for id in ids if id in holders), None)
            if holder in groups and not isinstance(element, Box):
                inside.setdefault(holder, []).extend(element.children)
            else:
                after.setdefault(last, []).extend(self.missing((element,)))
            last = holder or last
        made = after[None]
        for each in new:
            made.append(self.marked(each, tuple(inside.get(each.id, ()))))
            made += after.get(each.id, ())
        return tuple(made)

    def marked(self, new: Element, old: Elements) -> Element:
        """An element of the new figure; `old` are the siblings that its own children had."""
        if not isinstance(new, Box):
            return replace(new, children=self.merged(old, new.children))
        if new.id not in self.said:
            return replace(new, mark="added")
        changes = self.said[new.id]
        return replace(new, mark="changed" if changes else "same", changes=changes)

    def missing(self, old: Elements) -> Iterator[Element]:
        """What the new figure does not have of some elements."""
        for element in old:
            if not isinstance(element, Box):
                if children := tuple(self.missing(element.children)):
                    yield replace(element, id=REMOVED + element.id, children=children)
            elif element.id not in self.pairs:
                yield replace(element, id=REMOVED + element.id, mark="removed")

    def edges(self, old: tuple[Edge, ...], new: tuple[Edge, ...]) -> Iterator[Edge]:
        """The edges of both, those marked that only one of them has."""
        moved = [
            replace(each, source=self.here(each.source), target=self.here(each.target))
            for each in old
        ]
        before, after = Counter(map(_ends, moved)), Counter(map(_ends, new))
        for edge in new:
            yield edge if before[_ends(edge)] else replace(edge, mark="added")
        for edge in moved:
            if not after[_ends(edge)]:
                yield replace(edge, mark="removed")

    def here(self, id: str) -> str:
        """The id of an old box in the figure of both."""
        return self.pairs.get(id, REMOVED + id)


def _ends(edge: Edge) -> tuple[object, ...]:
    return edge.source, edge.target, edge.call, edge.from_call
