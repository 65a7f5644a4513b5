"""Prints what words mean: a page per meaning, and lists of words."""

import textwrap
from collections.abc import Iterable

from cnnspec.cli.descriptions import default_text, echo_arguments
from cnnspec.cli.printing import echo, hanging, styled
from cnnspec.declarations.describe import Argument
from cnnspec.vocabulary.entries import Entry, Example, Group, Use, listed


def echo_entry(entry: Entry) -> None:
    """Print one meaning of a word."""
    echo(styled(f"{entry.name}: {entry.what}", bold=True))
    if not entry.uses:  # which say the same
        echo(hanging(entry.summary, 0))
    if entry.also:
        also = f"Also called {', '.join(entry.also)}."
        echo(f"\n{hanging(also, 0)}")
    if entry.place:
        place = f"In a spec: {entry.place}"
        echo(f"\n{hanging(place, 2)}")
    if entry.takes:
        key = Argument(entry.name, entry.takes, entry.is_required, entry.default, "")
        default = default_text(key)
        echo(hanging("; ".join(filter(None, (f"Takes: {entry.takes}", default))), 2))
    for fact in entry.facts:
        echo(f"\n{hanging(fact, 0)}")
    if entry.arguments:
        echo(styled(f"\n{entry.title}", bold=True))
        echo_arguments(entry.arguments)
    if entry.renames:
        echo(styled("\nWhat becomes of arguments", bold=True))
    for name, text in entry.renames:
        echo(hanging(f"{name}: {text}", 6, first=2))
    for use in entry.uses:
        _echo_use(use)
    if entry.example:
        echo(styled("\nExample", bold=True))
        _echo_example(entry.example)
    if entry.more:
        more = f"See also {listed(f'`cnnspec explain {each}`' for each in entry.more)}."
        echo(f"\n{hanging(more, 0)}")


def _echo_use(use: Use) -> None:
    default = default_text(use.argument)
    if use.varies:
        default = "the default depends on the kind"
    echo(f"\n{hanging(use.who, 2, first=2)}")
    echo(hanging(f"{use.argument.takes}; {default}", 6, first=6))
    if use.argument.says:
        echo(hanging(use.argument.says, 6, first=6))


def _echo_example(example: Example) -> None:
    for name, text in example.files:
        if text:
            echo(f"With a file {name}:\n\n{textwrap.indent(text, '    ')}")
        else:
            maker = "train" if name.endswith(".h5") else "build"
            echo(f"With a file {name}, as `cnnspec {maker}` writes it:\n")
    echo(textwrap.indent(example.text, "    ").rstrip())


def echo_groups(groups: Iterable[Group]) -> None:
    """Print all names of groups, without their meanings."""
    for group in groups:
        echo_names(heading(group), group.names())


def echo_names(title: str, names: Iterable[str]) -> None:
    """Print a title, and names in as few lines as possible."""
    echo(styled(title, bold=True))
    echo(hanging(", ".join(names), 2, first=2))


def echo_group(group: Group) -> None:
    """Print all names of a group with their meanings."""
    echo_meanings(heading(group), {name: group.short(name) for name in group.names()})


def echo_meanings(title: str, meanings: dict[str, str]) -> None:
    """Print a title, and words with their meanings."""
    width = max(map(len, meanings)) + 2
    echo(styled(title, bold=True))
    for name, meaning in meanings.items():
        echo(hanging(f"{name:<{width}}{meaning}", width + 2, first=2))


def heading(group: Group) -> str:
    """Return the title of the list of a group."""
    return f"{group.title[:1].upper()}{group.title[1:]}"
