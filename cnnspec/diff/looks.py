"""How alike two parts look to the alignment: the score of a pair."""

from typing import NamedTuple

from cnnspec.diff.parts import Model

SAME_KIND = SAME_LOCAL_NAME = SAME_SOURCES = SAME_READERS = 1_000_000
SAME_ARGUMENTS = 3_000_000
"""The evidence for a pair; an automatic name adds next to nothing to it."""
SAME_BUT_FOR_ITS_NAME = SAME_KIND + SAME_ARGUMENTS + SAME_SOURCES + SAME_READERS


class Look(NamedTuple):
    """A part as the alignment compares it; long values are replaced by numbers."""

    name: str
    kind: str
    local: str
    meaning: int
    sources: int
    readers: int


def looks(model: Model, numbers: dict[object, int]) -> dict[str, Look]:
    """The looks of all parts; equal values have equal `numbers`."""

    def number(value: object) -> int:
        return numbers.setdefault(value, len(numbers))

    meanings = {name: number(part.meaning) for name, part in model.parts.items()}
    parts = {}
    for name, part in model.parts.items():
        inputs = (tuple(meanings[source.part] for source in call) for call in part.calls)
        sources = number(tuple(inputs))
        readers = number(frozenset((meanings[reader], at) for reader, at in model.readers[name]))
        parts[name] = Look(name, part.kind, part.local, meanings[name], sources, readers)
    return parts


def score(old: Look, new: Look) -> int:
    """The evidence that two parts are the same; 0 if they are not a pair."""
    if old.kind != new.kind:
        return 0
    return (
        SAME_KIND
        + SAME_ARGUMENTS * (old.meaning == new.meaning)
        + SAME_SOURCES * (old.sources == new.sources)
        + SAME_READERS * (old.readers == new.readers)
        + SAME_LOCAL_NAME * (old.local == new.local != "")
        + (old.name == new.name)
    )
