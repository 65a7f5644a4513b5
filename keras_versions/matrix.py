"""Runs the tests with other versions of Python, Keras and TensorFlow, and prints a table."""

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from keras_versions.environments import COMBINATIONS, ROOT, Environment, interpreter

ALL_TESTS = ["tests", "tests/comparisons", "tests/runs"]
USUAL = [name for name in COMBINATIONS if name != "lowest"]
HEADINGS = ("Python", "Keras", "TensorFlow", "passed", "failed")


@dataclass(frozen=True)
class Outcome:
    """How the tests of an environment ended."""

    passed: int
    failed: int


def main() -> None:
    """Run the tests in the environments that are named, by default in all but the lowest."""
    parser = argparse.ArgumentParser(prog="python -m keras_versions.matrix", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(COMBINATIONS)}")
    parser.add_argument("--tests", nargs="+", default=ALL_TESTS, metavar="FILE")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - COMBINATIONS.keys():
        parser.error(f"unknown environment: {', '.join(sorted(unknown))}")
    rows = []
    for name in arguments.names or USUAL:
        combination = COMBINATIONS[name]
        python = interpreter(combination.python)
        if python is None:
            print(f"{name}: left out, since Python {combination.python} is not on this machine")
            continue
        environment = Environment(name, combination)
        environment.install(python)
        outcome = run_tests(environment, arguments.tests)
        rows.append(
            [*environment.versions().values(), f"{outcome.passed:,}", f"{outcome.failed:,}"]
        )
        print(f"{name}: {outcome.passed:,} passed, {outcome.failed:,} failed", flush=True)
    print()
    for row in (HEADINGS, ["---"] * len(HEADINGS), *rows):
        print(f"| {' | '.join(row)} |")
    sys.exit(any(row[-1] != "0" for row in rows))


def run_tests(environment: Environment, files: list[str]) -> Outcome:
    """Run the tests in an environment; what fails is printed."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [environment.python, "-m", "pytest", "--numprocesses", "auto", "--quiet"]
        command += ["--dist", "worksteal", "-p", "no:cacheprovider", "--tb=short", "--no-header"]
        command += ["-W", "default"]  # packages of different ages warn of each other
        command += [f"--junitxml={report}", *files]
        names = {key: value for key, value in os.environ.items() if key != "KERAS_BACKEND"}
        done = subprocess.run(command, cwd=ROOT, env=names, stdout=subprocess.PIPE, text=True)
        if done.returncode:
            print(done.stdout)
        suite = ElementTree.parse(report).getroot()[0].attrib
    failed = int(suite["failures"]) + int(suite["errors"])
    return Outcome(int(suite["tests"]) - failed - int(suite["skipped"]), failed)


if __name__ == "__main__":
    main()
