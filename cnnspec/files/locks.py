"""Locks of folders, which the system releases when their process ends, however it ends."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None  # type: ignore[assignment]

A_DAY = 24 * 60 * 60
"""The age in seconds of a folder that is surely abandoned, where folders cannot be locked."""


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Lock a folder; yield whether the system can lock it.

    Raises:
        BlockingIOError: another process, or another part of this one, has locked it.
        OSError: it cannot be opened.

    """
    if fcntl is None:
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:  # some network file systems have no locks
            yield False
            return
        yield _is_still(folder, descriptor)
    finally:
        os.close(descriptor)


def _is_still(folder: Path, descriptor: int) -> bool:
    """Whether a path still leads to an open folder, which may have been moved or removed.

    Raises:
        BlockingIOError: it does not.

    """
    try:
        if os.path.samestat(os.stat(folder), os.fstat(descriptor)):
            return True
    except OSError:
        pass
    raise BlockingIOError


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Lock a folder if the process that made it has ended; yield whether it has."""
    with ExitStack() as stack:
        try:
            is_old = time.time() - folder.stat().st_mtime > A_DAY
            is_ours = stack.enter_context(locked(folder)) or is_old
        except OSError:
            is_ours = False
        yield is_ours


@contextmanager
def waiting_for(folder: Path) -> Iterator[None]:
    """Lock a folder as soon as no other process has it locked."""
    with ExitStack() as stack:
        if fcntl is not None:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, descriptor)
            with suppress(OSError):
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
