"""Writing files for commands: replaced only with --force, and one line where that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cnnspec.cli.common import usage_error
from cnnspec.files import written_beside


def keep_what_is_there(target: Path | None, *, force: bool) -> None:
    """End where a file would be replaced that nobody said to replace."""
    if target is not None and target.exists() and not force:
        usage_error(f"'{target}' already exists; use --force to overwrite it")


def give(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file."""
    if output is None:
        click.echo(text, nl=False)
        return
    with replacing(output) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A file that takes the place of the target once it is whole; end where it cannot be written."""
    with writing(target), written_beside(target) as temporary:
        yield temporary


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """End with one line where a file or folder cannot be written."""
    try:
        yield
    except OSError as error:
        usage_error(f"'{target}' cannot be written: {error.strerror or error}")
