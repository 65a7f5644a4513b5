"""Runs `cnnspec` with standard streams of other encodings, closed ones, and terminals."""

import os
import pty
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cnnspec.cli import streams
from cnnspec.cli.main import exit_code


class Written(NamedTuple):
    """How a command ended, and the bytes that it wrote."""

    exit_code: int
    stdout: bytes
    stderr: bytes


def run_encoded(
    *arguments: str, encoding: str, stdin: bytes = b"", patch: pytest.MonkeyPatch
) -> Written:
    """Run `cnnspec` in this process, with streams of an encoding."""
    written = BytesIO(), BytesIO()
    patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(stdin), encoding))
    patch.setattr(sys, "stdout", TextIOWrapper(written[0], encoding))
    patch.setattr(sys, "stderr", TextIOWrapper(written[1], encoding))
    streams.prepare()
    patch.setattr(sys, "argv", ["cnnspec", *arguments])
    code = exit_code()
    assert streams.finish() is None
    return Written(code, *(each.getvalue() for each in written))


def run_shell(command: str, folder: Path, **variables: str) -> Written:
    """Run a shell command in which `$CNNSPEC` is the command line in a process of its own."""
    environment = {**os.environ, "CNNSPEC": f"{sys.executable} -m cnnspec", **variables}
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, check=False, env=environment
    )
    return Written(done.returncode, done.stdout, done.stderr)


def run_on_terminal(*arguments: str, folder: Path, columns: int = 0, **variables: str) -> str:
    """Run `cnnspec` on a pseudo-terminal, and return what it shows."""
    leader, follower = pty.openpty()
    if columns:
        _set_width(follower, columns)
    environment: dict[str, Any] = {**os.environ, "TERM": "xterm-256color", **variables}
    command = [sys.executable, "-m", "cnnspec", *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdin=follower, stdout=follower, stderr=follower, env=environment
    ) as process:
        os.close(follower)
        shown = b"".join(iter(lambda: _read(leader), b""))
        process.wait()
    os.close(leader)
    return shown.decode().replace("\r\n", "\n")


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 65536)
    except OSError:  # as Linux ends a terminal that nobody has open
        return b""


def _set_width(terminal: int, columns: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
