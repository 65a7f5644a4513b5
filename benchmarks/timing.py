"""Time commands, each in a new process."""

import os
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path

Command = Sequence[str]


def python(code: str) -> Command:
    """Return a command that runs Python code with this interpreter."""
    return (sys.executable, "-c", code)


def cnnspec(*arguments: str) -> Command:
    """Return a command that runs cnnspec as it is installed beside this interpreter."""
    return (str(Path(sysconfig.get_path("scripts"), "cnnspec")), *arguments)


def median_seconds(commands: Sequence[Command], runs: int) -> list[float]:
    """Return the median time of each command in seconds; the commands alternate.

    The first round is not counted: it writes the bytecode caches that an installed package has.
    """
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    environment["TF_CPP_MIN_LOG_LEVEL"] = "3"
    taken: list[list[float]] = [[] for _ in commands]
    for turn in range(runs + 1):
        for times, command in zip(taken, commands, strict=True):
            start = time.perf_counter()
            subprocess.run(command, check=True, env=environment, capture_output=True)
            if turn:
                times.append(time.perf_counter() - start)
    return [statistics.median(times) for times in taken]


def ratio(what: str, measured: float, unit: float, of: str, goal: str) -> None:
    """Print a ratio."""
    times = f"{measured / unit:.2f}" if measured > unit else f"1/{unit / measured:.1f}"
    print(
        f"{what} ({measured * 1000:.0f} ms): {times} of {of} ({unit * 1000:.0f} ms); goal: {goal}"
    )


def seconds(what: str, measured: float, goal: str) -> None:
    """Print a time."""
    print(f"{what}: {measured:.2f} s; goal: {goal}")
