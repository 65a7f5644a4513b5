"""Completes the pairs of parts of two models: by names, by alignment and by neighbours."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from cnnspec.diff.alignment import aligned, longest_rise
from cnnspec.diff.looks import SAME_BUT_FOR_ITS_NAME, looks, score
from cnnspec.diff.parts import Model, Part


@dataclass(slots=True)
class Pairing:
    """The pairs found so far."""

    old: Model
    new: Model
    pairs: dict[str, str] = field(default_factory=dict)
    """The name in the new model for each old one that has a counterpart."""
    back: dict[str, str] = field(default_factory=dict)
    """The old name for each new one that has a counterpart."""

    def complete(self, known: Iterable[str]) -> None:
        """Find all pairs, starting with the parts named in `known`."""
        for name in known:
            self.add(name, name)
        self.by_given_names()
        self.between_them()
        self.slide(self.old, self.new, self.pairs, self.back)
        self.slide(self.new, self.old, self.back, self.pairs)
        self.drop_strangers()
        self.by_neighbours()
        self.by_likeness()
        self.by_place()

    def add(self, old: str, new: str) -> None:
        """Pair two parts."""
        self.pairs[old], self.back[new] = new, old

    def left(self) -> tuple[list[Part], list[Part]]:
        """The parts without a counterpart."""
        return (
            [self.old.parts[name] for name in self.old.names if name not in self.pairs],
            [self.new.parts[name] for name in self.new.names if name not in self.back],
        )

    def by_given_names(self) -> None:
        """Pair parts by the names that a person gave them."""
        for name in equal_names(self.old, self.new):
            is_counted = self.old.parts[name].is_counted or self.new.parts[name].is_counted
            if name not in self.pairs and not is_counted:
                self.add(name, name)

    def between_them(self) -> None:
        """Align the unpaired parts between those that are paired in order."""
        numbers: dict[object, int] = {}
        old, new = (looks(model, numbers) for model in (self.old, self.new))
        for one, other in self.gaps():
            gap = [old[name] for name in one], [new[name] for name in other]
            for before, after in aligned(*gap, score, SAME_BUT_FOR_ITS_NAME):
                self.add(before.name, after.name)

    def gaps(self) -> list[tuple[list[str], list[str]]]:
        """The unpaired parts of each gap between those that are paired in order."""
        old, new = self.old.names, self.new.names
        old_at, new_at = ({name: at for at, name in enumerate(names)} for names in (old, new))
        moved = set(self.out_of_order())
        fixed = sorted(
            (old_at[one], new_at[other]) for one, other in self.pairs.items() if other not in moved
        )
        gaps = []
        for start, end in pairwise([(-1, -1), *fixed, (len(old), len(new))]):
            before = [name for name in old[start[0] + 1 : end[0]] if name not in self.pairs]
            after = [name for name in new[start[1] + 1 : end[1]] if name not in self.back]
            if before and after:
                gaps.append((before, after))
        return gaps

    def out_of_order(self) -> list[str]:
        """The new names of the fewest paired parts without which the others keep their order."""
        new_at = {name: place for place, name in enumerate(self.new.names)}
        names = [self.pairs[name] for name in self.old.names if name in self.pairs]
        kept = longest_rise([new_at[name] for name in names])
        return [name for place, name in enumerate(names) if place not in kept]

    @staticmethod
    def slide(old: Model, new: Model, pairs: dict[str, str], back: dict[str, str]) -> None:
        """Pair equal layers by their automatic names, where this only moves a gap.

        Among many equal blocks in a row, whole blocks are then the ones that one model lacks.
        """
        names = new.names
        at = {name: place for place, name in enumerate(names)}
        for name in (*names, *reversed(names)):  # gaps slide down, then up
            one = old.parts.get(name)
            if name in back or name not in pairs or one is None:
                continue
            if one.meaning != new.parts[name].meaning:
                continue
            place, other = sorted((at[name], at[pairs[name]]))
            if not any(between in back for between in names[place + 1 : other]):
                del back[pairs[name]]
                pairs[name], back[name] = name, name

    def drop_strangers(self) -> None:
        """Undo pairs that have no given name, no arguments and no neighbour in common."""
        for old, new in list(self.pairs.items()):
            one, other = self.old.parts[old], self.new.parts[new]
            is_known = old == new and not (one.is_counted or other.is_counted)
            is_known = is_known or (one.meaning == other.meaning and one.given != {})
            if not is_known and not any(self.common_neighbours(one, other)):
                del self.pairs[old], self.back[new]

    def common_neighbours(self, old: Part, new: Part) -> Iterator[str]:
        """The paired parts that both parts read, or that read both."""
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
        """Pair parts of one kind between paired neighbours, until nothing changes."""
        waiting = deque(part.name for part in self.left()[0])
        while waiting:
            name = waiting.popleft()
            if name in self.pairs or (best := self.best_beside_neighbours(name)) is None:
                continue
            self.add(name, best)
            part = self.old.parts[name]
            near = [source.part for call in part.calls for source in call]
            near += [reader for reader, _ in self.old.readers[name]]
            waiting += [neighbour for neighbour in near if neighbour not in self.pairs]

    def best_beside_neighbours(self, name: str) -> str | None:
        """The unpaired part with the most votes of neighbours; its namesake breaks a tie."""
        part = self.old.parts[name]
        votes: Counter[str] = Counter()
        for call in part.calls:
            for position, source in enumerate(call):
                if (other := self.pairs.get(source.part)) is not None:
                    readers = self.new.readers[other]
                    votes.update(reader for reader, at in readers if at == position)
        for reader, position in self.old.readers[name]:
            if (other := self.pairs.get(reader)) is not None:
                calls = self.new.parts[other].calls
                votes.update(call[position].part for call in calls if position < len(call))
        free = [
            (self.new.parts[candidate].meaning == part.meaning, count, candidate == name, candidate)
            for candidate, count in votes.items()
            if candidate not in self.back and self.new.parts[candidate].kind == part.kind
        ]
        return max(free, key=lambda ranked: ranked[:3])[3] if free else None

    def by_likeness(self) -> None:
        """Pair equal parts with automatic names, wherever they stand: they were moved."""
        old, new = self.left()
        equal: dict[object, list[Part]] = {}
        for part in new:
            equal.setdefault(part.meaning, []).append(part)
        for part in old:
            others = [other for other in equal.get(part.meaning, ()) if other.name not in self.back]
            says_much = part.given != {} or part.params != 0
            for other in others[:1]:
                named = not (part.is_counted and other.is_counted)
                if part.calls and not named and (says_much or part.name == other.name):
                    self.add(part.name, other.name)

    def by_place(self) -> None:
        """Pair parts of different kinds: namesakes with a common neighbour, or replacements."""
        old, new = self.left()
        free = {part.name: part for part in new if part.calls}
        at: dict[object, list[str]] = {}
        for name, part in free.items():
            at.setdefault(_place(self.new, part), []).append(name)
        for part in old:
            if not part.calls:
                continue
            namesake = None if part.is_counted else free.get(part.name)
            is_near = namesake is not None and any(self.common_neighbours(part, namesake))
            names = [part.name] if is_near else at.get(_place(self.old, part, self.pairs), [])
            if chosen := next((name for name in names if name in free), None):
                self.add(part.name, chosen)
                del free[chosen]


def _place(model: Model, part: Part, names: Mapping[str, str] | None = None) -> object:
    """The neighbours of a part; `names` translates them to the other model."""

    def name(neighbour: str) -> str:
        return neighbour if names is None else names.get(neighbour, "")

    calls = tuple(
        tuple((name(source.part), source.output) for source in call) for call in part.calls
    )
    readers = frozenset((name(reader), position) for reader, position in model.readers[part.name])
    return calls, readers


def equal_names(old: Model, new: Model) -> list[str]:
    """The names that both models use for a part of the same kind."""
    return [
        name
        for name in old.names
        if name in new.parts and old.parts[name].kind == new.parts[name].kind
    ]
