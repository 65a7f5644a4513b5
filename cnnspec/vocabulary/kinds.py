"""The kinds of the families: layers, losses, optimizers and so on; and the activations."""

from dataclasses import dataclass
from typing import Any

from cnnspec.declarations import keras_table
from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.describe import describe, summary_line
from cnnspec.declarations.family import Family
from cnnspec.declarations.keras_versions import range_of
from cnnspec.language.example_calls import example_arguments
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.layers.fields import UNUSABLE
from cnnspec.objects.activations import ACTIVATIONS, SAME_FUNCTION
from cnnspec.objects.applications import NOT_YET
from cnnspec.objects.families import APPLICATIONS
from cnnspec.objects.measure import IN_WORDS, Measure
from cnnspec.objects.metric import Metric
from cnnspec.vocabulary.entries import Entry, Example, Group, plural_of, with_a
from cnnspec.vocabulary.frames import framed, with_activation

ACTIVATION = "activation"


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of a family."""

    family: Family[Any]

    @property
    def noun(self) -> str:
        """What a kind is called."""
        return self.family.noun

    @property
    def plural(self) -> str:
        """What several kinds are called."""
        return plural_of(self.noun)

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all kinds, their aliases, and the kinds that a spec cannot have."""
        kinds = {kind: kind for kind in self.family.kinds}
        return kinds | self.family.aliases | {each: each for each in self.refusals()}

    def names(self) -> list[str]:
        """List the kinds that a spec can have."""
        return list(self.family.kinds)

    def asked_by(self) -> set[str]:
        """Return the words that ask for the family."""
        last = self.noun.split()[-1]
        return {self.noun, self.plural, last, plural_of(last), self.family.namespace}

    def refusals(self) -> dict[str, str]:
        """Return the kinds of Keras that a spec cannot have, each with the reason."""
        if self.family is APPLICATIONS:
            return {
                name: "it is not supported as a submodel yet; "
                f"`cnnspec import application:{name}` writes it as a spec"
                for name in sorted(NOT_YET)
            }
        return dict(self.family.refusals)

    def short(self, name: str) -> str:
        """Return what a kind is."""
        if name in self.refusals():
            return f"{name} cannot be used in a spec: {self.refusals()[name]}."
        return summary_line(self.family.find(name))

    def entry(self, name: str) -> Entry:
        """Return the entry of a kind."""
        what = with_a(self.noun)
        if name in self.refusals():
            return Entry(name, self.noun, f"{what} of Keras", self.short(name))
        declaration = self.family.find(name)
        return Entry(
            name,
            self.noun,
            what,
            self.short(name),
            also=tuple(map(self._with_versions, declaration.aliases)),
            facts=tuple(_facts(declaration)),
            arguments=describe(declaration),
            example=Example(framed(declaration, example_arguments(declaration))),
            more=tuple(_more(declaration)),
        )

    def _with_versions(self, word: str) -> str:
        span = keras_table.WORDS.get(self.family.namespace, {}).get(word)
        return word if span is None else f"{word} (requires {range_of(span[0], True)})"


def _facts(declaration: type[Declaration]) -> list[str]:
    """List what a kind takes, and what of it only newer versions of Keras do."""
    facts = []
    if issubclass(declaration, Measure):
        labels = declaration.labels
        if issubclass(declaration, Metric):  # whose labels depend on the arguments
            labels = declaration.of(declaration.example).form()
        is_open = not declaration.fits and not declaration.unfit
        predictions = "" if is_open else f", and as predictions {declaration.takes}"
        facts.append(f"It takes {IN_WORDS[labels]}{predictions}.")
    for each in declaration.recent:
        what = f"{each.what[:1].upper()}{each.what[1:]}"
        facts.append(f"{what} requires {range_of(each.since, True)}.")
    return facts


def _more(declaration: type[Declaration]) -> list[str]:
    """List the families of the arguments."""
    more: dict[str, None] = {}
    for expects in declaration.expected().values():
        if isinstance(expects, Checked) and expects.family is not None:
            more[plural_of(expects.family.noun.split()[-1])] = None
        if expects.words_of is not None:
            more[expects.words_of] = None
    return list(more)


@dataclass(frozen=True, slots=True)
class Activations:
    """The functions that the argument `activation` of a layer takes."""

    noun = ACTIVATION
    plural = plural_of(ACTIVATION)

    @property
    def title(self) -> str:
        """The title of their list."""
        return self.plural

    def words(self) -> dict[str, str]:
        """Return all activations."""
        return {name: name for name in ACTIVATIONS}

    def names(self) -> list[str]:
        """List the activations that a spec can have."""
        return [name for name in ACTIVATIONS if name not in UNUSABLE]

    def asked_by(self) -> set[str]:
        """Return the words that ask for the activations."""
        return {self.noun, self.plural}

    def short(self, name: str) -> str:
        """Return what an activation computes."""
        return ACTIVATIONS[name]

    def entry(self, name: str) -> Entry:
        """Return the entry of an activation."""
        what = with_a(self.noun)
        if name in UNUSABLE:
            summary = f"{ACTIVATIONS[name]} It cannot be used in a spec: {UNUSABLE[name]}."
            return Entry(name, self.noun, f"{what} of Keras", summary)
        same = [
            other
            for other in ACTIVATIONS
            if other != name and SAME_FUNCTION.get(other, other) == SAME_FUNCTION.get(name, name)
        ]
        return Entry(
            name,
            self.noun,
            what,
            ACTIVATIONS[name],
            also=tuple(same),
            example=Example(with_activation(name)),
        )


GROUPS: tuple[Group, ...] = (*map(Kinds, ALL_FAMILIES), Activations())
