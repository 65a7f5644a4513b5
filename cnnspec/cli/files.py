"""Writes the output files of commands; existing files are overwritten only with --force."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cnnspec.cli.printing import echo_document, usage_error
from cnnspec.files.writing import destination, sweep, written_beside

_EXISTS = "'{}' already exists; use --force to overwrite it"


def keep_what_is_there(target: Path | None, *, force: bool) -> None:
    """Exit if the target exists, unless `force` is set and it can be replaced."""
    if target is None:
        return
    with writing(target):
        if not target.exists():
            return
        if not force and (target.is_file() or target.is_dir()):
            usage_error(_EXISTS.format(target))
        if not target.is_dir():
            destination(target)


def give(text: str, output: Path | None, *, force: bool) -> None:
    """Write a text to a file, or print it."""
    if output is None:
        echo_document(text)
        return
    with replacing(output, force=force) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def replacing(target: Path, *, force: bool) -> Iterator[Path]:
    """Yield a temporary file that becomes the target on success; exit if it cannot be written.

    Without `force`, a file that another process has put there in the meantime is kept.
    """
    with writing(target), written_beside(target, overwrite=force) as temporary:
        yield temporary


def tidy(targets: Iterable[Path]) -> None:
    """Remove what killed commands left beside files that are as they should be."""
    for folder in {Path(os.path.realpath(target)).parent for target in targets}:
        sweep(folder)


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Exit with a message if a file or folder cannot be written."""
    try:
        yield
    except FileExistsError as error:
        if error.filename2 is None:
            usage_error(f"'{target}' cannot be written: {error.strerror or error}")
        usage_error(_EXISTS.format(target))
    except OSError as error:
        usage_error(f"'{target}' cannot be written: {error.strerror or error}")
