"""Chooses names for unnamed steps that others refer to."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from cnnspec.decompile.compact.lines import Line, Value
from cnnspec.ir.graph import Ref
from cnnspec.naming import snake_case
from cnnspec.operations.steps import family_of_step


@dataclass(slots=True)
class _Reference:
    line: Line
    is_skip: bool
    """Whether only merging layers refer to it."""


def names_of_referred(lines: list[Line], above: Value, taken: Collection[str]) -> dict[str, str]:
    """Return a name for each unnamed step of a scope that is referred to, by its Keras name."""
    owners = {each.names[-1]: each for line in lines for each in line.inner() if each.is_free}
    found: dict[str, _Reference] = {}
    for line, over in in_scope(lines, above):
        for ref in () if line.inputs == over else line.inputs:
            if (ref,) != over and ref.node in owners:
                found.setdefault(ref.node, _Reference(owners[ref.node], is_skip=True))
                found[ref.node].is_skip &= _merges(line.kind)
    words = {name: "skip" if each.is_skip else _word(each.line) for name, each in found.items()}
    counts = Counter(words.values())
    given: dict[str, str] = {}
    seen: Counter[str] = Counter()
    for name in (each for each in owners if each in words):
        word = words[name]
        while True:
            seen[word] += 1
            one = word if counts[word] == 1 and seen[word] == 1 else f"{word}_{seen[word]}"
            if one not in taken and one not in given.values():
                break
        given[name] = one
    return given


def referred(lines: list[Line], above: Value, *, over_by_name: bool) -> set[str]:
    """Return the names that steps of a scope refer to.

    `over_by_name` says whether the step above is referred to by name, and not as `previous`.
    """
    found = {
        ref.node
        for line, over in in_scope(lines, above)
        for ref in line.inputs
        if line.inputs != over and (over_by_name or (ref,) != over)
    }
    again = (line.arguments["layer"] for line, _ in in_scope(lines, above) if line.kind == "shared")
    return {*found, *again}


def in_scope(lines: list[Line], above: Value) -> list[tuple[Line, Value]]:
    """Return all steps of a scope, those in branches first, each with what it gets without `from`."""
    found = []
    for line in lines:
        for branch in line.branches or ():
            found += in_scope(branch, line.inputs)
        found.append((line, above))
        above = line.handed_on
    return found


def is_previous(ref: Ref, above: Value, owner: Line | None) -> bool:
    """Whether a reference is written as `previous`, because what it refers to has no name here."""
    return (ref,) == above and (owner is None or owner.is_free)


def _word(line: Line) -> str:
    return "fork" if line.is_block else snake_case(line.kind.rpartition(".")[2])


def _merges(kind: str) -> bool:
    family = family_of_step(kind)
    return kind in family and bool(getattr(family.find(kind), "merges", False))
