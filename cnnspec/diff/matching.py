"""Finds which parts of two models are the same.

Layers of equal names are paired first, where their names say the same on both sides: names that a
person gave, of one kind, always; automatic names, such as `conv2d_3`, only where they agree (see
`agreement`), since a layer that is inserted shifts all that are counted after it. All other layers
are paired by structure: what stands between the pairs is aligned in the order in which the model
computes (`Model.order`, which does not depend on how a spec is written), by kind, arguments and
neighbours; what is left is paired by matched neighbours, until nothing changes.

Automatic names can agree by accident, and can be right where they do not agree. So three matchings
are made: one as above, one that ignores automatic names at first, and one in which every equal name
of one kind is a pair. The one with the fewest differences is taken, and of equal ones the one with
the fewest new names.
"""

from dataclasses import dataclass

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
    """The new names of those that stand elsewhere in the order."""

    def reversed(self) -> "Matching":
        """The same, seen from the other model."""
        back = {new: old for old, new in self.pairs.items()}
        return Matching(back, frozenset(back[name] for name in self.out_of_order))


def matched(old: Model, new: Model) -> Matching:
    """Match two models; which of them is the old one makes no difference."""
    if _key(old) > _key(new):
        return _matched(new, old).reversed()
    return _matched(old, new)


def _key(model: Model) -> list[str]:
    """Something by which models can be put in an order."""
    parts = (model.parts[name] for name in model.names)
    return [f"{part.name} {part.said} {part.calls}" for part in parts]


def _matched(old: Model, new: Model) -> Matching:
    agreed = agreeing(old, new)
    if len(agreed) == len(old.parts) == len(new.parts):
        return Matching({name: name for name in agreed}, frozenset())
    starts = dict.fromkeys((tuple(agreed), (), tuple(equal_names(old, new))))
    return min(
        (_completed(old, new, known) for known in starts),
        key=lambda matching: _size(old, new, matching),
    )


def _completed(old: Model, new: Model, known: tuple[str, ...]) -> Matching:
    """The matching in which the layers of some names are pairs."""
    pairing = Pairing(old, new)
    pairing.complete(known)
    return Matching(pairing.pairs, frozenset(pairing.out_of_order()))


def _size(old: Model, new: Model, matching: Matching) -> tuple[int, int]:
    """How many differences a matching leaves, and how many new names."""
    pairs = matching.pairs
    wires = wired(old, new, pairs, matching.out_of_order)
    different = sum(
        old.parts[one].said != new.parts[other].said
        or other in wires.moved
        or wires.differ(old.parts[one], new.parts[other])
        for one, other in pairs.items()
    )
    single = len(old.parts) + len(new.parts) - 2 * len(pairs)
    return single + different, sum(one != other for one, other in pairs.items())
