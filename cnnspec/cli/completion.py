"""What the shell completes: files for files, and words for what has names.

A type such as `click.Path` or `click.Choice` already says what its values are; these functions are
for the arguments and options whose values are plain text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from cnnspec.compiler import Compilation

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Let the shell complete files and folders."""
    return [CompletionItem(incomplete, type="file")]


def words(known: Callable[[], Mapping[str, str] | Iterable[str]]) -> Completer:
    """Complete known words; a mapping has the meaning of each."""

    def complete(
        ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        found = known()
        meanings = found if isinstance(found, Mapping) else dict.fromkeys(found)
        return [
            CompletionItem(word, help=meaning)
            for word, meaning in meanings.items()
            if word.startswith(incomplete)
        ]

    return complete


def parameters(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the parameters of the specs on the line, with their values."""
    found = {
        name: value
        for compilation in _compiled(ctx)
        if compilation.document is not None
        for name, value in compilation.document.params.items()
    }
    return assignments(found, incomplete)


def assignments(values: Mapping[str, object], incomplete: str) -> list[CompletionItem]:
    """Complete `NAME=VALUE` for scalar values; the value is there to be changed."""
    from cnnspec.language.dump import value_text

    return [
        CompletionItem(f"{name}={'' if value is None else value_text(value)}")
        for name, value in values.items()
        if name.startswith(incomplete) and not isinstance(value, list | dict)
    ]


def layers(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete the names of the layers and blocks of the model on the line."""
    from cnnspec.backends.diagram.figure import boxes, groups
    from cnnspec.backends.diagram.reading import read

    names: list[str] = []
    for compilation in _compiled(ctx):
        if compilation.checked is not None:
            figure = read(compilation.checked)
            names += [box.name for box in boxes(figure.children)]
            names += [group.name for group in groups(figure.children)]
    return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete)]


def arguments(ctx: click.Context) -> list[str]:
    """List the arguments on the line that are not options.

    Click assigns none of them to its parameter if an option at the end still lacks its value.
    """
    declared = [each.name for each in ctx.command.params if isinstance(each, click.Argument)]
    given = [ctx.params.get(str(name)) or () for name in declared]
    return [
        str(word)
        for words in (*given, ctx.args)
        for word in ((words,) if isinstance(words, str | Path) else words)
    ]


def _compiled(ctx: click.Context) -> Iterator["Compilation"]:
    """Compile the models on the line, except those that cannot be read."""
    from cnnspec.compiler import open_model

    for model in arguments(ctx):
        try:
            yield open_model(Path(model))
        except OSError:
            continue
