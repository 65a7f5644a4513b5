"""Whether matched parts read something else, apart from what follows from other differences."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cnnspec.diff.parts import Model, Part, Source

Above = Mapping[str, frozenset[str]]
"""For each part the new names of the nearest ones above it that stand where they stood."""


@dataclass(frozen=True, slots=True)
class Wires:
    """What the parts of two models read, where some stand and all others are looked through.

    A layer that is put into a chain is so no change of what the next one reads.
    """

    pairs: Mapping[str, str]
    """The new name of each old part that has a counterpart."""
    fixed: Mapping[str, str]
    """Those of them that stand where they stood."""
    above_old: Above
    above_new: Above

    def differ(self, old: Part, new: Part) -> bool:
        """Whether a part reads something else than its counterpart."""
        return any(map(self.call_differs, old.calls, new.calls))

    def call_differs(self, before: tuple[Source, ...], after: tuple[Source, ...]) -> bool:
        """Whether one call of it does."""
        seen = [each._replace(part=self.pairs.get(each.part, "")) for each in before]
        if seen == list(after):
            return False
        gone, come = Counter(seen) - Counter(after), Counter(after) - Counter(seen)
        standing = set(self.fixed.values())
        through_old = _through(before, self.fixed, self.above_old)
        through_new = _through(after, standing, self.above_new)
        lost = {each.part for each in gone} & standing - through_new
        found = {each.part for each in come} & standing - through_old
        return bool(lost or found) or not (gone or come)


def wires(old: Model, new: Model, pairs: Mapping[str, str], moved: Collection[str]) -> Wires:
    """The wires of two models; `moved` are the new names of parts that are looked through."""
    fixed = {one: other for one, other in pairs.items() if other not in moved}
    stays = {other: other for other in fixed.values()}
    return Wires(pairs, fixed, _above(old, fixed), _above(new, stays))


def _above(model: Model, fixed: Mapping[str, str]) -> Above:
    found: dict[str, frozenset[str]] = {}
    for name, part in model.parts.items():
        sources = (found[source.part] for call in part.calls for source in call)
        found[name] = frozenset((fixed[name],)) if name in fixed else frozenset().union(*sources)
    return found


def _through(call: tuple[Source, ...], fixed: Collection[str], above: Above) -> set[str]:
    """What a call reads by way of parts that are looked through."""
    return {origin for each in call if each.part not in fixed for origin in above[each.part]}
