"""The wheels of the supported releases of Keras, downloaded once."""

import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".keras-wheels"
OLDEST = (3, 10)
"""The oldest supported minor version, which pyproject.toml states as well."""
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def releases() -> list[str]:
    """Return the supported releases on the package index, oldest first."""
    command = [*PIP, "index", "versions", "keras"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    listed = next(line for line in printed.splitlines() if line.startswith("Available versions:"))
    found = listed.partition(":")[2].replace(" ", "").split(",")
    return sorted((each for each in found if numbers(each) >= OLDEST), key=numbers)


def wheel(release: str) -> Path:
    """Return the wheel of a release; download it if it is not in the cache."""
    target = CACHE / f"keras-{release}-py3-none-any.whl"
    if not target.exists():
        command = [
            *PIP,
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(CACHE),
            f"keras=={release}",
        ]
        subprocess.run(command, check=True)
    return target


def numbers(release: str) -> tuple[int, ...]:
    """Return a release as numbers, in which order releases are compared."""
    return tuple(map(int, release.split(".")))
