"""Opens files for reading that are files: nothing that is waited for, such as a pipe or a device."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

NOT_REGULAR = "it is not a regular file"
NO_NAME = "no file can have this name"
MISSING = "does not exist"
STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""How paths begin that name what the process has open, such as `<(command)` in a shell."""


def opened(path: Path, *, or_stream: bool = False) -> BufferedReader:
    """Open a regular file; this never waits.

    With `or_stream`, it may also be a pipe that the process has open: its writer is there.

    Raises:
        OSError: it is missing, cannot be read or is something else.

    """
    takes_pipe = or_stream and str(path).startswith(STREAMS)
    try:
        _check(os.stat(path).st_mode, path, takes_pipe=takes_pipe)  # else a writer might go on
        descriptor = os.open(
            path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        )
    except ValueError:  # a zero byte, or half of a character
        raise OSError(errno.EINVAL, NO_NAME, str(path)) from None
    try:
        _check(os.fstat(descriptor).st_mode, path, takes_pipe=takes_pipe)
        if takes_pipe:
            os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


def _check(mode: int, path: Path, *, takes_pipe: bool) -> None:
    if stat.S_ISREG(mode) or (takes_pipe and stat.S_ISFIFO(mode)):
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, NOT_REGULAR, str(path))


def check_regular(path: Path) -> None:
    """Check that a file can be opened without waiting, for libraries that open it by its path.

    Raises:
        OSError: it cannot.

    """
    opened(path).close()


def contents(folder: Path) -> list[Path]:
    """Return what is in a folder.

    Raises:
        OSError: it is missing, cannot be read or is something else.

    """
    try:
        return [*folder.iterdir()]
    except ValueError:
        raise OSError(errno.EINVAL, NO_NAME, str(folder)) from None


def trouble(path: Path) -> str | None:
    """Return why a path is not a file that can be read, in words that follow its name."""
    try:
        check_regular(path)
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except IsADirectoryError:
        return "is a folder"
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return None
