"""Makes figures smaller: folds groups and repetitions, and selects parts of a model."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.backends.diagram.figure import (
    MARKS,
    Box,
    Edge,
    Element,
    Figure,
    Group,
    boxes,
    groups,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.shapes import Shape


def count(figure: Figure) -> int:
    """Return the number of boxes of a figure."""
    return sum(1 for _ in boxes(figure.children))


def unfolded(figure: Figure) -> Figure:
    """Return the figure with all repetitions unfolded."""

    def flat(elements: tuple[Element, ...]) -> Iterator[Element]:
        for element in elements:
            if isinstance(element, Box):
                yield element
                continue
            inner = tuple(flat(element.children))
            if element.role in ("repeat", "turn"):
                yield from inner
            else:
                yield replace(element, children=inner)

    return replace(figure, children=tuple(flat(figure.children)))


def folded(figure: Figure, depth: int | None) -> Figure:
    """Return the figure with groups below `depth` levels folded, and repetitions drawn once.

    A repetition below that is a single box with a count. With None, only repetitions are folded.
    """
    folder = _Folder(figure)
    children = tuple(folder.element(each, 0, depth) for each in figure.children)
    return replace(figure, children=children, edges=tuple(folder.edges()))


@dataclass(slots=True)
class _Folder:
    figure: Figure
    stands_for: dict[str, str] = field(default_factory=dict)
    """The box that replaces each box."""
    later_turns: set[str] = field(default_factory=set)
    """The boxes of repetitions that are not drawn."""

    def element(self, element: Element, level: int, depth: int | None) -> Element:
        if isinstance(element, Box):
            self.stands_for[element.id] = element.id
            return element
        if depth is not None and level >= depth:
            return self.box(element)
        if element.role == "repeat":
            return self.plate(element, level, depth)
        children = tuple(self.element(each, level + 1, depth) for each in element.children)
        return replace(element, children=children)

    def plate(self, run: Group, level: int, depth: int | None) -> Group:
        """Fold a repetition to its first iteration, in a frame with a count."""
        first, *others = run.children
        children = tuple(self.element(each, level + 1, depth) for each in _inside(run))
        ids = [box.id for box in boxes((first,))]
        for other in others:
            for box, same in zip(boxes((other,)), ids, strict=True):
                self.stands_for[box.id] = self.stands_for[same]
                self.later_turns.add(box.id)
        return replace(run, children=children)

    def box(self, group: Group) -> Box:
        """Fold a group to a box."""
        inside = list(boxes(group.children))
        ids = dict.fromkeys(box.id for box in inside)
        for box in inside:
            self.stands_for[box.id] = group.id
        layers = [box for box in inside if box.kind != "InputLayer"]
        layers = [box for box in layers if box.mark != "removed"] or layers
        params = [box.params for box in layers]
        macs = [box.macs for box in layers]
        return Box(
            group.id,
            group.name,
            group.name,
            group.kind,
            inputs=self.shapes(ids, into=True),
            outputs=self.shapes(ids, into=False),
            params=None if None in params else sum(each or 0 for each in params),
            macs=None if None in macs else sum(each or 0 for each in macs),
            frozen=group.frozen,
            calls=group.calls,
            times=group.times,
            layers=len(layers),
            **_marked(inside),
        )

    def shapes(self, ids: dict[str, None], *, into: bool) -> tuple[Shape, ...]:
        """Return the shapes of the inputs or outputs of a group."""
        edges = self.figure.into if into else self.figure.out_of
        found = [
            edge.shape
            for id in ids
            for edge in edges.get(id, ())
            if (edge.source if into else edge.target) not in ids
        ]
        return tuple(dict.fromkeys(found))

    def edges(self) -> Iterator[Edge]:
        """Return the edges of the folded figure; those between folded groups are drawn once."""
        seen: set[Edge] = set()
        for edge in self.figure.edges:
            if edge.target in self.later_turns:
                continue
            moved = replace(
                edge, source=self.stands_for[edge.source], target=self.stands_for[edge.target]
            )
            if moved == edge:
                yield edge
            elif moved.source != moved.target and moved not in seen:
                seen.add(moved)
                yield moved


def _marked(inside: Sequence[Box]) -> dict[str, Any]:
    """Return the mark of folded boxes, with counts if they differ."""
    counted = Counter(box.mark for box in inside)
    if len(counted) == 1:
        return {"mark": inside[0].mark}
    said = [f"{counted[mark]} {mark}" for mark in MARKS if counted[mark]]
    return {"mark": "changed", "changes": (", ".join(said),)}


def fitted(figure: Figure, limit: int) -> tuple[Figure, int | None]:
    """Return the figure unfolded as far as a number of boxes allows, and its depth.

    The depth is None if the figure is not folded.
    """
    whole = unfolded(figure)
    if count(whole) <= limit:
        return whole, None
    depth = 0
    if _count_at(figure.children, 0) > limit:
        return folded(by_size(figure), 0), 0
    while _count_at(figure.children, depth + 1) <= limit and depth < _deepest(figure.children):
        depth += 1
    return folded(figure, depth), depth


def _count_at(elements: tuple[Element, ...], depth: int) -> int:
    """Return the number of boxes if all but `depth` levels are folded."""
    return sum(
        _count_at(_inside(each), depth - 1) if isinstance(each, Group) and depth > 0 else 1
        for each in elements
    )


def _deepest(elements: tuple[Element, ...]) -> int:
    """Return the number of levels of groups."""
    inside = [_inside(each) for each in elements if isinstance(each, Group)]
    return max(map(_deepest, inside), default=-1) + 1


def _inside(group: Group) -> tuple[Element, ...]:
    """Return the elements inside the frame of a group; for a repetition, its first iteration."""
    if group.role != "repeat":
        return group.children
    first = group.children[0]
    return first.children if isinstance(first, Group) else (first,)


def without_blocks(figure: Figure) -> Figure:
    """Return the figure without frames around blocks, and with submodels folded to boxes."""

    def flat(elements: tuple[Element, ...]) -> Iterator[Element]:
        for element in elements:
            if isinstance(element, Group) and element.role != "submodel":
                yield from flat(element.children)
            else:
                yield element

    return folded(replace(figure, children=tuple(flat(figure.children))), 0)


def by_size(figure: Figure) -> Figure:
    """Return the figure with neighbours of the same image size in groups."""
    made: list[Element] = []
    run: list[Element] = []
    sizes: Shape | None = None
    outputs = _outputs(figure)
    for element in figure.children:
        is_end = isinstance(element, Box) and element.kind in ("InputLayer", "Output")
        here = outputs.get(element.id, ())[1:-1]
        if is_end or here != sizes:
            made += _stage(run)
            run = []
        if is_end:
            made.append(element)
        else:
            run.append(element)
            sizes = here
    return replace(figure, children=(*made, *_stage(run)))


def _stage(run: list[Element]) -> list[Element]:
    if len(run) < 2:
        return run
    names = [each.local if isinstance(each, Box) else each.name for each in (run[0], run[-1])]
    frozen = all(each.frozen for each in run)
    name = " to ".join(names)
    return [Group(f"{run[0].id}.stage", name, "stage", "stage", tuple(run), frozen)]


def _outputs(figure: Figure) -> dict[str, Shape]:
    """Return the last output shape of each top-level element."""
    found: dict[str, Shape] = {}
    for element in figure.children:
        for box in boxes((element,)):
            if box.outputs:
                found[element.id] = box.outputs[-1]
    return found


def between(figure: Figure, start: str | None, end: str | None) -> Figure:
    """Return the part of a figure on the paths between two layers, including both.

    Raises:
        Problem: there is no such layer or group, or no path between them.

    """
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for edge in figure.edges:
        after.setdefault(edge.source, []).append(edge.target)
        before.setdefault(edge.target, []).append(edge.source)
    wanted = {box.id for box in boxes(figure.children)}
    if start is not None:
        wanted &= _reached(_named(figure, start), after)
    if end is not None:
        wanted &= _reached(_named(figure, end), before)
    if not wanted:
        raise Problem("unknown-name", f"there is no path from '{start}' to '{end}'")
    edges = tuple(edge for edge in figure.edges if {edge.source, edge.target} <= wanted)
    return replace(figure, children=tuple(_kept(figure.children, wanted)), edges=edges)


def _named(figure: Figure, name: str) -> set[str]:
    """Return the boxes with a name: a layer, or all boxes of a group."""
    found = {box.id for box in boxes(figure.children) if name in (box.name, box.id)}
    for group in groups(figure.children):
        if name == group.name and not found:
            found = {box.id for box in boxes(group.children)}
    if not found:
        names = [box.name for box in boxes(figure.children)]
        names += [group.name for group in groups(figure.children)]
        suggestion = did_you_mean(name, names)
        raise Problem("unknown-name", f"unknown layer '{name}'", suggestion=suggestion)
    return found


def _reached(starts: set[str], ways: dict[str, list[str]]) -> set[str]:
    found, waiting = set(starts), list(starts)
    while waiting:
        for each in ways.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _kept(elements: tuple[Element, ...], wanted: set[str]) -> Iterator[Element]:
    for element in elements:
        if isinstance(element, Box):
            if element.id in wanted:
                yield element
        elif children := tuple(_kept(element.children, wanted)):
            yield replace(element, children=children)
