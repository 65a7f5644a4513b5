"""Where the files of the repository are that tests read."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "specs"
ZOO = SPECS / "zoo"
BAD = ROOT / "tests" / "bad"

SPEC_FILES = sorted(SPECS.rglob("*.yaml"))
MODEL_FILES = [file for file in SPEC_FILES if file.parent.name != "blocks"]
"""The shipped specs of models; a library of blocks is none."""
ZOO_FILES = sorted(ZOO.glob("*.yaml"))
BAD_FILES = sorted(BAD.glob("*.yaml"))
