"""The section of a page for the meaning of a word: what `cnnspec explain` prints, with a figure."""

from collections.abc import Iterable, Sequence

from cnnspec.cli.descriptions import default_text
from cnnspec.declarations.describe import NO_DEFAULT, Argument
from cnnspec.language.dump import value_text
from cnnspec.vocabulary.entries import Entry, Example
from docs.generate.markdown import block, capital, code, definitions, heading, plain, slug


def target_of(group: str, name: str) -> str:
    """Return the name that links to the entry of a word, such as `layer-conv2d`."""
    return f"{slug(group)}-{slug(name)}"


def section(entry: Entry, *more: str, level: int = 2, figure: bool = True) -> list[str]:
    """Describe a word under a heading; `more` comes before the example."""
    parts = [heading(level, code(entry.name), target_of(entry.group, entry.name))]
    parts.append(indexed(entry.name, *(word.partition(" (")[0] for word in entry.also)))
    parts.append(plain(entry.summary))
    if entry.also:
        parts.append(f"Also called {', '.join(map(_alias, entry.also))}.")
    if entry.place:
        parts.append(f"In a spec: {code(entry.place)}")
    if entry.takes:
        parts.append(f"Takes {plain(entry.takes)}{_of_key(entry)}.")
    parts += map(plain, entry.facts)
    if entry.arguments:
        parts += [f"**{entry.title}**", arguments(entry.arguments)]
    parts += more
    if entry.example:
        parts += ["**Example**", *example(entry.example, figure=figure)]
    return parts


def indexed(*words: str) -> str:
    """List words in the index, so that search shows this place first."""
    known = [word for word in words if any(map(str.isalnum, word))]
    return f"```{{index}} {', '.join(f'! {word}' for word in known)}\n```" if known else ""


def _alias(text: str) -> str:
    """Return another word for a kind; which Keras has it may follow in parentheses."""
    word, bracket, versions = text.partition(" (")
    return f"{code(word)}{bracket}{versions}"


def _of_key(entry: Entry) -> str:
    if entry.is_required:
        return "; required"
    return "" if entry.default is NO_DEFAULT else f"; default {code(value_text(entry.default))}"


def arguments(described: Sequence[Argument]) -> str:
    """List arguments or keys, each with what it takes, its default and what it is for."""
    return definitions((code(each.name), _facts(each)) for each in described)


def _facts(argument: Argument) -> Iterable[str]:
    default = default_text(argument)
    if default.startswith("default "):
        default = f"default {code(default.removeprefix('default '))}"
    yield capital("; ".join(filter(None, (plain(argument.takes), default))))
    yield plain(argument.says)


def example(shown: Example, *, figure: bool) -> list[str]:
    """Show an example with the files that it needs, and draw it if it needs none that are not shown."""
    parts = []
    for name, text in shown.files:
        if text:
            parts += [f"With a file {code(name)}:", block("yaml", text)]
        else:
            maker = "train" if name.endswith(".h5") else "build"
            parts.append(f"With a file {code(name)}, as `cnnspec {maker}` writes it:")
    parts.append(block("yaml", shown.text))
    if figure and not shown.files:
        parts.append(block("{figure-of}", shown.text))
    return parts
