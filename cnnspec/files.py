"""Writes files and folders atomically: to a temporary path next to the target, then moves them."""

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = ".cnnspec-"
"""The prefix of temporary files."""


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """Yield a new file next to the target, with the same suffix, that replaces the target on exit.

    Missing parent folders are created. If a file is replaced, the new one keeps its permissions.

    Raises:
        OSError: the file cannot be written; the target is unchanged.

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
    """Yield a temporary folder next to the target, which is removed on exit.

    Raises:
        OSError: the folder cannot be created.

    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = _beside(target)
    beside.mkdir()
    try:
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove temporary files of a process that was killed."""
    for file in folder.glob(f"{PREFIX}*"):
        file.unlink(missing_ok=True)


def _beside(target: Path, suffix: str = "") -> Path:
    return target.with_name(f"{PREFIX}{secrets.token_hex(8)}{suffix}")
