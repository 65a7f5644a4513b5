"""The keys of the language: of a spec, its sections and their parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getdoc
from typing import Any, get_type_hints

from cnnspec.declarations.describe import NO_DEFAULT, Argument, attribute_docstrings
from cnnspec.language.calls import Model
from cnnspec.language.document import MODEL_SECTIONS, SUBMODEL_SOURCES, Document, Step, Submodel
from cnnspec.naming import snake_case
from cnnspec.vocabulary.entries import Entry, listed, plural_of, with_a
from cnnspec.vocabulary.examples.reading import example_of
from cnnspec.vocabulary.type_words import families_in, in_words, models_in, noun_of

NEEDED: dict[type[Model], tuple[str, ...]] = {Document: ("cnnspec", *MODEL_SECTIONS)}
"""Keys that a part needs although its fields have defaults."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document with keys; the group of these."""

    model: type[Model]
    path: str
    """Where a key stands, with `%s` for the key and its value."""

    @property
    def noun(self) -> str:
        """What the part is called."""
        return noun_of(self.model)

    @property
    def plural(self) -> str:
        """What several such parts are called."""
        return plural_of(self.noun)

    @property
    def title(self) -> str:
        """The title of the list of its keys."""
        return f"keys of {with_a(self.noun)}"

    def fields(self) -> dict[str, str]:
        """Return the keys, each with the name of its field."""
        fields = zip(self.model.spec_keys(), self.model.model_fields, strict=True)
        hidden = ("kind", "arguments") if self.model is Step else ()
        return {key: field for key, field in fields if field not in hidden}

    def words(self) -> dict[str, str]:
        """Return all keys."""
        return {key: key for key in self.fields()}

    def names(self) -> list[str]:
        """List all keys."""
        return list(self.fields())

    def asked_by(self) -> set[str]:
        """Return the words that ask for the keys of this part, or for all keys."""
        return {self.noun, self.plural, snake_case(self.model.__name__), "key", "keys"}

    def short(self, name: str) -> str:
        """Return what a key means."""
        return attribute_docstrings(self.model)[self.fields()[name]]

    def hint(self, name: str) -> Any:
        """Return the type of a key."""
        return _hints(self.model)[self.fields()[name]]

    def entry(self, name: str) -> Entry:
        """Return the entry of a key."""
        key = self._argument(name)
        inner = [model for model, _ in models_in(self.hint(name))]
        families = families_in(self.hint(name))
        facts = [f"One of: {', '.join(family.kinds)}." for family in families]
        if self.model is Submodel and name in SUBMODEL_SOURCES:
            facts.append(f"A submodel needs one of {listed(map(repr, SUBMODEL_SOURCES))}.")
        keys = [each for model in inner for each in part_of(model).arguments()]
        facts += [str(getdoc(model)) for model in inner]
        return Entry(
            name,
            self.noun,
            f"a key of {with_a(self.noun)}",
            key.says,
            place=self.path % f"{name}: ...",
            takes=key.takes,
            default=key.default,
            is_required=key.required,
            facts=tuple(facts),
            title="Keys",
            arguments=tuple(keys),
            example=example_of(snake_case(self.model.__name__), name),
            more=tuple(plural_of(family.noun.split()[-1]) for family in families),
        )

    def arguments(self) -> list[Argument]:
        """Describe all keys, required ones first."""
        described = [self._argument(name) for name in self.fields()]
        return sorted(described, key=lambda each: not each.required)

    def _argument(self, name: str) -> Argument:
        field = self.model.model_fields[self.fields()[name]]
        required = field.is_required() or name in NEEDED.get(self.model, ())
        default = self.model.usual.get(name, field.default)
        is_open = required or default is None or isinstance(default, Mapping | list)
        return Argument(
            name,
            in_words(self.hint(name)),
            required,
            NO_DEFAULT if is_open else default,
            self.short(name),
        )


@cache
def _hints(model: type[Model]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


@cache
def parts() -> tuple[Part, ...]:
    """Find all parts of a document, from the outside in."""
    found: dict[type[Model], Part] = {Document: Part(Document, "%s")}
    for part in (waiting := [found[Document]]):
        for name in part.fields():
            for model, path in models_in(part.hint(name)):
                if model not in found:
                    found[model] = Part(model, part.path % f"{name}: {path}")
                    waiting.append(found[model])
    return tuple(found.values())


def part_of(model: type[Model]) -> Part:
    """Return the part that a model describes."""
    return next(each for each in parts() if each.model is model)
