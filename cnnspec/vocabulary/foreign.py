"""The words of other frameworks: what each is here, and what becomes of its arguments."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cnnspec.declarations.family import Family
from cnnspec.declarations.foreign_table import Entry as Foreign
from cnnspec.declarations.foreign_table import Rule, World, worlds
from cnnspec.diagnostics.problems import shown
from cnnspec.language.dump import call_text
from cnnspec.language.example_calls import example_arguments
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.vocabulary.arguments import GROUPS as ARGUMENTS
from cnnspec.vocabulary.arguments import given, in_few_words
from cnnspec.vocabulary.entries import Entry, Example, Group, listed, plural_of, with_a
from cnnspec.vocabulary.frames import framed, with_activation
from cnnspec.vocabulary.keys import parts
from cnnspec.vocabulary.kinds import Activations

SYNONYMS = "synonyms"
"""The name of the section of the table with words of no framework."""


@dataclass(frozen=True, slots=True)
class ForeignKinds:
    """The words of a framework for the kinds of a family, or for activations."""

    world: World
    family: Family[Any] | None
    """None for activations."""
    entries: dict[str, Foreign]

    @property
    def noun(self) -> str:
        """What such a word is called."""
        return _of(self._own(), with_a(self._own()), self.world)

    @property
    def plural(self) -> str:
        """What such words are called."""
        return _of(plural_of(self._own()), plural_of(self._own()), self.world, several=True)

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all words."""
        return {word: word for word in self.entries}

    def names(self) -> list[str]:
        """List all words."""
        return list(self.entries)

    def asked_by(self) -> set[str]:
        """Return the words that ask for them."""
        own = self._own().split()[-1]
        return {self.noun.lower(), self.plural.lower(), self.world.name.lower(), own}

    def _own(self) -> str:
        return Activations.noun if self.family is None else self.family.noun

    def short(self, name: str) -> str:
        """Return what a word is here."""
        entry = self.entries[name]
        if entry.kind is None:
            return f"{entry.none}."
        call = f"`{call_text(entry.kind, dict(entry.fixed))}`"
        return f"The nearest is {call}: {entry.but}." if entry.but else f"Here it is {call}."

    def entry(self, name: str) -> Entry:
        """Return the entry of a word."""
        foreign = self.entries[name]
        facts = []
        if foreign.kind is not None and foreign.defaults:
            usual = call_text(foreign.kind, {**foreign.defaults, **foreign.fixed})
            facts.append(f"With the defaults that it has there: `{usual}`.")
        for argument, cases in foreign.cases.items():
            for value, case in cases.items():
                call = call_text(str(case.kind), dict(case.fixed))
                facts.append(f"With `{argument}: {shown(value)}` it is `{call}`.")
        return Entry(
            name,
            self.noun,
            with_a(self.noun),
            self.short(name),
            facts=tuple(facts),
            renames=tuple(self._renames(foreign)),
            example=self._example(foreign),
        )

    def _renames(self, foreign: Foreign) -> Iterator[tuple[str, str]]:
        known = self._known(foreign)
        for name, rule in foreign.arguments.items():
            yield name, in_words(rule)
        for name, rule in self.world.arguments.items():
            if name not in foreign.arguments and name not in known and rule.to in known:
                yield name, in_words(rule)

    def _known(self, foreign: Foreign) -> dict[str, Any]:
        if self.family is None or foreign.kind is None:
            return {}
        return dict(self.family.find(foreign.kind).arguments())

    def _example(self, foreign: Foreign) -> Example | None:
        if foreign.kind is None:
            return None
        if self.family is None:
            return Example(with_activation(foreign.kind))
        declaration = self.family.find(foreign.kind)
        arguments = example_arguments(declaration)
        for name, value in foreign.fixed.items():
            arguments |= given(declaration, name, value)
        return Example(framed(declaration, arguments))


@dataclass(frozen=True, slots=True)
class ForeignArguments:
    """The arguments of the words of a framework."""

    world: World
    rules: dict[str, dict[str, list[str]]]
    """For each argument: what becomes of it, and the words that this is about."""

    @property
    def noun(self) -> str:
        """What such an argument is called."""
        return _of("argument", "an argument", self.world)

    @property
    def plural(self) -> str:
        """What such arguments are called."""
        return _of("arguments", "arguments", self.world, several=True)

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all arguments."""
        return {name: name for name in self.rules}

    def names(self) -> list[str]:
        """List all arguments."""
        return list(self.rules)

    def asked_by(self) -> set[str]:
        """Return the words that ask for them."""
        return {self.noun.lower(), self.plural.lower(), self.world.name.lower()}

    def short(self, name: str) -> str:
        """Return what becomes of an argument."""
        said = "; ".join(self.rules[name])
        return f"Here it is {said}." if said.startswith("`") else f"{said}."

    def entry(self, name: str) -> Entry:
        """Return the entry of an argument."""
        rows = ((in_few_words(words), text) for text, words in self.rules[name].items() if words)
        return Entry(name, self.noun, with_a(self.noun), self.short(name), renames=tuple(rows))


def _of(noun: str, target: str, world: World, *, several: bool = False) -> str:
    """Name a word of a framework, or one that is common among people."""
    if world.name != SYNONYMS:
        return f"{noun} of {world.name}"
    return f"other word{'s' if several else ''} for {target}"


def in_words(rule: Rule) -> str:
    """Say what becomes of an argument."""
    if rule.by == "affine":
        return "`center` and `scale`"
    if rule.drop is not None and rule.only is not None:
        values = listed(map(shown, rule.only), "or")
        return f"left out if it is {values}: {rule.drop}; otherwise, {rule.none}"
    if rule.drop is not None:
        return f"left out: {rule.drop}"
    if rule.to is None:
        return str(rule.none)
    if rule.values is not None:
        changed = [
            f"{shown(value)} is {shown(to)}" for value, to in rule.values.items() if value != to
        ]
        return f"`{rule.to}`{', where ' if changed else ''}{', '.join(changed)}"
    return f"`{rule.to}`{'' if rule.by is None else ', with another value'}"


@cache
def foreign_groups() -> tuple[Group, ...]:
    """Return the groups of the words that the language does not have itself."""
    return tuple(group for world in worlds() for group in _of_world(world))


def _of_world(world: World) -> Iterator[Group]:
    families: dict[str, Family[Any] | None] = {each.namespace: each for each in ALL_FAMILIES}
    families |= {"activations": None}
    for namespace, entries in world.entries.items():
        family = families[namespace]
        own = Activations().words() if family is None else {*family.kinds, *family.aliases}
        foreign = {word: entry for word, entry in entries.items() if word not in own}
        if foreign:
            yield ForeignKinds(world, family, foreign)
    if rules := _rules(world):
        yield ForeignArguments(world, rules)


def _rules(world: World) -> dict[str, dict[str, list[str]]]:
    """Return the arguments that the language does not have, with what becomes of them."""
    own = {word for group in (*ARGUMENTS, *parts()) for word in group.words()}
    rules: dict[str, dict[str, list[str]]] = {}
    for name, rule in world.arguments.items():
        rules.setdefault(name, {}).setdefault(in_words(rule), [])
    for entries in world.entries.values():
        for word, entry in entries.items():
            for name, rule in entry.arguments.items():
                rules.setdefault(name, {}).setdefault(in_words(rule), []).append(word)
    return {name: texts for name, texts in rules.items() if name not in own}
