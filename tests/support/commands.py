"""Commands: `cnnspec` inside this process, and Python in a process of its own."""

import inspect
import os
import subprocess
import sys
from typing import Any, NamedTuple

from click.testing import CliRunner

from cnnspec.cli.commands import main

# Before 8.2, click mixes the two streams unless told otherwise.
SEPARATE: dict[str, Any] = (
    {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
)


class Outcome(NamedTuple):
    """How a command ended, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


def run_command(*arguments: object, stdin: bytes | None = None) -> Outcome:
    """Run `cnnspec` in this process; an exception that it does not handle is raised."""
    result = CliRunner(**SEPARATE).invoke(
        main, [str(argument) for argument in arguments], input=stdin, prog_name="cnnspec"
    )
    if not isinstance(result.exception, SystemExit | None):
        raise result.exception
    return Outcome(result.exit_code, result.stdout, result.stderr)


def run_python(*arguments: object, **options: Any) -> Outcome:
    """Run Python in a new process; `options` are those of `subprocess.run`."""
    command = [sys.executable, *(str(argument) for argument in arguments)]
    options.setdefault("env", dict(os.environ))  # without what libraries in C set, as readline does
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    return Outcome(done.returncode, done.stdout, done.stderr)


def python_output(*arguments: object, **options: Any) -> str:
    """What a new Python process prints; it must succeed."""
    exit_code, stdout, stderr = run_python(*arguments, **options)
    assert exit_code == 0, stderr
    return stdout
