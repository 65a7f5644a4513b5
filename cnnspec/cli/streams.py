"""Prepares the standard streams, so that no command fails because of them.

What a stream cannot encode is escaped, and a stream that is closed or broken takes everything
without an error.
"""

import os
import sys
from io import TextIOWrapper
from typing import IO, Any, TextIO

from cnnspec.escaping import ESCAPES

DUMB = ("dumb", "unknown")
"""The values of TERM for terminals that only print."""
STREAMS = {"stdin": (0, "r"), "stdout": (1, "w"), "stderr": (2, "w")}


def prepare() -> None:
    """Open the standard streams that are closed, and let none fail for its encoding.

    Without this, the next file that is opened would take the place of a closed stream.
    """
    for name, (number, mode) in STREAMS.items():
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, _opened(number, mode))
        elif mode == "w" and isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors=ESCAPES)


def _opened(number: int, mode: str) -> IO[Any]:
    """Open a stream on nothing. Reading from it fails, as it does from a closed stream."""
    opened = os.open(os.devnull, os.O_WRONLY)
    if opened == number:
        os.set_inheritable(opened, True)
    else:
        os.dup2(opened, number)
        os.close(opened)
    return open(number, mode, encoding="utf-8", errors=ESCAPES, closefd=False)


def finish() -> OSError | None:
    """Write out what is buffered; return the first error.

    A stream that cannot be written is replaced, because Python would write to it again at exit.
    """
    problem = None
    for stream, (number, _) in ((sys.stdout, STREAMS["stdout"]), (sys.stderr, STREAMS["stderr"])):
        try:
            stream.flush()
        except OSError as error:
            problem = problem or error
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, number)
            os.close(nothing)
    return problem


def is_coloured(stream: TextIO, *, is_paged: bool = False) -> bool:
    """Whether text on a stream is coloured.

    The variables of the environment count as in Python itself: NO_COLOR first, then FORCE_COLOR,
    then TERM. Without them, text is coloured on a terminal, and in a pager.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced != "0"
    return os.environ.get("TERM") not in DUMB and (is_paged or stream.isatty())


def is_animated(stream: TextIO) -> bool:
    """Whether lines on a stream can be written over: it is a terminal, and not a dumb one."""
    return stream.isatty() and os.environ.get("TERM") not in DUMB
