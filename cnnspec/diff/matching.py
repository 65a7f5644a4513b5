"""Finds which parts of two models are the same: by their names, and by what they are and stand between.

Names that were given come first, in their order; what stands between them is aligned; what is left
is matched by its neighbours, until nothing changes. Names that were made by counting only decide
between equals, since a layer put in before them changes them all.
"""

from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from cnnspec.diff.alignment import aligned
from cnnspec.diff.parts import Model, Part

SAME_KIND = SAME_LOCAL_NAME = SAME_SOURCES = SAME_READERS = 1_000_000
SAME_ARGUMENTS = 3_000_000
"""What speaks for a pair; against this, a counted name is nothing."""
SAME_BUT_FOR_ITS_NAME = SAME_KIND + SAME_ARGUMENTS + SAME_SOURCES + SAME_READERS


@dataclass(frozen=True, slots=True)
class Matching:
    """Which parts of two models are the same."""

    pairs: dict[str, str]
    """The name in the new model for each old one that has a counterpart."""
    moved: frozenset[str]
    """The new names of those that stand elsewhere in the order."""

    def reversed(self) -> "Matching":
        """The same, seen from the other model."""
        back = {new: old for old, new in self.pairs.items()}
        return Matching(
            back, frozenset(each for each in self.pairs if self.pairs[each] in self.moved)
        )


def matched(old: Model, new: Model) -> Matching:
    """Match two models; which of them is the old one makes no difference."""
    if _key(old) > _key(new):
        return _Matcher(new, old).matching().reversed()
    return _Matcher(old, new).matching()


def _key(model: Model) -> list[str]:
    """Something by which models can be put in an order."""
    return [f"{part.name} {part.said} {part.calls}" for part in model.parts.values()]


@dataclass(slots=True)
class _Matcher:
    old: Model
    new: Model
    pairs: dict[str, str] = field(default_factory=dict)
    back: dict[str, str] = field(default_factory=dict)

    def matching(self) -> Matching:
        self.by_given_names()
        self.between_them()
        self.slide(self.old, self.new, self.pairs, self.back)
        self.slide(self.new, self.old, self.back, self.pairs)
        self.drop_strangers()
        self.by_neighbours()
        self.by_likeness()
        self.by_place()
        return Matching(self.pairs, frozenset(self.out_of_order()))

    def add(self, old: str, new: str) -> None:
        self.pairs[old], self.back[new] = new, old

    def left(self) -> tuple[list[Part], list[Part]]:
        """The parts without a counterpart."""
        return (
            [part for part in self.old.parts.values() if part.name not in self.pairs],
            [part for part in self.new.parts.values() if part.name not in self.back],
        )

    def by_given_names(self) -> None:
        for part in self.old.parts.values():
            other = self.new.parts.get(part.name)
            if other and part.kind == other.kind and not (part.is_counted or other.is_counted):
                self.add(part.name, part.name)

    def between_them(self) -> None:
        """Align what stands between the parts that are matched in order."""
        numbers: dict[object, int] = {}
        old, new = (_looks(model, numbers) for model in (self.old, self.new))
        for one, other in self.gaps():
            looks = [old[name] for name in one], [new[name] for name in other]
            for before, after in aligned(*looks, _score, SAME_BUT_FOR_ITS_NAME):
                self.add(before.name, after.name)

    def gaps(self) -> list[tuple[list[str], list[str]]]:
        """The unmatched parts between those that are matched in order."""
        old, new = list(self.old.parts), list(self.new.parts)
        old_at, new_at = ({name: at for at, name in enumerate(names)} for names in (old, new))
        moved = set(self.out_of_order())
        fixed = [
            (old_at[one], new_at[other]) for one, other in self.pairs.items() if other not in moved
        ]
        found = []
        for start, end in pairwise([(-1, -1), *fixed, (len(old), len(new))]):
            one = [each for each in old[start[0] + 1 : end[0]] if each not in self.pairs]
            other = [each for each in new[start[1] + 1 : end[1]] if each not in self.back]
            if one and other:
                found.append((one, other))
        return found

    def out_of_order(self) -> list[str]:
        """The new names of the fewest matched parts without which the others keep their order."""
        new_at = {name: place for place, name in enumerate(self.new.parts)}
        names = [self.pairs[name] for name in self.old.parts if name in self.pairs]
        kept = _longest_rise([new_at[name] for name in names])
        return [name for place, name in enumerate(names) if place not in kept]

    @staticmethod
    def slide(old: Model, new: Model, pairs: dict[str, str], back: dict[str, str]) -> None:
        """Let equal layers have their counted names again, where that moves only a gap.

        Of many equal blocks in a row, those that one model lacks are so whole blocks.
        """
        names = list(new.parts)
        at = {name: place for place, name in enumerate(names)}
        for name in (*names, *reversed(names)):  # gaps slide down, then up
            one = old.parts.get(name)
            if name in back or name not in pairs or one is None:
                continue
            if one.said != new.parts[name].said:
                continue
            place, other = sorted((at[name], at[pairs[name]]))
            if not any(each in back for each in names[place + 1 : other]):
                del back[pairs[name]]
                pairs[name], back[name] = name, name

    def drop_strangers(self) -> None:
        """Take back what was aligned and has no name, arguments or neighbour in common."""
        for old, new in list(self.pairs.items()):
            one, other = self.old.parts[old], self.new.parts[new]
            is_known = old == new and not (one.is_counted or other.is_counted)
            is_known = is_known or (one.said == other.said and one.given != {})
            if not is_known and not any(True for _ in self.common_neighbours(one, other)):
                del self.pairs[old], self.back[new]

    def common_neighbours(self, old: Part, new: Part) -> Iterator[str]:
        """The matched parts that two parts both read, or that both are read by."""
        reads = {source.part for call in new.calls for source in call}
        yield from (
            source.part
            for call in old.calls
            for source in call
            if self.pairs.get(source.part) in reads
        )
        readers = {name for name, _ in self.new.readers[new.name]}
        yield from (
            name for name, _ in self.old.readers[old.name] if self.pairs.get(name) in readers
        )

    def by_neighbours(self) -> None:
        """Match parts of one kind between matched neighbours, until there are no more."""
        waiting = deque(part.name for part in self.left()[0])
        while waiting:
            name = waiting.popleft()
            if name in self.pairs or (best := self.best_beside_neighbours(name)) is None:
                continue
            self.add(name, best)
            part = self.old.parts[name]
            near = [source.part for call in part.calls for source in call]
            near += [reader for reader, _ in self.old.readers[name]]
            waiting += [each for each in near if each not in self.pairs]

    def best_beside_neighbours(self, name: str) -> str | None:
        """The unmatched part that most neighbours speak for; of equals, the first."""
        part = self.old.parts[name]
        votes: Counter[str] = Counter()
        for call in part.calls:
            for position, source in enumerate(call):
                if (other := self.pairs.get(source.part)) is not None:
                    votes.update(each for each, at in self.new.readers[other] if at == position)
        for reader, position in self.old.readers[name]:
            if (other := self.pairs.get(reader)) is not None:
                calls = self.new.parts[other].calls
                votes.update(call[position].part for call in calls if position < len(call))
        free = [
            (self.new.parts[each].said == part.said, count, each)
            for each, count in votes.items()
            if each not in self.back and self.new.parts[each].kind == part.kind
        ]
        return max(free, key=lambda each: each[:2])[2] if free else None

    def by_likeness(self) -> None:
        """Match what is equal and has no name of its own, wherever it stands: it was moved."""
        old, new = self.left()
        found: dict[object, list[Part]] = {}
        for part in new:
            found.setdefault(part.said, []).append(part)
        for part in old:
            others = [each for each in found.get(part.said, ()) if each.name not in self.back]
            says_much = part.given != {} or part.params != 0
            for other in others[:1]:
                named = not (part.is_counted and other.is_counted)
                if part.calls and not named and (says_much or part.name == other.name):
                    self.add(part.name, other.name)

    def by_place(self) -> None:
        """Match what another kind has replaced: by its name, or between the same neighbours."""
        old, new = self.left()
        free = {part.name: part for part in new}
        at: dict[object, list[str]] = {}
        for part in new:
            readers = frozenset(self.new.readers[part.name])
            at.setdefault((part.calls, readers), []).append(part.name)
        for part in old:
            if not part.calls:
                continue
            calls = tuple(
                tuple(source._replace(part=self.pairs.get(source.part, "")) for source in call)
                for call in part.calls
            )
            readers = frozenset(
                (self.pairs.get(name, ""), position)
                for name, position in self.old.readers[part.name]
            )
            named = () if part.is_counted else (part.name,)
            for name in (*named, *at.get((calls, readers), ())):
                if name in free and free[name].calls and part.name not in self.pairs:
                    self.add(part.name, name)
                    del free[name]


class _Look(NamedTuple):
    """What the alignment sees of a part; what is long is a number for it."""

    name: str
    kind: str
    local: str
    said: int
    sources: int
    readers: int


def _looks(model: Model, numbers: dict[object, int]) -> dict[str, _Look]:
    """The looks of all parts; equal things have equal `numbers`."""

    def number(thing: object) -> int:
        return numbers.setdefault(thing, len(numbers))

    said = {name: number(part.said) for name, part in model.parts.items()}
    looks = {}
    for name, part in model.parts.items():
        sources = number(tuple(tuple(said[each.part] for each in call) for call in part.calls))
        readers = number(frozenset((said[each], at) for each, at in model.readers[name]))
        looks[name] = _Look(name, part.kind, part.local, said[name], sources, readers)
    return looks


def _score(old: _Look, new: _Look) -> int:
    """What speaks for taking two parts for one."""
    if old.kind != new.kind:
        return 0
    return (
        SAME_KIND
        + SAME_ARGUMENTS * (old.said == new.said)
        + SAME_SOURCES * (old.sources == new.sources)
        + SAME_READERS * (old.readers == new.readers)
        + SAME_LOCAL_NAME * (old.local == new.local != "")
        + (old.name == new.name)
    )


def _longest_rise(numbers: Iterable[int]) -> set[int]:
    """The places of the longest rising part of a sequence (Fredman, 1975)."""
    places: list[int] = []
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place, number in enumerate(numbers):
        at = bisect_left(ends, number)
        before[place] = places[at - 1] if at else None
        ends[at : at + 1], places[at : at + 1] = [number], [place]
    kept: set[int] = set()
    last = places[-1] if places else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
