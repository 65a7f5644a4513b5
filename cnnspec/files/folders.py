"""Replaces folders of several files as a whole.

Linux exchanges two folders in one step. Elsewhere the files are moved one by one: they are listed in
the temporary folder before, so that the next command can complete what a killed one began.
"""

import ctypes
import errno
import json
import os
import shutil
import stat
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from cnnspec.files.locks import claimed, waiting_for
from cnnspec.files.writing import MOVES, flush, temporary_folders

NEW = "new"
"""The name in a temporary folder of the folder that replaces the target."""
_EXCHANGE = 2
_HERE = -100  # AT_FDCWD: paths are relative to the current folder
_UNSUPPORTED = (
    errno.ENOSYS,
    errno.EINVAL,
    errno.EPERM,
    errno.EACCES,
    errno.ENOTSUP,
    errno.EXDEV,
    errno.EBUSY,
    errno.EMLINK,
)
"""The errors of systems and file systems that cannot link or exchange."""


def replace_folder(beside: Path, target: Path, own: Collection[str] | None = None) -> None:
    """Move the folder `new` in a temporary folder to the target, all files at once.

    `own` names the files that the command writes: a missing one is removed from the target, and all
    other files there are kept. Without `own`, nothing in the target is kept.

    Raises:
        OSError: the target cannot be replaced; it is unchanged, or the next call completes it.

    """
    new, real = beside / NEW, Path(os.path.realpath(target))
    flush(new)
    if not real.exists():
        try:
            new.rename(real)
        except OSError:
            if not real.exists():
                raise
        else:
            return
    _check(real, own)
    written = [*_files(new)]
    try:
        if own is not None:
            _link_others(real, new, own)
        shutil.copymode(real, new)
        _exchange(new, real)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        _move(beside, real, written, own)
        return
    if own is not None:
        _keep_late(new, real, own)


def complete(target: Path, own: Collection[str] | None = None) -> None:
    """Complete the moves to a folder that a killed process began; `own` is that of the call.

    Raises:
        OSError: a file cannot be moved.

    """
    real = Path(os.path.realpath(target))
    for beside in temporary_folders(real.parent):
        with claimed(beside) as is_abandoned:
            if is_abandoned and (beside / MOVES).exists() and _finish(beside, real, own):
                shutil.rmtree(beside, ignore_errors=True)


def _check(folder: Path, own: Collection[str] | None) -> None:
    """Check that no folder is in the place of a file, which may have files of others in it."""
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    for name in own or ():
        if (folder / name).is_dir():
            message = f"'{name}' is a folder"
            raise IsADirectoryError(errno.EISDIR, message, str(folder / name))


def _files(folder: Path) -> Iterator[str]:
    """Yield the files in a folder by their relative paths."""
    for place, folders, files in os.walk(folder):
        links = [each for each in folders if (Path(place) / each).is_symlink()]
        for name in (*files, *links):
            yield (Path(place) / name).relative_to(folder).as_posix()


def _link_others(folder: Path, new: Path, own: Collection[str]) -> None:
    """Link all files of a folder that are not a command's own into another folder."""
    for entry in os.scandir(folder):
        if entry.name not in own:
            _link(Path(entry.path), new / entry.name)


def _link(path: Path, new: Path) -> None:
    if stat.S_ISDIR(path.lstat().st_mode):
        new.mkdir()
        for each in path.iterdir():
            _link(each, new / each.name)
        shutil.copystat(path, new)
    else:
        os.link(path, new, follow_symlinks=False)


def _exchange(one: Path, other: Path) -> None:
    """Exchange two folders in one step."""
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _keep_late(old: Path, folder: Path, own: Collection[str]) -> None:
    """Move files that others wrote into a folder just before it was replaced."""
    for file in _files(old):
        before, now = old / file, folder / file
        if file in own:
            continue
        if not os.path.lexists(now) or not os.path.samestat(before.lstat(), now.lstat()):
            now.parent.mkdir(parents=True, exist_ok=True)
            before.replace(now)


def _move(beside: Path, target: Path, written: list[str], own: Collection[str] | None) -> None:
    """List the moves that make a folder of another one, then make them."""
    there = own if own is not None else [*_files(target)]
    removed = [name for name in there if name not in written]
    moves = {"target": target.name, "written": written, "removed": removed}
    draft = beside / f"{MOVES}.draft"
    draft.write_text(json.dumps(moves), encoding="utf-8")
    flush(draft)
    draft.replace(beside / MOVES)
    _finish(beside, target, own)


def _finish(beside: Path, target: Path, own: Collection[str] | None) -> bool:
    """Make the moves that are left; return whether they are those of the target."""
    try:
        moves = json.loads((beside / MOVES).read_bytes())
        written, removed = ([*map(str, moves[key])] for key in ("written", "removed"))
        is_for_target = moves["target"] == target.name
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not is_for_target:
        return False
    target.mkdir(exist_ok=True)
    with waiting_for(target):
        for name in filter(_is_inside, written):
            if (own is None or name in own) and os.path.lexists(beside / NEW / name):
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                (beside / NEW / name).replace(target / name)
        for name in filter(_is_inside, removed):
            if own is None or name in own:
                (target / name).unlink(missing_ok=True)
                _remove_empty((target / name).parent, target)
    (beside / MOVES).unlink()
    return True


def _is_inside(name: str) -> bool:
    """Whether a relative path stays in its folder."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove a folder and those around it that are empty, up to another one."""
    with suppress(OSError):
        while folder != top:
            folder.rmdir()
            folder = folder.parent
