"""What the alignment sees of a part, and what speaks for taking two parts for one."""

from typing import NamedTuple

from cnnspec.diff.parts import Model

SAME_KIND = SAME_LOCAL_NAME = SAME_SOURCES = SAME_READERS = 1_000_000
SAME_ARGUMENTS = 3_000_000
"""What speaks for a pair; against this, an automatic name is nothing."""
SAME_BUT_FOR_ITS_NAME = SAME_KIND + SAME_ARGUMENTS + SAME_SOURCES + SAME_READERS


class Look(NamedTuple):
    """What the alignment sees of a part; what is long is a number for it."""

    name: str
    kind: str
    local: str
    said: int
    sources: int
    readers: int


def looks(model: Model, numbers: dict[object, int]) -> dict[str, Look]:
    """The looks of all parts; equal things have equal `numbers`."""

    def number(thing: object) -> int:
        return numbers.setdefault(thing, len(numbers))

    said = {name: number(part.said) for name, part in model.parts.items()}
    found = {}
    for name, part in model.parts.items():
        sources = number(tuple(tuple(said[each.part] for each in call) for call in part.calls))
        readers = number(frozenset((said[each], at) for each, at in model.readers[name]))
        found[name] = Look(name, part.kind, part.local, said[name], sources, readers)
    return found


def score(old: Look, new: Look) -> int:
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
