"""Paths in specs: how they are displayed, and whether they lead out of a folder."""

import os
from pathlib import Path


def leads_out(path: Path, root: Path | None, reference: str) -> str | None:
    """Return a message if a path, written as `reference`, leads out of a folder."""
    if root is None or path.resolve().is_relative_to(root.resolve()):
        return None
    return f"'{reference}' leads out of the allowed folder {root}"


def shown_path(path: Path) -> str:
    """Return a path in its shortest form, without detours through parent folders."""
    return os.path.normpath(path)
