"""What one version of Keras has of everything that is declared: kinds, arguments, words."""

from dataclasses import dataclass, field
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.layers.base import LAYERS
from cnnspec.layers.families import ELSEWHERE
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.objects.families import APPLICATIONS, CALLBACKS, FAMILIES
from cnnspec.operations.base import OPERATIONS
from keras_versions.source import KerasSource, Signature

DECLARED: tuple[Family[Any], ...] = (LAYERS, OPERATIONS, *FAMILIES, CALLBACKS, APPLICATIONS)
"""All families of classes and functions of Keras that a spec can name."""


@dataclass(slots=True)
class Contents:
    """The declared kinds, their arguments and the words for them that a version has."""

    kinds: dict[tuple[str, str], Signature] = field(default_factory=dict)
    """For each family and kind: the arguments that are declared, with their defaults."""
    words: set[tuple[str, str]] = field(default_factory=set)
    """For each family: the words that Keras takes for a kind."""


def contents(source: KerasSource) -> Contents:
    """Look up everything that is declared in the source of Keras."""
    found = Contents()
    for family in DECLARED:
        for declaration in family.kinds.values():
            add(found, source, family, declaration)
    words = source.words("activations")
    found.words |= {("activations", name) for name in ACTIVATIONS if name in words}
    return found


def add(
    found: Contents, source: KerasSource, family: Family[Any], declaration: type[Declaration]
) -> None:
    """Look up a kind."""
    namespace, kind = family.namespace, declaration.kind()
    module = ELSEWHERE.get(kind, f"keras.{namespace}")
    defined = source.find(f"{module}.{kind.removeprefix(family.prefix)}")
    if defined is None:
        return
    signature = source.signature(defined)
    found.kinds[namespace, kind] = {
        name: signature[name] for name in declaration.arguments() if name in signature
    }
    public, known = source.public_names(defined), source.words(namespace)
    found.words |= {
        (namespace, alias)
        for alias in declaration.aliases
        if alias in known or f"{module}.{alias}" in public
    }


def declared_words() -> set[tuple[str, str]]:
    """Return all words that are declared for kinds, by family, and all activations."""
    words = {(family.namespace, alias) for family in DECLARED for alias in family.aliases}
    return words | {("activations", name) for name in ACTIVATIONS}
