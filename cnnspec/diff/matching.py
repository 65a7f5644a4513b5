"""Decides which parts of two models are the same.

Layers of equal names are paired first, before any structure is considered. A name that a person
gave always pairs two layers of the same kind. An automatic name, such as `conv2d_3`, does so only
if everything agrees with it (see `agreement`), because inserting one layer renumbers all later
layers of its kind. Structure decides about the rest: the layers between the pairs are aligned by
kind, arguments and neighbours, in an order that depends only on connections and not on how the spec
is written (`Model.order`); remaining layers are paired by their paired neighbours, until nothing
changes.

Automatic names can agree by accident, and can be right although something contradicts them. So
up to three matchings are made: the one above, one that does not consider automatic names first, and
one that pairs every equal name of the same kind. The first that leaves no more differences than the
kinds and arguments of the layers demand is used, or else the one that leaves the fewest; of equally
good ones, the one that renames the fewest layers.
"""

from collections import Counter
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from cnnspec.diff.agreement import agreeing
from cnnspec.diff.pairing import Pairing, equal_names
from cnnspec.diff.parts import Model
from cnnspec.diff.wires import wired


@dataclass(frozen=True, slots=True)
class Matching:
    """Which parts of two models are the same."""

    pairs: dict[str, str]
    """The name in the new model for each old one that has a counterpart."""
    out_of_order: frozenset[str]
    """The new names of those at another position in the order."""

    def reversed(self) -> "Matching":
        """The same matching from the new model to the old one."""
        back = {new: old for old, new in self.pairs.items()}
        return Matching(back, frozenset(back[name] for name in self.out_of_order))


def matched(old: Model, new: Model) -> Matching:
    """Match two models; exchanging them gives the same pairs."""
    if _key(old) > _key(new):
        return _matched(new, old).reversed()
    return _matched(old, new)


def _key(model: Model) -> list[str]:
    """A key to sort models by."""
    parts = (model.parts[name] for name in model.names)
    return [f"{part.name} {part.meaning} {part.calls}" for part in parts]


def _matched(old: Model, new: Model) -> Matching:
    agreed = agreeing(old, new)
    if len(agreed) == len(old.parts) == len(new.parts):
        return Matching({name: name for name in agreed}, frozenset())
    best = _completed(old, new, agreed)
    least = _least_size(old, new)
    for known in ([], equal_names(old, new)):
        if best.size[0] > least and known != agreed:
            best = min(best, _completed(old, new, known), key=attrgetter("size"))
    return best.matching


class _Completed(NamedTuple):
    """A matching, with the numbers of differences and of renamed parts that it leaves."""

    matching: Matching
    size: tuple[int, int]


def _completed(old: Model, new: Model, known: list[str]) -> _Completed:
    """The matching that starts with the parts of some names as pairs."""
    pairing = Pairing(old, new)
    pairing.complete(known)
    matching = Matching(pairing.pairs, frozenset(pairing.out_of_order()))
    return _Completed(matching, _size(old, new, matching))


def _size(old: Model, new: Model, matching: Matching) -> tuple[int, int]:
    """How many differences a matching leaves, and how many renamed parts."""
    pairs = matching.pairs
    wires = wired(old, new, pairs, matching.out_of_order)
    different = sum(
        old.parts[one].meaning != new.parts[other].meaning
        or other in wires.moved
        or wires.differ(old.parts[one], new.parts[other])
        for one, other in pairs.items()
    )
    unpaired = len(old.parts) + len(new.parts) - 2 * len(pairs)
    return unpaired + different, sum(one != other for one, other in pairs.items())


def _least_size(old: Model, new: Model) -> int:
    """How many differences any matching leaves: a part without an equal one is always one."""
    before, after = (Counter(part.meaning for part in model.parts.values()) for model in (old, new))
    return max((before - after).total(), (after - before).total())
