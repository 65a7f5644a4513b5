"""Finds parts of a figure that are repeated in a row, each using only the previous one."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from cnnspec.backends.diagram.figure import Box, Edge, Element, Figure, Group, boxes

MAX_TURN = 60
"""The limit of the number of neighbours that are repeated together."""
MIN_LAYERS = 6
"""The minimum number of layers of a repetition; shorter ones are not worth a frame."""


def with_repeats(figure: Figure) -> Figure:
    """Return the figure with every repetition in a group."""
    return replace(figure, children=_Finder(figure).grouped(figure.children))


@dataclass(slots=True)
class _Finder:
    figure: Figure
    looks: dict[str, Hashable] = field(default_factory=dict)
    """The structure of each element, by id; a group needs it at every level above it."""

    def grouped(self, children: tuple[Element, ...]) -> tuple[Element, ...]:
        """Return the children of a group, with repetitions in groups."""
        looks = [self.look(child) for child in children]
        made: list[Element] = []
        start = 0
        while start < len(children):
            size, times = self.run(children, looks, start)
            if times > 1:
                turns = [
                    children[start + turn * size : start + (turn + 1) * size]
                    for turn in range(times)
                ]
                made.append(self.repeat(turns))
                start += size * times
                continue
            child = children[start]
            if isinstance(child, Group):
                child = replace(child, children=self.grouped(child.children))
            made.append(child)
            start += 1
        return tuple(made)

    def repeat(self, turns: Sequence[tuple[Element, ...]]) -> Group:
        """Return the group of a repetition."""
        members: list[Element] = []
        for turn in turns:
            inner = self.grouped(turn) if len(turn) > 1 else ()
            only = turn[0]
            if inner:
                name = f"{_local(turn[0])} to {_local(turn[-1])}"
                frozen = all(each.frozen for each in turn)
                only = Group(f"{turn[0].id}.turn", name, "part", "turn", inner, frozen)
            elif isinstance(only, Group):
                only = replace(only, children=self.grouped(only.children))
            members.append(only)
        frozen = all(each.frozen for each in members)
        return Group(
            f"{members[0].id}.times",
            f"{_local(turns[0][0])} to {_local(turns[-1][-1])}",
            members[0].kind,
            "repeat",
            tuple(members),
            frozen,
            times=len(members),
        )

    def run(
        self, children: Sequence[Element], looks: list[Hashable], start: int
    ) -> tuple[int, int]:
        """Return the number of elements repeated from here on, and the number of repetitions."""
        best = (1, 1)
        for size in range(1, min(MAX_TURN, (len(children) - start) // 2) + 1):
            times = 1
            while self.follows(children, looks, start + (times - 1) * size, size):
                times += 1
            if times == 1 or size * times <= best[0] * best[1]:
                continue
            if sum(_layers(each) for each in children[start : start + size * times]) >= MIN_LAYERS:
                best = (size, times)
        return best

    def follows(
        self, children: Sequence[Element], looks: list[Hashable], start: int, size: int
    ) -> bool:
        """Whether an iteration is followed by another one.

        The next one must have the same structure and connections, use only this one, and be the
        only one that uses it.
        """
        middle, end = start + size, start + 2 * size
        if end > len(children) or looks[start] != looks[middle]:
            return False
        if looks[start:middle] != looks[middle:end]:
            return False
        one, two = _positions(children[start:middle]), _positions(children[middle:end])
        leaving = [
            edge for id in one for edge in self.figure.out_of.get(id, ()) if edge.target not in one
        ]
        entering = self.entering(two)
        given = self.entering(one)
        # A turn takes one tensor, or two turns could cross their wires.
        if (
            len({edge.source for edge in given}) != 1
            or len({edge.source for edge in entering}) != 1
        ):
            return False
        return (
            all(edge.target in two for edge in leaving)
            and all(edge.source in one for edge in entering)
            and [one[edge.target] for edge in given] == [two[edge.target] for edge in entering]
            and [self.wires(each, one) for each in one] == [self.wires(each, two) for each in two]
        )

    def entering(self, part: dict[str, int]) -> list[Edge]:
        """Return the edges into a part."""
        return [
            edge for id in part for edge in self.figure.into.get(id, ()) if edge.source not in part
        ]

    def wires(self, id: str, positions: dict[str, int]) -> list[tuple[int, Hashable]]:
        """Return the boxes of a part that a box of it uses, in order."""
        return [
            (positions.get(edge.source, -1), edge.shape) for edge in self.figure.into.get(id, ())
        ]

    def look(self, element: Element) -> Hashable:
        """Return the structure by which parts are compared, without names."""
        if element.id not in self.looks:
            self.looks[element.id] = self._look(element)
        return self.looks[element.id]

    def _look(self, element: Element) -> Hashable:
        if isinstance(element, Box):
            return (
                element.kind,
                element.arguments,
                element.inputs,
                element.outputs,
                element.params,
                element.frozen,
                element.calls,
                element.mark,
                element.changes,
            )
        return (element.kind, element.role, element.calls, *map(self.look, element.children))


def _positions(elements: Sequence[Element]) -> dict[str, int]:
    return {box.id: position for position, box in enumerate(boxes(tuple(elements)))}


def _layers(element: Element) -> int:
    return sum(1 for _ in boxes((element,)))


def _local(element: Element) -> str:
    return element.local if isinstance(element, Box) else element.name
