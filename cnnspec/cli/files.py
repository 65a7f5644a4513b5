"""Writes the output files of commands; existing files are overwritten only with --force."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnspec.cli.printing import echo_document, usage_error
from cnnspec.files import written_beside


def keep_what_is_there(target: Path | None, *, force: bool) -> None:
    """Exit if the target exists, unless `force` is set."""
    if target is not None and target.exists() and not force:
        usage_error(f"'{target}' already exists; use --force to overwrite it")


def give(text: str, output: Path | None) -> None:
    """Write a text to a file, or print it."""
    if output is None:
        echo_document(text)
        return
    with replacing(output) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary file that replaces the target on success; exit if it cannot be written."""
    with writing(target), written_beside(target) as temporary:
        yield temporary


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Exit with a message if a file or folder cannot be written."""
    try:
        yield
    except OSError as error:
        usage_error(f"'{target}' cannot be written: {error.strerror or error}")
