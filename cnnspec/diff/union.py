"""Draws both models of a difference as one figure, in which every box shows its changes."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cnnspec.backends.diagram.drawing import Drawing
from cnnspec.backends.diagram.figure import Box, Edge, Element, Figure, boxes
from cnnspec.backends.diagram.reading import escaped, read
from cnnspec.backends.diagram.repeats import with_repeats
from cnnspec.diff.changes import Difference, Member, Pair
from cnnspec.diff.renames import is_counted
from cnnspec.diff.text import change_text
from cnnspec.ir.checked import CheckedGraph

Elements = tuple[Element, ...]
REMOVED = "removed."
"""The prefix of the ids of boxes that only the old model has."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Comparison(Drawing):
    """The diagram of a difference; `checked` is the new model."""

    old: CheckedGraph
    difference: Difference

    def read_figure(self, *, details: bool) -> Figure:
        """The figure of both models."""
        old, new = (read(model, details=details) for model in (self.old, self.checked))
        return with_repeats(union(old, new, self.difference))


def union(old: Figure, new: Figure, difference: Difference) -> Figure:
    """The new figure, with the elements that only the old one has at their old positions."""
    names = {pair.old: pair.new for pair in difference.outputs.pairs}
    names |= {output.name: "" for output in difference.outputs.removed}
    notes = {_id(pair.new): _notes(pair) for pair in difference.pairs}
    pairs = {_id(pair.old): _id(pair.new) for pair in difference.pairs}
    for name in (box.name for box in old.children if isinstance(box, Box) and box.kind == "Output"):
        if other := names.get(name, name):
            pairs[_output_id(name)] = _output_id(other)
            notes[_output_id(other)] = ()
    for output in difference.outputs.pairs:
        was = [f"was {output.old}"] if output.old != output.new else []
        notes[_output_id(output.new)] = (*was, *map(change_text, output.changes))
    maker = _Union(pairs, notes)
    counts = (difference.added, difference.removed, difference.changed)
    added, removed, changed = map(len, counts)
    return Figure(
        " -> ".join(dict.fromkeys((old.name, new.name))),
        f"{old.name} to {new.name}: {added} layers added, {removed} removed, {changed} changed",
        maker.merged(old.children, new.children),
        tuple(maker.edges(old.edges, new.edges)),
    )


def _id(member: Member) -> str:
    """The id of a layer in a figure."""
    return "-".join(map(escaped, member.path))


def _output_id(name: str) -> str:
    return f"output.{escaped(name)}"


def _notes(pair: Pair) -> tuple[str, ...]:
    """The changes as a box shows them."""
    notes = [f"was {pair.old.part.shown} ({pair.old.part.kind})"] if pair.is_replaced else []
    notes += [f"was {pair.old.part.shown}"] if pair.is_renamed and not is_counted(pair) else []
    notes += ["moved"] if pair.moved is not None else []
    return (*notes, *map(change_text, pair.changes))


@dataclass(slots=True)
class _Union:
    pairs: Mapping[str, str]
    """The id of the new box for each old one that has a counterpart."""
    notes: Mapping[str, tuple[str, ...]]
    """The changes of each new box that has a counterpart."""

    def merged(self, old: Elements, new: Elements) -> Elements:
        """Siblings of the new figure, together with the old ones that are missing there."""
        holders = {box.id: element.id for element in new for box in boxes((element,))}
        groups = {element.id for element in new if not isinstance(element, Box)}
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
        merged = after[None]
        for element in new:
            merged.append(self.marked(element, tuple(inside.get(element.id, ()))))
            merged += after.get(element.id, ())
        return tuple(merged)

    def marked(self, new: Element, old: Elements) -> Element:
        """A new element with its mark; `old` are the former siblings of its children."""
        if not isinstance(new, Box):
            return replace(new, children=self.merged(old, new.children))
        if new.id not in self.notes:
            return replace(new, mark="added")
        changes = self.notes[new.id]
        return replace(new, mark="changed" if changes else "same", changes=changes)

    def missing(self, old: Elements) -> Iterator[Element]:
        """The parts of some old elements that are missing in the new figure."""
        for element in old:
            if not isinstance(element, Box):
                if children := tuple(self.missing(element.children)):
                    yield replace(element, id=REMOVED + element.id, children=children)
            elif element.id not in self.pairs:
                yield replace(element, id=REMOVED + element.id, mark="removed")

    def edges(self, old: tuple[Edge, ...], new: tuple[Edge, ...]) -> Iterator[Edge]:
        """The edges of both figures; those of only one of them are marked."""
        moved = [
            replace(edge, source=self.here(edge.source), target=self.here(edge.target))
            for edge in old
        ]
        before, after = Counter(map(_ends, moved)), Counter(map(_ends, new))
        for edge in new:
            yield edge if before[_ends(edge)] else replace(edge, mark="added")
        for edge in moved:
            if not after[_ends(edge)]:
                yield replace(edge, mark="removed")

    def here(self, id: str) -> str:
        """The id of an old box in the merged figure."""
        return self.pairs.get(id, REMOVED + id)


def _ends(edge: Edge) -> tuple[object, ...]:
    return edge.source, edge.target, edge.call, edge.from_call
