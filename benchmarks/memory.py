"""Benchmark the peak memory of a cold `cnnspec validate` against importing its libraries."""

import subprocess
import sys

from benchmarks.timing import Command, cnnspec, python

SPEC = "specs/mnist_multi_output.yaml"
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def megabytes(command: Command) -> float:
    """Return the most memory that a command has at once."""
    run = [sys.executable, "-c", MEASURED, *command]
    return int(subprocess.run(run, check=True, capture_output=True, text=True).stdout) / 1024


def main() -> None:
    ours = megabytes(cnnspec("validate", SPEC))
    theirs = megabytes(python("import yaml, pydantic"))
    print(
        f"peak memory of cnnspec validate {SPEC} ({ours:.0f} MB): {ours / theirs:.2f} times that of "
        f"`import yaml, pydantic` ({theirs:.0f} MB); goal: under 40 MB"
    )
