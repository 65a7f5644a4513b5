"""The files of the project that inputs begin with."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SPECS = ("specs", "tests/bad", "docs", "cnnspec/language/templates", "cnnspec/vocabulary/examples")
MAX_BYTES = 4_000
"""The limit of the size of a spec, because most time is spent on large ones."""


@cache
def specs() -> tuple[bytes, ...]:
    """Return the short specs of the project: valid ones, and those with mistakes."""
    files = sorted(file for folder in SPECS for file in (ROOT / folder).rglob("*.yaml"))
    return tuple(file.read_bytes() for file in files if file.stat().st_size < MAX_BYTES)


@cache
def documents() -> tuple[dict[str, Any], ...]:
    """Return those specs that are mappings, as data; some contain themselves, and are left out."""
    return tuple(data for text in specs() if isinstance(data := _loaded(text), dict))


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(json.dumps(yaml.safe_load(text)))
    except (yaml.YAMLError, ValueError, TypeError):
        return None


@cache
def model_files() -> tuple[Path, ...]:
    """Return the files of models and weights."""
    files = (
        file
        for pattern in ("*.keras", "*.h5")
        for file in sorted((ROOT / "tests").rglob(pattern))
        if "fuzz_corpus" not in file.parts
    )
    return tuple(file for file in files if file.stat().st_size < 60_000)
