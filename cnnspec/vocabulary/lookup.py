"""Finds the meanings of a word, in all groups or in one."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from cnnspec.declarations.foreign import of_key
from cnnspec.declarations.foreign_table import worlds
from cnnspec.declarations.import_paths import is_import_path
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.naming import snake_case
from cnnspec.vocabulary import arguments, kinds
from cnnspec.vocabulary.entries import Entry, Group
from cnnspec.vocabulary.foreign import foreign_groups
from cnnspec.vocabulary.keys import parts
from cnnspec.vocabulary.words import Words

WORDS = Words()


@cache
def groups() -> tuple[Group, ...]:
    """Return all groups of the language, in the order in which the meanings of a word are listed."""
    return (*parts(), *kinds.GROUPS, WORDS, *arguments.GROUPS)


def meanings(word: str) -> list[Entry]:
    """Return the meanings of a word in any case, or those of `GROUP:WORD` or on a path.

    Those of words in the same case come first.

    Raises:
        Problem: there is no such group, or it has no such word.

    """
    wanted, colon, inner = word.partition(":")
    if not colon:
        return _anywhere(word) or _anywhere(_bare(word)) or _on_path(word)
    if asked := _asked(wanted):
        if found := _among(asked, inner):
            return found
        message = f"there is no {asked[0].noun} '{inner}'"
        near = did_you_mean(inner, (each for group in asked for each in group.words()))
        raise Problem("unknown-name", message, suggestion=near)
    if "." in wanted and is_import_path(word):
        return [WORDS.entry("output_shape")]
    known = sorted({name for group in groups() for name in group.asked_by()})
    message = f"there are no words of the sort '{wanted}'"
    raise Problem("unknown-name", message, suggestion=did_you_mean(wanted, known))


def _everything() -> tuple[Group, ...]:
    """Return all groups, those of other frameworks last."""
    return (*groups(), *foreign_groups())


def _bare(word: str) -> str:
    """Return the last part of a path in another framework, such as `nn.Linear`; else nothing."""
    *modules, bare = word.split(".")
    is_known = bool(modules) and any(world.modules >= {*modules} for world in worlds())
    return bare if is_known else ""


def _on_path(path: str) -> list[Entry]:
    """Return the meanings of the last word of a path, such as `train.epochs`."""
    *before, last = path.split(".")
    found = (_among(_asked(each), last) for each in reversed(before))
    return next(filter(None, found), [])


def _asked(word: str) -> list[Group]:
    """Return the groups that a word asks for."""
    return [group for group in _everything() if word.lower() in group.asked_by()]


def _anywhere(word: str) -> list[Entry]:
    """Return the meanings of a word here, or in other frameworks if it is not a word here."""
    found = _among(_everything(), word)
    is_own = any(word in group.words() for group in groups())
    return found if is_own or groups_named(word) else [*found, *_keys_meant(word)]


def _among(chosen: Iterable[Group], word: str) -> list[Entry]:
    """Return the meanings of a word in some groups; those here make others superfluous."""
    own: list[Group] = []
    foreign: list[Group] = []
    for group in chosen:
        (foreign if group in foreign_groups() else own).append(group)
    exact, others = _in(own, word)
    if exact:
        return exact + others
    exact, nearly = _in(foreign, word)
    return exact + others or nearly


def _in(among: Iterable[Group], word: str) -> tuple[list[Entry], list[Entry]]:
    """Return the meanings of a word in some groups, and those of the word in another case."""
    exact, others = [], []
    for group in among:
        known = group.words()
        same = known.get(word)
        if same is not None:
            exact.append(group.entry(same))
        folded = {name for each, name in known.items() if each.lower() == word.lower()}
        others += [group.entry(name) for name in sorted(folded - {same})]
    return exact, others


def groups_named(word: str) -> list[Group]:
    """Return the groups that a word asks for as a whole."""
    asked = _asked(word)
    own = [group for group in asked if group in groups()]
    kinds_or_keys = [group for group in own if not isinstance(group, arguments.Arguments)]
    return kinds_or_keys or own or asked


def _keys_meant(word: str) -> list[Entry]:
    """Return the keys of the language that a key of another framework stands for."""
    found = []
    for part in parts():
        key = of_key(snake_case(part.model.__name__), word)
        if key in part.words():
            described = part.entry(str(key))
            summary = f"'{word}' is `{key}` here. {described.summary}"
            found.append(replace(described, summary=summary))
    return found


def all_words() -> dict[str, str]:
    """Return every word of the language, with what its first meaning says in a line."""
    found: dict[str, str] = {}
    for group in groups():
        for word, name in group.words().items():
            if word not in found:
                found[word] = group.short(name)
    return found
