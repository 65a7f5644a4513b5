"""Entries: the meanings of words, and the groups that hold them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from cnnspec.declarations.describe import NO_DEFAULT, Argument
from cnnspec.diagnostics.problems import with_article


@dataclass(frozen=True, slots=True)
class Use:
    """An argument of some kinds of a family that take and mean the same by it."""

    kinds: tuple[str, ...]
    who: str
    """The kinds in words; if there are many, the first ones."""
    argument: Argument
    varies: bool
    """Whether the default depends on the kind."""


@dataclass(frozen=True, slots=True)
class Example:
    """A spec that shows a word, and that validates."""

    text: str
    files: tuple[tuple[str, str], ...] = ()
    """The files that it needs, by name; the text of a file of weights is empty."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a word."""

    name: str
    group: str
    """The group of the meaning, such as `loss`; `GROUP:WORD` asks for it alone."""
    what: str
    """What the word is, such as `a loss`."""
    summary: str
    also: tuple[str, ...] = ()
    """Other words for the same."""
    place: str = ""
    """Where a key stands in a spec."""
    takes: str = ""
    """The accepted values of a key."""
    default: Any = NO_DEFAULT
    is_required: bool = False
    facts: tuple[str, ...] = ()
    """What else there is to know, one sentence or more each."""
    title: str = "Arguments"
    arguments: tuple[Argument, ...] = ()
    """The arguments of a kind, or the keys of a section, as `title` says."""
    renames: tuple[tuple[str, str], ...] = ()
    """For words of other frameworks: what becomes of arguments."""
    uses: tuple[Use, ...] = ()
    """For an argument: which kinds have it."""
    example: Example | None = None
    more: tuple[str, ...] = ()
    """The groups of words that it takes."""


class Group(Protocol):
    """Words of one sort: the kinds of a family, the keys of a section."""

    @property
    def noun(self) -> str:
        """The name of the group, in the singular."""

    @property
    def plural(self) -> str:
        """The name of the group, in the plural."""

    @property
    def title(self) -> str:
        """The title of the list of its words."""

    def words(self) -> dict[str, str]:
        """Return all words, each with the name of its entry."""

    def names(self) -> list[str]:
        """List the names of what a spec can have."""

    def asked_by(self) -> set[str]:
        """Return the words that ask for the group."""

    def short(self, name: str) -> str:
        """Return what an entry says in a line."""

    def entry(self, name: str) -> Entry:
        """Return the entry of a name."""


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join words to a phrase."""
    *first, end = words
    return f"{', '.join(first)} {last} {end}" if first else end


def with_a(noun: str) -> str:
    """Return a noun with its article, inside a sentence."""
    text = with_article(noun)
    return text[:1].lower() + text[1:]


def plural_of(noun: str) -> str:
    """Return the plural of a noun."""
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"
