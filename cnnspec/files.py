"""Writes files and folders beside their target, then moves them there: whole, or not there."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".cnnspec-"
"""How the names of files begin that are not whole yet."""


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A new file beside the target, with the same suffix, that takes its place at the end.

    Folders above the target are made. A file that is replaced keeps its permissions.

    Raises:
        OSError: it cannot be written; what stood there before still does.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(target, "".join(target.suffixes))
    beside.touch(exist_ok=False)
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """A new folder beside the target, for what is moved to it; it is removed at the end.

    Raises:
        OSError: it cannot be made.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(target)
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove files that a process was writing when it was killed."""
    for file in folder.glob(f"{PREFIX}*"):
        file.unlink(missing_ok=True)


def _beside(target: Path, suffix: str = "") -> Path:
    return target.with_name(f"{PREFIX}{secrets.token_hex(8)}{suffix}")
