"""The files that the arguments of a command name."""

import sys
from collections.abc import Iterable
from pathlib import Path

from cnnspec.cli.printing import usage_error

STDIN = "-"


def expand_patterns(specs: Iterable[str]) -> list[str]:
    """List the files for the arguments, expanding patterns that the shell did not."""
    files: list[str] = []
    for spec in specs:
        if spec == STDIN or Path(spec).exists():
            files.append(spec)
            continue
        import glob  # which compiles patterns, and which shells make superfluous

        if not glob.has_magic(spec):
            files.append(spec)
        elif found := sorted(glob.glob(spec, recursive=True)):
            files += found
        else:
            usage_error(f"no file matches '{spec}'")
    return list(dict.fromkeys(files))


def read_stdin() -> bytes:
    """Read standard input; exit with code 2 if it is closed."""
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        usage_error(f"standard input cannot be read: {error.strerror}")
