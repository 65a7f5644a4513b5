"""Finds the layers that can do without a name, because Keras's numbers give them the same one."""

import re
from bisect import bisect_left
from collections.abc import Collection

from cnnspec.decompile.compact.lines import Line, Value
from cnnspec.decompile.compact.naming import in_scope, referred
from cnnspec.ir.graph import Graph, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.naming import snake_case


def has_counted(graph: Graph) -> bool:
    """Whether a layer of a graph may have the name that Keras gives the first of its kind."""
    names = {*(each.name for each in graph.inputs), *(each.name for each in graph.nodes)}
    layers = [each.layer for each in graph.nodes]
    inner = {each.key: each.graph for each in layers if isinstance(each, SubmodelLayer)}
    kinds = {each.word for each in layers if isinstance(each, Layer)}
    words = set(map(_word, (*kinds, *inner)))
    return not words.isdisjoint(names) or any(map(has_counted, inner.values()))


def free_counted(lines: list[Line], above: Value, taken: Collection[str]) -> None:
    """Mark lines that need no name if unnamed layers are counted in the whole model.

    Names from Keras are in the order of creation. Those that are not in the order of the lines are
    kept, and so are those after the first missing number; `taken` has all names of the model.
    """
    counted: dict[str, list[tuple[int, Line]]] = {}
    named = referred(lines, above, over_by_name=False)
    for line, _ in in_scope(lines, above):
        word = _word(line.kind)
        match = re.fullmatch(rf"{re.escape(word)}(?:_([1-9]\d*))?", line.names[0])
        if match and not line.is_alone and line.names[0] not in named:
            counted.setdefault(word, []).append((int(match[1] or 0), line))
    for word, found in counted.items():
        first_missing = next(
            number
            for number in range(len(taken) + 1)
            if (f"{word}_{number}" if number else word) not in taken
        )
        for _, line in _longest_rise([each for each in found if each[0] < first_missing]):
            line.is_free = True


def _word(kind: str) -> str:
    """Return what Keras counts layers of a kind by."""
    return snake_case(kind).removeprefix("ops.")


def _longest_rise(found: list[tuple[int, Line]]) -> list[tuple[int, Line]]:
    """Return the longest part of a sequence in which the numbers rise."""
    ends: list[int] = []
    at_end: list[int] = []
    before: list[int | None] = []
    for place, (number, _) in enumerate(found):
        length = bisect_left(ends, number)
        before.append(at_end[length - 1] if length else None)
        ends[length:] = [number, *ends[length + 1 :]]
        at_end[length:] = [place, *at_end[length + 1 :]]
    chosen = []
    place_of: int | None = at_end[-1] if at_end else None
    while place_of is not None:
        chosen.append(found[place_of])
        place_of = before[place_of]
    return chosen[::-1]
