"""The files that the arguments of a command name."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from cnnspec.cli.printing import echo, usage_error
from cnnspec.files.reading import opened
from cnnspec.syntax.reading import MAX_BYTES

STDIN = "-"
ENDINGS = (".yaml", ".yml")
KEY = b"cnnspec:"
"""The key that every spec has."""
MARKS = b"\xef\xbb\xbf{ '\""
"""What may stand around the key: a byte order mark, a brace, spaces and quotes."""
LAYERS = b"layers:"
"""A key of models, by which a spec is found that lacks the other key."""


def expand_patterns(specs: Iterable[str]) -> list[str]:
    """List the files for the arguments, expanding patterns that the shell did not."""
    files: list[str] = []
    for spec in specs:
        if spec == STDIN or os.path.exists(spec):
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


def expand_folders(specs: Iterable[str]) -> list[str]:
    """List the files for the arguments, with the specs in folders for the folders.

    Hidden files and folders are left out, as are YAML files that are not specs, which are listed.
    """
    files: list[str] = []
    others: list[str] = []
    for spec in expand_patterns(specs):
        if not os.path.isdir(spec):
            files.append(spec)
            continue
        found = _yaml_files(spec)
        other = [file for file in found if not is_spec(file)]
        files += [file for file in found if file not in other] or usage_error(
            f"no specs in '{spec}'"
        )
        others += other
    if others:
        listed = ", ".join(f"'{file}'" for file in dict.fromkeys(others))
        echo(f"skipped, because they are not specs: {listed}", err=True)
    return list(dict.fromkeys(files))


def _yaml_files(folder: str) -> list[str]:
    """List the YAML files in a folder and in the folders inside it, without hidden ones."""
    files: list[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        files += [
            os.path.normpath(os.path.join(place, name))
            for name in names
            if name.endswith(ENDINGS) and not name.startswith(".")
        ]
    return sorted(files)


def is_spec(file: str) -> bool:
    """Whether a file has a key of specs, or cannot be read."""
    if os.path.exists(file) and not os.path.isfile(file):
        return False
    try:
        with opened(Path(file)) as spec:
            lines = spec.read(MAX_BYTES + 1).splitlines()
    except OSError:
        return True
    return any(
        line.translate(None, MARKS).startswith(KEY) or line.startswith(LAYERS) for line in lines
    )


def read_stdin() -> bytes:
    """Read standard input, up to what is too much for a spec; exit with code 2 if it is closed."""
    try:
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    except OSError as error:
        usage_error(f"standard input cannot be read: {error.strerror}")
