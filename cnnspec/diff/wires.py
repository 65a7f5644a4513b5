"""Whether matched parts read something else, apart from what follows from other differences."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from cnnspec.diff.parts import Call, Model, Part, Source

Above = Mapping[Call, frozenset[str]]
"""For each call the new names of the nearest parts above it that stand where they stood."""
NO_CALL = -1
"""Stands for the number of a call that has no counterpart."""


@dataclass(frozen=True, slots=True)
class Wires:
    """What the parts of two models read, where some stand and all others are looked through.

    A layer that is put into a chain is so no change of what the next one reads.
    """

    pairs: Mapping[str, str]
    """The new name of each old part that has a counterpart."""
    calls: Mapping[Call, Call]
    """The new call for each old one that has a counterpart."""
    moved: frozenset[str]
    """The new names of parts that stand elsewhere in the order, and read something else there."""
    fixed: Mapping[str, str]
    """Those of them that stand where they stood."""
    above_old: Above
    above_new: Above

    def translated(self, source: Source) -> Source:
        """An old tensor as the new model has it; one without counterpart equals none there."""
        missing = self.pairs.get(source.part, ""), NO_CALL
        return Source(*self.calls.get(source.made_by, missing), source.output)

    def differ(self, old: Part, new: Part) -> bool:
        """Whether a part reads something else than its counterpart."""
        return any(
            self.call_differs(sources, new.calls[self.calls[old.name, number][1]])
            for number, sources in enumerate(old.calls)
            if (old.name, number) in self.calls
        )

    def call_differs(self, before: tuple[Source, ...], after: tuple[Source, ...]) -> bool:
        """Whether one call of it does."""
        seen = [self.translated(each) for each in before]
        if seen == list(after):
            return False
        gone, come = Counter(seen) - Counter(after), Counter(after) - Counter(seen)
        standing = set(self.fixed.values())
        through_old = _through(before, self.fixed, self.above_old)
        through_new = _through(after, standing, self.above_new)
        lost = {each.part for each in gone} & standing - through_new
        found = {each.part for each in come} & standing - through_old
        return bool(lost or found) or not (gone or come)


def paired_calls(old: Model, new: Model, pairs: Mapping[str, str]) -> dict[Call, Call]:
    """Pair the calls of matched parts.

    Calls that read the same come first, then those of equal names, then all others in order: in
    which order the calls of a shared layer are written means nothing.
    """
    paired: dict[Call, Call] = {}
    free: dict[str, list[int]] = {}
    for name, number in new.order:
        free.setdefault(name, []).append(number)
    for name, other in pairs.items():
        if len(old.parts[name].called) == len(free[other]) == 1:
            paired[name, 0] = other, free[other].pop()

    def read_the_same(before: Call, after: Call) -> bool:
        seen = [(paired.get(each.made_by), each.output) for each in old.sources(before)]
        return seen == [(each.made_by, each.output) for each in new.sources(after)]

    def have_one_name(before: Call, after: Call) -> bool:
        (old_part, number), (new_part, other) = before, after
        return old.parts[old_part].called[number] == new.parts[new_part].called[other]

    are_alike: tuple[Callable[[Call, Call], bool], ...] = (
        read_the_same,
        have_one_name,
        lambda before, after: True,
    )
    for alike in are_alike:
        for call in old.order:
            if call[0] not in pairs or call in paired:
                continue
            other = pairs[call[0]]
            candidates = ((other, at) for at in free[other] if alike(call, (other, at)))
            if (chosen := next(candidates, None)) is not None:
                free[other].remove(chosen[1])
                paired[call] = chosen
    return paired


def wired(old: Model, new: Model, pairs: Mapping[str, str], out_of_order: Collection[str]) -> Wires:
    """The wires of two models; `out_of_order` are the new names of parts that may have moved."""
    calls = paired_calls(old, new, pairs)
    back = {new_name: name for name, new_name in pairs.items()}
    near = _wires(old, new, pairs, calls, frozenset())
    moved = frozenset(
        name for name in out_of_order if near.differ(old.parts[back[name]], new.parts[name])
    )
    return _wires(old, new, pairs, calls, moved) if moved else near


def _wires(
    old: Model,
    new: Model,
    pairs: Mapping[str, str],
    calls: Mapping[Call, Call],
    moved: frozenset[str],
) -> Wires:
    fixed = {one: other for one, other in pairs.items() if other not in moved}
    stays = {other: other for other in fixed.values()}
    return Wires(pairs, calls, moved, fixed, _above(old, fixed), _above(new, stays))


def _above(model: Model, fixed: Mapping[str, str]) -> Above:
    above: dict[Call, frozenset[str]] = {}
    for call in model.order:
        if call[0] in fixed:
            above[call] = frozenset((fixed[call[0]],))
        else:
            above[call] = frozenset().union(
                *(above[source.made_by] for source in model.sources(call))
            )
    return above


def _through(call: tuple[Source, ...], fixed: Collection[str], above: Above) -> set[str]:
    """What a call reads by way of parts that are looked through."""
    return {
        origin for source in call if source.part not in fixed for origin in above[source.made_by]
    }
