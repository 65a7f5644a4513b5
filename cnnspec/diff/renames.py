"""Groups the renamed layers of one block or prefix."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from cnnspec.diff.changes import Pair

_SEPARATOR = re.compile("[/_]")
NUMBER = re.compile(r"_\d+$")
"""The end of an automatic name."""


@dataclass(frozen=True, slots=True)
class Rename:
    """Layers whose names differ in the same way."""

    old: str
    new: str
    """The name of the only layer, or the common start of all names followed by `...`."""
    pairs: tuple[Pair, ...]
    is_counted: bool
    """Whether only the numbers of automatic names changed, as a layer was added or removed."""


def renames(pairs: Iterable[Pair]) -> list[Rename]:
    """All renames, in the order of their first layers."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        if pair.is_renamed:
            groups.setdefault(_heads(pair.old.shown, pair.new.shown), []).append(pair)
    grouped = []
    for (old, new), group in groups.items():
        if len(group) == 1:
            names = group[0].old.shown, group[0].new.shown
        else:
            separators = group[0].old.shown[len(old)], group[0].new.shown[len(new)]
            names = f"{old}{separators[0]}...", f"{new}{separators[1]}..."
        grouped.append(Rename(*names, tuple(group), all(map(is_counted, group))))
    return grouped


def is_counted(pair: Pair) -> bool:
    """Whether only the number in the automatic name of a renamed layer changed."""
    if pair.old.part.is_nameless and pair.new.part.is_nameless:
        return True
    old, new = _heads(pair.old.shown, pair.new.shown)
    counted = pair.old.part.is_counted and pair.new.part.is_counted
    return counted and NUMBER.sub("", old) == NUMBER.sub("", new)


def _heads(old: str, new: str) -> tuple[str, str]:
    """Two names without their common end, which starts at a separator."""
    ends = zip(reversed(old), reversed(new), strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
    cut = _SEPARATOR.search(old, max(1, len(old) - alike))
    if cut is None or len(new) - len(old) + cut.start() < 1:
        return old, new
    rest = len(old) - cut.start()
    return old[:-rest], new[:-rest]
