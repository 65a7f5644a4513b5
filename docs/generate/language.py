"""The pages of the keys and words of the language, and of the arguments and values that it takes."""

from cnnspec.language.train import Train
from cnnspec.vocabulary.arguments import GROUPS, Arguments
from cnnspec.vocabulary.entries import Group
from cnnspec.vocabulary.keys import Part, parts
from cnnspec.vocabulary.type_words import models_in
from cnnspec.vocabulary.words import Words
from docs.generate.entries import section, target_of
from docs.generate.markdown import (
    capital,
    code,
    definitions,
    heading,
    link,
    listing,
    page,
    plain,
    slug,
    table,
)

ON_DATA = (
    "Every array of the data is a column, which expressions use by its name: see "
    "[Training on your own data](../data.md)."
)
DRAWN = {"spec", "block", "submodel", "input", "step", "output"}
"""The parts whose keys change what a figure shows."""


def pages() -> dict[str, str]:
    """Make the pages, by path."""
    found = {f"language/{slug(each.noun)}": _part(each) for each in parts()}
    found["language/words"] = _words()
    found["language/arguments"] = _arguments()
    found["language/index"] = _index()
    return found


def _target(part: Part) -> str:
    return f"keys-{slug(part.noun)}"


def _part(part: Part) -> str:
    rows = [(_link(part, name), plain(part.short(name))) for name in part.names()]
    sections = []
    for name in part.names():
        inner = [f"See {link(_title(each), _target(each))}." for each in _inside(part, name)]
        sections += section(part.entry(name), *inner, figure=part.noun in DRAWN)
    about = plain(" ".join((part.model.__doc__ or "").split()))
    return page(
        heading(1, _title(part), _target(part)),
        about,
        ON_DATA if part.model is Train else "",
        table(("key", "meaning"), rows),
        *sections,
    )


def _title(part: Part) -> str:
    return capital(part.title)


def _link(part: Part, name: str) -> str:
    return link(code(name), target_of(part.noun, name))


def _inside(part: Part, name: str) -> list[Part]:
    models = [model for model, _ in models_in(part.hint(name))]
    return [each for each in parts() if each.model in models]


def _words() -> str:
    words = Words()
    entries = [words.entry(name) for name in words.names()]
    targets = [target_of(words.noun, name) for name in words.names()]
    rows = [
        (link(code(each.name), target), plain(each.summary))
        for each, target in zip(entries, targets, strict=True)
    ]
    sections = [part for each in entries for part in section(each)]
    return page(
        heading(1, "Words", "language-words"),
        "Words with a meaning of their own, which are neither kinds nor keys nor arguments.",
        table(("word", "meaning"), rows),
        *sections,
    )


def _arguments() -> str:
    """List which kinds have an argument, and which arguments take a word."""
    tables = []
    for group in GROUPS:
        rows = [
            (_spellings(group, name), plain(group.short(name))) for name in sorted(group.names())
        ]
        purpose = "kinds" if isinstance(group, Arguments) else "arguments"
        tables += [heading(2, capital(group.plural)), table((group.noun.split()[0], purpose), rows)]
    return page(
        heading(1, "Arguments and values", "language-arguments"),
        "Which kinds have an argument, and which arguments take a word. The kinds describe them.",
        *tables,
    )


def _spellings(group: Group, name: str) -> str:
    """Return a word with its other spellings, which Keras takes as well."""
    others = [word for word, meant in group.words().items() if meant == name != word]
    return ", ".join(map(code, (name, *others)))


def _index() -> str:
    rows = [
        (link(_title(each), _target(each)), [", ".join(_link(each, name) for name in each.names())])
        for each in parts()
    ]
    return page(
        heading(1, "The language", "the-language"),
        "A spec is one YAML file. These are its parts with their keys.",
        definitions(rows),
        "[Words](#language-words) have a meaning of their own, such as `previous`. "
        "[Arguments and values](#language-arguments) lists which kinds have an argument.",
        listing(*(slug(each.noun) for each in parts()), "words", "arguments"),
    )
