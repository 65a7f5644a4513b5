"""Writes files atomically: into a temporary folder beside the target, then moved there.

A killed process leaves its temporary folder behind. The next command that writes into the same
folder removes it. A lock on the temporary folder tells whether its process is still there.
"""

import errno
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from cnnspec.files.locks import claimed, locked

PREFIX = ".cnnspec-"
"""The prefix of temporary folders."""
MOVES = "moves.json"
"""The file in a temporary folder that lists moves which were begun; see `folders`."""
_OURS = re.compile(rf"{re.escape(PREFIX)}[0-9a-f]{{16}}")


@contextmanager
def written_beside(target: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """Yield a new file in a temporary folder, which becomes the target on exit.

    A link is followed. Missing parent folders are created. If a file is replaced, the new one keeps
    its permissions.

    Raises:
        FileExistsError: the target exists on exit, and `overwrite` is not set.
        OSError: the file cannot be written; the target is unchanged.

    """
    real = destination(target)
    with temporary_folder(real.parent) as folder:
        beside = folder / real.name
        beside.touch(exist_ok=False)
        yield beside
        replace_file(beside, real, overwrite=overwrite)


def replace_file(new: Path, target: Path, *, overwrite: bool = True) -> None:
    """Move a finished file to where a path leads, with the permissions of what it replaces.

    Raises:
        FileExistsError: the target exists, and `overwrite` is not set.
        OSError: the target cannot be replaced; it is unchanged.

    """
    flush(new)
    real = destination(target)
    if not overwrite:
        try:
            os.link(new, real)  # which replaces nothing, even if it is there only now
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if os.path.lexists(real):
                raise FileExistsError(
                    errno.EEXIST, os.strerror(errno.EEXIST), str(new), None, str(target)
                ) from None
        else:
            return
    with suppress(FileNotFoundError):
        new.chmod(stat.S_IMODE(real.stat().st_mode))
    new.replace(real)


def destination(target: Path) -> Path:
    """Return the path of the file that is written, behind all links.

    Raises:
        OSError: something is there that is not to be replaced by a file.

    """
    real = Path(os.path.realpath(target))
    try:
        mode = real.lstat().st_mode
    except FileNotFoundError:
        return real
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(target))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(target))
    if not os.access(real, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    return real


@contextmanager
def folder_beside(target: Path) -> Iterator[Path]:
    """Yield a temporary folder next to where a path leads, which is removed on exit.

    Raises:
        OSError: the folder cannot be created.

    """
    with temporary_folder(Path(os.path.realpath(target)).parent) as folder:
        yield folder


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Yield a locked temporary folder in another one, which is removed on exit.

    Missing parent folders are created, and removed again if nothing was put into them.

    Raises:
        OSError: the folder cannot be created.

    """
    missing = missing_folders(parent)
    try:
        make_folder(parent)
        sweep(parent)
        with ExitStack() as stack:
            folder = _new_folder(parent, stack)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        for each in missing:
            with suppress(OSError):
                each.rmdir()


def missing_folders(folder: Path) -> list[Path]:
    """List the folders that have to be made for a folder, the innermost first; links are followed."""
    real = Path(os.path.realpath(folder))
    return [each for each in (real, *real.parents) if not os.path.exists(each)]


def make_folder(folder: Path) -> None:
    """Make a folder and those around it, where they are missing; links are followed.

    Raises:
        OSError: it cannot be made, or something else is there.

    """
    real = Path(os.path.realpath(folder))
    try:
        real.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        real.stat()  # which a link to itself fails
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None


def _new_folder(parent: Path, stack: ExitStack) -> Path:
    """Create and lock a folder; another process may take it for abandoned before it is locked."""
    while True:
        folder = parent / f"{PREFIX}{secrets.token_hex(8)}"
        try:
            folder.mkdir()
            stack.enter_context(locked(folder))
        except (FileExistsError, BlockingIOError, FileNotFoundError):
            parent.stat()  # which may have been removed
            continue
        return folder


def sweep(parent: Path) -> None:
    """Remove the temporary folders of processes that were killed."""
    for folder in temporary_folders(parent):
        with claimed(folder) as is_abandoned:
            if is_abandoned and not (folder / MOVES).exists():
                shutil.rmtree(folder, ignore_errors=True)


def temporary_folders(parent: Path) -> list[Path]:
    """List the temporary folders in a folder, by their names."""
    try:
        with os.scandir(parent) as entries:
            return [
                Path(each.path)
                for each in entries
                if _OURS.fullmatch(each.name) and each.is_dir(follow_symlinks=False)
            ]
    except OSError:
        return []


def flush(path: Path) -> None:
    """Have a file, or all files in a folder, written to the disk."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    for file in files:
        with file.open("rb+") as opened:
            os.fsync(opened.fileno())
