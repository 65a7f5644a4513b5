"""The arguments of all kinds, and the words that are values of arguments."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.describe import Argument, describe
from cnnspec.declarations.family import Family
from cnnspec.declarations.fields import Choice
from cnnspec.diagnostics.problems import Problems
from cnnspec.language.example_calls import example_arguments, examples_for_specs
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.layers.base import Layer
from cnnspec.vocabulary.entries import Entry, Example, Group, Use, listed, plural_of, with_a
from cnnspec.vocabulary.frames import framed

FEW = 12
"""The most kinds that are listed for a use."""
FEW_DEFAULTS = 3
"""The most defaults that are listed for an argument of one meaning."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of the kinds of a family."""

    family: Family[Any]

    @property
    def noun(self) -> str:
        """What such an argument is called."""
        return f"argument of {with_a(self.family.noun)}"

    @property
    def plural(self) -> str:
        """What such arguments are called."""
        return f"arguments of {plural_of(self.family.noun)}"

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all arguments."""
        return _arguments(self.family)

    def names(self) -> list[str]:
        """List all arguments."""
        return list(self.words())

    def asked_by(self) -> set[str]:
        """Return the words that ask for the arguments of a family, or for all."""
        family = {self.family.noun, plural_of(self.family.noun)}
        return {self.noun, self.plural, *family, "argument", "arguments"}

    def short(self, name: str) -> str:
        """Return which kinds have an argument."""
        return f"An argument of {self._kinds(name)}."

    def entry(self, name: str) -> Entry:
        """Return the entry of an argument."""
        uses = tuple(_uses(self.family, name))
        return Entry(
            name,
            self.noun,
            with_a(self.noun),
            self.short(name),
            uses=uses,
            example=self._example(name),
        )

    def _having(self, name: str) -> list[type[Declaration]]:
        return [each for each in self.family.kinds.values() if name in each.arguments()]

    def _kinds(self, name: str) -> str:
        return _in_words(self.family, [each.kind() for each in self._having(name)])

    def _example(self, name: str) -> Example:
        """Show the first kind an example of which has the argument, or else gives its default."""
        having = [each for each in self._having(name) if not each.open_words]
        for declaration in having:
            if name in (arguments := example_arguments(declaration)):
                return Example(framed(declaration, arguments))
        for declaration in having:
            for example in (
                examples_for_specs(declaration) if issubclass(declaration, Layer) else ()
            ):
                if name in example.arguments:
                    return Example(framed(declaration, example.arguments))
        declaration = having[0]
        return Example(framed(declaration, given(declaration, name, declaration.default_of(name))))


def given(declaration: type[Declaration], name: str, value: Any) -> dict[str, Any]:
    """Return arguments with a value for one, beside those of an example if these allow it."""
    for example in examples_for_specs(declaration) if issubclass(declaration, Layer) else ():
        if name in example.arguments and example.arguments[name] == value:
            return dict(example.arguments)
    arguments = example_arguments(declaration) | {name: value}
    return arguments if _is_taken(declaration, arguments) else {name: value}


def _in_words(family: Family[Any], kinds: list[str]) -> str:
    if len(kinds) > FEW and len(kinds) == len(family.kinds):
        return f"all {plural_of(family.noun)}"
    return in_few_words(kinds)


def in_few_words(kinds: list[str]) -> str:
    """List kinds; if there are many, the first ones."""
    rest = f" and {len(kinds) - FEW} more" if len(kinds) > FEW + 1 else ""
    return f"{', '.join(kinds[:FEW] if rest else kinds)}{rest}"


def _uses(family: Family[Any], name: str) -> Iterator[Use]:
    """Group the kinds by what they take and mean by an argument."""
    same: dict[tuple[str, str, bool], list[tuple[str, Argument]]] = {}
    declarations: Iterable[type[Declaration]] = family.kinds.values()
    for declaration in declarations:
        for argument in describe(declaration) if name in declaration.arguments() else ():
            if argument.name != name:
                continue
            key = (argument.takes, argument.says, argument.required)
            same.setdefault(key, []).append((declaration.kind(), argument))
    for found in same.values():
        defaults: dict[str, list[tuple[str, Argument]]] = {}
        for kind, argument in found:
            defaults.setdefault(repr(argument.default), []).append((kind, argument))
        are_many = len(defaults) > FEW_DEFAULTS
        for part in [found] if are_many else defaults.values():
            kinds = [kind for kind, _ in part]
            yield Use(tuple(kinds), _in_words(family, kinds), part[0][1], are_many)


@cache
def _arguments(family: Family[Any]) -> dict[str, str]:
    """Return all arguments of a family."""
    return {name: name for each in family.kinds.values() for name in each.arguments()}


@dataclass(frozen=True, slots=True)
class Values:
    """The words that are values of arguments, such as `same` of `padding`."""

    noun = "value"
    plural = "values"

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all values, and other spellings of them."""
        return _values_by_word()

    def names(self) -> list[str]:
        """List the values."""
        return list(_values())

    def asked_by(self) -> set[str]:
        """Return the words that ask for the values."""
        return {self.noun, self.plural}

    def short(self, name: str) -> str:
        """Return which arguments take a word."""
        arguments = dict.fromkeys(f"`{argument}`" for _, argument in _values()[name])
        return f"A value of {listed(arguments)}."

    def entry(self, name: str) -> Entry:
        """Return the entry of a word."""
        summary = self.short(name)
        example = _example_of_value(name)
        return Entry(name, self.noun, "a value", summary, example=example)


def _choices() -> Iterator[tuple[type[Declaration], str, str, str]]:
    """Yield the kinds with their arguments that take words, these words, and what they mean."""
    for family in ALL_FAMILIES:
        for declaration in family.kinds.values():
            for name, expects in declaration.expected().items():
                for word in expects.schema["enum"] if isinstance(expects, Choice) else ():
                    if word is not None:
                        yield declaration, name, word, expects.check(word, declaration)


@cache
def _values_by_word() -> dict[str, str]:
    return {word: value for _, _, word, value in _choices()}


@cache
def _values() -> dict[str, list[tuple[type[Declaration], str]]]:
    """Return the values, each with the kinds and their arguments that take it."""
    found: dict[str, list[tuple[type[Declaration], str]]] = {}
    for declaration, name, word, value in _choices():
        if word == value:
            found.setdefault(value, []).append((declaration, name))
    return found


def _example_of_value(value: str) -> Example | None:
    """Show the first kind that takes a value with the arguments of its example."""
    for declaration, name in _values()[value]:
        arguments = given(declaration, name, value)
        if _is_taken(declaration, arguments):
            return Example(framed(declaration, arguments))
    return None


def _is_taken(declaration: type[Declaration], arguments: dict[str, Any]) -> bool:
    try:
        declaration.of(arguments)
    except Problems:
        return False
    return True


GROUPS: tuple[Group, ...] = (*map(Arguments, ALL_FAMILIES), Values())
