"""Finds the meanings of a word, in all groups or in one."""

from collections.abc import Iterable
from functools import cache

from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.layers.custom import is_import_path
from cnnspec.vocabulary import arguments, kinds
from cnnspec.vocabulary.entries import Entry, Group
from cnnspec.vocabulary.keys import parts
from cnnspec.vocabulary.words import Words

WORDS = Words()


@cache
def groups() -> tuple[Group, ...]:
    """Return all groups, in the order in which the meanings of a word are listed."""
    return (*parts(), *kinds.GROUPS, WORDS, *arguments.GROUPS)


def meanings(word: str) -> list[Entry]:
    """Return the meanings of a word in any case, or those of `GROUP:WORD` in a group.

    Those of words in the same case come first.

    Raises:
        Problem: there is no such group.

    """
    wanted, colon, inner = word.partition(":")
    if not colon:
        return _in(groups(), word)
    if asked := [group for group in groups() if wanted.lower() in group.asked_by()]:
        return _in(asked, inner)
    if "." in wanted and is_import_path(word):
        return [WORDS.entry("output_shape")]
    known = sorted({name for group in groups() for name in group.asked_by()})
    message = f"there are no words of the sort '{wanted}'"
    raise Problem("unknown-name", message, suggestion=did_you_mean(wanted, known))


def _in(among: Iterable[Group], word: str) -> list[Entry]:
    exact, others = [], []
    for group in among:
        known = group.words()
        same = known.get(word)
        if same is not None:
            exact.append(group.entry(same))
        folded = {name for each, name in known.items() if each.lower() == word.lower()}
        others += [group.entry(name) for name in sorted(folded - {same})]
    return exact + others


def groups_named(word: str) -> list[Group]:
    """Return the groups that a word asks for as a whole."""
    asked = [group for group in groups() if word.lower() in group.asked_by()]
    kinds_or_keys = [group for group in asked if not isinstance(group, arguments.Arguments)]
    return kinds_or_keys or asked


def all_words() -> dict[str, str]:
    """Return every word, with what its first meaning says in a line."""
    found: dict[str, str] = {}
    for group in groups():
        for word, name in group.words().items():
            if word not in found:
                found[word] = group.short(name)
    return found
