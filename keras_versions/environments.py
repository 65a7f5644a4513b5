"""Environments with other versions of Python, Keras and TensorFlow, to run the tests in."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".matrix"
"""Where the environments stay, so that the next run only updates them."""


@dataclass(frozen=True)
class Combination:
    """The versions of an environment; those that are not stated are the newest that fit."""

    python: str
    keras: str | None = None
    tensorflow: str | None = None
    constraints: str | None = None
    """A file of further versions."""
    others: tuple[str, ...] = ()
    """Requirements that pip does not find out by itself."""

    @property
    def requirements(self) -> list[str]:
        """What to install besides the project."""
        wanted = {"keras": self.keras, "tensorflow": self.tensorflow}
        stated = [f"{name}=={version}.*" for name, version in wanted.items() if version]
        return [
            *stated,
            *self.others,
            *(["--constraint", self.constraints] if self.constraints else []),
        ]


OLD_PROTOBUF = ("onnx<1.23",)
"""Newer versions say that they run with protobuf 5, which TensorFlow needs before 2.20, but do not."""

COMBINATIONS = {
    "lowest": Combination("3.11", constraints="constraints-lowest.txt"),
    "keras-3.10": Combination("3.11", "3.10", "2.18", others=OLD_PROTOBUF),
    "keras-3.11": Combination("3.11", "3.11", "2.19", others=OLD_PROTOBUF),
    "keras-3.12": Combination("3.11", "3.12", "2.20"),
    "keras-3.13": Combination("3.11", "3.13", "2.20"),
    "keras-3.14": Combination("3.11", "3.14", "2.21"),
    "python-3.11": Combination("3.11"),
    "python-3.12": Combination("3.12"),
    "python-3.13": Combination("3.13"),
}
"""The environments by name; TensorFlow 2.21 needs Keras 3.12, and Python 3.13 TensorFlow 2.20."""


@dataclass
class Environment:
    """A virtual environment of a combination, with the project in it."""

    name: str
    combination: Combination
    python: Path = field(init=False)

    def __post_init__(self) -> None:
        """Find the Python that the environment has, or will have."""
        self.python = FOLDER / self.name / "bin" / "python"

    def install(self, interpreter: Path) -> None:
        """Make the environment, or bring it up to date."""
        if not self.python.exists():
            subprocess.run([interpreter, "-m", "venv", FOLDER / self.name], check=True)
        command = [self.python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        command += ["--upgrade", "--editable", ".[test]", *self.combination.requirements]
        subprocess.run(command, cwd=ROOT, check=True)

    def versions(self) -> dict[str, str]:
        """The versions that were installed."""
        script = (
            "import platform, importlib.metadata as m\n"
            "print(platform.python_version(), m.version('keras'), m.version('tensorflow'))"
        )
        command = [self.python, "-c", script]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return dict(zip(("Python", "Keras", "TensorFlow"), done.stdout.split(), strict=True))


def interpreter(version: str) -> Path | None:
    """Find a Python of a version on this machine; None if there is none."""
    return next(filter(lambda each: _is_of(each, version), _candidates(version)), None)


def _candidates(version: str) -> Iterator[Path]:
    if found := shutil.which(f"python{version}"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted((pyenv / "versions").glob(f"{version}.*/bin/python"), reverse=True)


def _is_of(python: Path, version: str) -> bool:
    """Whether a program is a Python of this version; that of pyenv may be a mere stand-in."""
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip() == version
