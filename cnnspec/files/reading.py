"""Opens files for reading that are files: nothing that is waited for, such as a pipe or a device."""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

NOT_REGULAR = "it is not a regular file"


def opened(path: Path) -> BufferedReader:
    """Open a regular file; this never waits.

    Raises:
        OSError: it is missing, cannot be read or is something else.

    """
    descriptor = os.open(
        path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, NOT_REGULAR, str(path))


def check_regular(path: Path) -> None:
    """Check that a file can be opened without waiting, for libraries that open it by its path.

    Raises:
        OSError: it cannot.

    """
    opened(path).close()
