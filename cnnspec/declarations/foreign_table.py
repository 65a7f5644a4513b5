"""Reads the table `foreign_words.yaml`: what words of other frameworks are in Keras."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cnnspec.diagnostics.suggestions import folded
from cnnspec.records import Record

OTHER_SECTIONS = ("modules", "arguments", "keys", "positions")
"""The sections of a framework that are not families."""


class Rule(Record):
    """What becomes of an argument."""

    to: str | None = None
    by: str | None = None
    values: Mapping[Any, Any] | None = None
    drop: str | None = None
    only: tuple[Any, ...] | None = None
    """The values for which it may be left out; None for all."""
    none: str | None = None
    needs: str | None = None
    """The argument that a kind must have, too."""


class Entry(Record):
    """What a word is in Keras."""

    kind: str | None
    arguments: Mapping[str, Rule] = {}
    fixed: Mapping[str, Any] = {}
    defaults: Mapping[str, Any] = {}
    cases: "Mapping[str, Mapping[Any, Entry]]" = {}
    """What it is by the value of an argument."""
    but: str | None = None
    none: str | None = None
    after_modules: bool = False
    """Whether the word means it only after a path."""
    left_out: str | None = None
    """The argument by which it is this kind."""


class World(Record):
    """The words of a framework."""

    name: str
    modules: frozenset[str]
    arguments: Mapping[str, Rule]
    """Those of all its words."""
    entries: Mapping[str, Mapping[str, Entry]]
    """By family and word."""
    keys: Mapping[str, Mapping[str, str]]
    positions: Mapping[str, tuple[str, ...]]
    """The first arguments of its words in their order."""


@cache
def worlds() -> tuple[World, ...]:
    """Return the frameworks of the table."""
    text = (files("cnnspec.declarations") / "foreign_words.yaml").read_text("utf-8")
    return tuple(_world(name, each) for name, each in yaml.safe_load(text).items())


def entry_of(family: str, word: str, known: Iterable[str]) -> tuple[Entry, str] | None:
    """Return the entry of a word, and the name of its framework."""
    *modules, bare = word.split(".")
    fitting = [world for world in worlds() if world.modules >= {*modules}]
    is_keras = bool(modules) and bool(fitting) and fitting[0].name != "PyTorch"
    own = [each for each in known if folded(each) == folded(bare)]
    if is_keras and own:
        return Entry(bare if bare in own else own[0]), fitting[0].name
    for world in fitting:
        exact = world.entries.get(family, {}).get(bare)
        if exact is not None and (modules or not exact.after_modules):
            return world.entries[family][bare], world.name
    if own:
        return (
            (Entry(bare if bare in own else own[0]), fitting[0].name)
            if modules and fitting
            else None
        )
    for world in (*fitting, *worlds()) if fitting else ():
        for each, entry in world.entries.get(family, {}).items():
            if folded(each) == folded(bare) and (modules or not entry.after_modules):
                return entry, world.name
    return None


def positions_of(family: str, word: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return the first arguments of a word in their order; empty if they are not known."""
    found = entry_of(family, word, known)
    if found is None:
        return ()
    (world,) = (each for each in worlds() if each.name == found[1])
    return world.positions.get(word.rpartition(".")[2], ())


def _world(name: str, said: Mapping[str, Any]) -> World:
    families = {key: said[key] for key in said if key not in OTHER_SECTIONS}
    entries = {
        family: {word: _entry(each) for word, each in _expanded(words)}
        for family, words in families.items()
    }
    rules = {each: _rule(rule) for each, rule in said.get("arguments", {}).items()}
    positions = {word: tuple(each) for word, each in _expanded(said.get("positions", {}))}
    modules = frozenset(said["modules"])
    return World(name, modules, rules, entries, said.get("keys", {}), positions)


def _expanded(words: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for word, said in words.items():
        for rank in "123" if "#" in word else ("",):
            yield word.replace("#", rank), _with_rank(said, rank)


def _with_rank(said: Any, rank: str) -> Any:
    if isinstance(said, Mapping):
        return {key: _with_rank(each, rank) for key, each in said.items()}
    return said.replace("#", rank) if isinstance(said, str) else said


def _entry(said: Any) -> Entry:
    if isinstance(said, str):
        return Entry(said)
    return Entry(
        said.get("is"),
        {name: _rule(rule) for name, rule in said.get("arguments", {}).items()},
        said.get("with", {}),
        said.get("defaults", {}),
        {
            name: {value: _entry(each) for value, each in values.items()}
            for name, values in said.get("cases", {}).items()
        },
        said.get("but"),
        said.get("none"),
        said.get("after_modules", False),
    )


def _rule(said: Any) -> Rule:
    if isinstance(said, str):
        return Rule(said)
    only = tuple(said["if"]) if "if" in said else None
    return Rule(
        said.get("to"),
        said.get("by"),
        said.get("values"),
        said.get("drop"),
        only,
        said.get("none"),
        said.get("needs"),
    )
