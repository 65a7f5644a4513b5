"""Decides whether the inputs of paired parts differ, beyond the effects of other differences."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from cnnspec.diff.parts import Call, Model, Part, Source

Upstream = Mapping[Call, frozenset[str]]
"""The new names of the nearest upstream parts that were not moved, for each call."""
NO_CALL = -1
"""Stands for the number of a call that has no counterpart."""


@dataclass(frozen=True, slots=True)
class Wires:
    """The connections of two models, in which added, removed and moved parts are skipped.

    So inserting a layer into a chain does not change the inputs of the next one.
    """

    pairs: Mapping[str, str]
    """The new name of each old part that has a counterpart."""
    calls: Mapping[Call, Call]
    """The new call for each old one that has a counterpart."""
    moved: frozenset[str]
    """The new names of parts that are at another position in the order and have other inputs."""
    fixed: Mapping[str, str]
    """The pairs that were not moved."""
    old_upstream: Upstream
    new_upstream: Upstream

    def translated(self, source: Source) -> Source:
        """The new tensor for an old one; without a counterpart, it equals no tensor."""
        missing = self.pairs.get(source.part, ""), NO_CALL
        return Source(*self.calls.get(source.made_by, missing), source.output)

    def differ(self, old: Part, new: Part) -> bool:
        """Whether the inputs of a part and of its counterpart differ."""
        return any(
            self.call_differs(sources, new.calls[self.calls[old.name, number][1]])
            for number, sources in enumerate(old.calls)
            if (old.name, number) in self.calls
        )

    def call_differs(self, before: tuple[Source, ...], after: tuple[Source, ...]) -> bool:
        """Whether the inputs of one call differ."""
        translated = [self.translated(source) for source in before]
        if translated == list(after):
            return False
        gone = Counter(translated) - Counter(after)
        come = Counter(after) - Counter(translated)
        standing = set(self.fixed.values())
        through_old = _through(before, self.fixed, self.old_upstream)
        through_new = _through(after, standing, self.new_upstream)
        lost = {source.part for source in gone} & standing - through_new
        gained = {source.part for source in come} & standing - through_old
        return bool(lost or gained) or not (gone or come)


def paired_calls(old: Model, new: Model, pairs: Mapping[str, str]) -> dict[Call, Call]:
    """Pair the calls of paired parts.

    Calls with the same inputs are paired first, then calls of equal names, then the rest in order:
    the order in which a spec lists the calls of a shared layer does not matter.
    """
    paired: dict[Call, Call] = {}
    free: dict[str, list[int]] = {}
    for name, number in new.order:
        free.setdefault(name, []).append(number)
    for name, other in pairs.items():
        if len(old.parts[name].called) == len(free[other]) == 1:
            paired[name, 0] = other, free[other].pop()

    def have_same_inputs(before: Call, after: Call) -> bool:
        inputs = [(paired.get(source.made_by), source.output) for source in old.sources(before)]
        return inputs == [(source.made_by, source.output) for source in new.sources(after)]

    def have_same_name(before: Call, after: Call) -> bool:
        (old_part, number), (new_part, other) = before, after
        return old.parts[old_part].called[number] == new.parts[new_part].called[other]

    are_alike: tuple[Callable[[Call, Call], bool], ...] = (
        have_same_inputs,
        have_same_name,
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
    """The wires of two models; `out_of_order` has the new names of parts that may have moved."""
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
    return Wires(pairs, calls, moved, fixed, _upstream(old, fixed), _upstream(new, stays))


def _upstream(model: Model, fixed: Mapping[str, str]) -> Upstream:
    upstream: dict[Call, frozenset[str]] = {}
    for call in model.order:
        if call[0] in fixed:
            upstream[call] = frozenset((fixed[call[0]],))
        else:
            upstream[call] = frozenset().union(
                *(upstream[source.made_by] for source in model.sources(call))
            )
    return upstream


def _through(call: tuple[Source, ...], fixed: Collection[str], upstream: Upstream) -> set[str]:
    """The parts that a call depends on through skipped parts."""
    return {
        origin for source in call if source.part not in fixed for origin in upstream[source.made_by]
    }
