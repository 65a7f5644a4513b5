"""An environment in which cnnspec is installed without any extra.

It is a folder of links to the packages that the metadata of cnnspec requires, for a Python that
sees no other packages. `--core-only PYTHON` names a real environment instead, as CI makes one.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.commands import Outcome
from tests.support.paths import ROOT


def required(name: str) -> Iterator[Distribution]:
    """The distributions that one requires without its extras, and those that they require."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for line in distribution(waiting.pop()).requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if requirement.name.lower() in seen or (marker and not marker.evaluate({"extra": ""})):
                continue
            seen.add(requirement.name.lower())
            waiting.append(requirement.name)
            yield distribution(requirement.name)


def link_packages(folder: Path) -> None:
    """Link everything that the core of cnnspec requires into a folder."""
    for each in required("cnnspec"):
        tops = {file.parts[0] for file in each.files or () if file.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            (folder / top).symlink_to(each.locate_file(top))
    (folder / "cnnspec").symlink_to(ROOT / "cnnspec")


class CoreOnly:
    """Runs Python where only the core of cnnspec is installed."""

    def __init__(self, python: str | None, packages: Path) -> None:
        self.command = [python, "-I"] if python else [sys.executable, "-S", "-P"]
        self.variables = {"COLUMNS": "80", "HOME": os.environ["HOME"], "PATH": ""}
        if python is None:
            link_packages(packages)
            self.variables["PYTHONPATH"] = str(packages)

    def python(self, *arguments: str, folder: Path, **variables: str) -> Outcome:
        """Run Python in a folder; no program such as `dot` is found."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=folder,
            env=self.variables | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def cnnspec(self, *arguments: str, folder: Path, **variables: str) -> Outcome:
        """Run the command line in a folder."""
        return self.python("-m", "cnnspec", *arguments, folder=folder, **variables)
