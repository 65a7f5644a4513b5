"""Families: all kinds that are allowed in one place of the language."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from cnnspec.declarations.declaration import Checked, Declaration, FamilyFacts
from cnnspec.declarations.import_paths import is_import_path
from cnnspec.diagnostics.problems import Problem, Problems, shown, with_article

Kind = TypeVar("Kind", bound=Declaration)
Member = TypeVar("Member", bound=Declaration)


class Family(FamilyFacts, Generic[Kind]):
    """All kinds that are allowed in one place of the language: layers, losses, initializers, ..."""

    def __init__(
        self,
        noun: str,
        namespace: str,
        modules: Mapping[str, tuple[str, ...]],
        refusals: Mapping[str, str] = MappingProxyType({}),
        *,
        by_alias: bool = False,
        prefix: str = "",
    ) -> None:
        super().__init__(noun, namespace, by_alias=by_alias)
        self.modules = modules
        """The modules that declare the kinds, with their words; using a word imports its module.

        A module without words is always imported.
        """
        self.refusals = refusals
        """The names in Keras that a spec cannot express, with the reasons."""
        self.prefix = prefix
        """What all words start with."""
        self.base: Any = None
        """The base class of classes of other packages; None if there can be none."""
        self._kinds: dict[str, Any] = {}
        self._of_others: dict[str, Any] = {}
        self._aliases: dict[str, str] = {}

    def __call__(self, declaration: type[Member]) -> type[Member]:
        """Register a declared class (used as a class decorator)."""
        declaration.family = self
        self._kinds[declaration.kind()] = declaration
        self._aliases.update(dict.fromkeys(declaration.aliases, declaration.kind()))
        return declaration

    @cached_property
    def kinds(self) -> dict[str, type[Kind]]:
        """Every declared kind, by name; in the order of modules, whichever was imported first."""
        for module in self.modules:
            import_module(module)
        order = {module: position for position, module in enumerate(self.modules)}
        kinds = self._kinds.items()
        return dict(sorted(kinds, key=lambda kind: order.get(kind[1].__module__, len(order))))

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The aliases that Keras accepts for kinds."""
        kinds = self.kinds.items()
        return {alias: name for name, declared in kinds for alias in declared.aliases}

    def __contains__(self, word: str) -> bool:
        """Whether a word names a kind."""
        return word in self._homes or self.declared(word) is not None

    def canonical(self, word: str) -> str:
        """Return the kind for a word; unknown words are returned unchanged."""
        declaration = self.declared(word)
        return declaration.kind() if declaration else word

    def find(self, word: str, arguments: Mapping[str, Any] = MappingProxyType({})) -> type[Kind]:
        """Return the declaration for a word; the arguments are only for suggestions.

        Raises:
            Problem: there is none.

        """
        declaration = self.declared(word)
        if declaration is None and word in self.refusals:
            message = f"{word} cannot be used in a spec: {self.refusals[word]}"
            raise Problem("refused-kind", message)
        if declaration is None:
            raise self.unknown(word, arguments, f"unknown {self.noun} '{word}'")
        return declaration

    def unknown(
        self,
        word: str,
        arguments: Mapping[str, Any],
        message: str,
        *,
        keys: Mapping[str, Any] = MappingProxyType({}),
        others: Iterable[str] = (),
    ) -> Problem:
        """Return the problem of an unknown word.

        `keys` are what a suggested call has besides its arguments, and `others` words that are
        allowed in its place as well.
        """
        from cnnspec.declarations.hints import kind_problem  # not needed for specs without errors

        return kind_problem(self, word, arguments, message, keys, others)

    @cached_property
    def _homes(self) -> dict[str, str]:
        """The module that lists each word."""
        return {word: module for module, words in self.modules.items() for word in words}

    def declared(self, word: str) -> type[Kind] | None:
        """Return the declaration for a word, if there is one."""
        declaration = self._known(word)
        for module in self._modules_of(word) if declaration is None else ():
            import_module(module)
            if (declaration := self._known(word)) is not None:
                break
        if declaration is None and ":" in word and self.base is not None:
            return self._by_path(word)
        return declaration

    def _by_path(self, word: str) -> type[Kind] | None:
        """Return the declaration of a class of another package, if the word is its import path."""
        from cnnspec.declarations.of_others import kind_of_others

        if word not in self._of_others and is_import_path(word):
            declaration = self._of_others[word] = kind_of_others(word, self.base)
            declaration.family = self
        return self._of_others.get(word)

    def _modules_of(self, word: str) -> Iterable[str]:
        """List the modules that may declare a word: the one that lists it, or all."""
        if not self._homes:
            return self.modules
        return (self._homes[word],) if word in self._homes else ()

    def _known(self, word: str) -> type[Kind] | None:
        return self._kinds.get(self._aliases.get(word, word))

    def check(self, call: object) -> Kind:
        """Convert `Kind` or `{Kind: {argument: value}}` to a checked declaration.

        Raises:
            Problems: the kind is unknown, or its arguments are invalid.

        """
        word, arguments = split_call(call, self.noun)
        try:
            return self.find(word, arguments).of(arguments, word=word)
        except Problem as problem:
            raise Problems([problem]) from None


def split_call(call: object, noun: str) -> tuple[str, dict[str, Any]]:
    """Split a call into its kind and arguments.

    Raises:
        Problems: it is neither `Kind` nor `{Kind: {argument: value}}`.

    """
    if isinstance(call, Declaration):
        return call.word, call.given
    if isinstance(call, str):
        return call, {}
    if isinstance(call, Mapping) and len(call) == 1:
        ((word, arguments),) = call.items()
        if isinstance(word, str) and arguments is None:
            return word, {}
        if isinstance(word, str) and isinstance(arguments, Mapping):
            return word, dict(arguments)
    form = "`Kind` or `Kind: {argument: value}`"
    message = f"{with_article(noun)} must be written as {form}, not {shown(call)}"
    problem = Problem("wrong-structure", message)
    raise Problems([problem])


def call_of(family: Family[Kind], *, optional: bool = True) -> Checked:
    """Make the type of an argument that is itself a call of a family, or optionally null."""

    def check(value: Any, _: type[Declaration]) -> Kind | None:
        return None if value is None and optional else family.check(value)

    choices: list[dict[str, Any]] = [{"$ref": f"#/$defs/{family.namespace}"}]
    schema = {"anyOf": [*choices, *([{"type": "null"}] if optional else [])]}
    phrase = f"{with_article(family.noun)}{' or null' if optional else ''}"
    return Checked(phrase, check=check, schema=schema, family=family)
