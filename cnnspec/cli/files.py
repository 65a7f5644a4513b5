"""Writing files: beside the target first, so that it is whole or not there."""

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from cnnspec.cli.common import usage_error


def keep_what_is_there(target: Path | None, *, force: bool) -> None:
    """End where a file would be replaced that nobody said to replace."""
    if target is not None and target.exists() and not force:
        usage_error(f"'{target}' is there already; --force replaces it")


def give(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file."""
    if output is None:
        click.echo(text, nl=False)
        return
    with written_beside(output) as temporary:
        temporary.write_text(text, encoding="utf-8")


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A temporary file beside the target that takes its place once it is whole."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.close(handle)
    except OSError as error:
        usage_error(f"'{target}' cannot be written: {error.strerror}")
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except OSError as error:
        usage_error(f"'{target}' cannot be written: {error.strerror}")
    finally:
        temporary.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
