"""Paths in specs: how they are displayed, where they lead, and whether that is out of a folder."""

import os
from pathlib import Path


def leads_out(path: Path, root: Path | None, reference: str) -> str | None:
    """Return a message if a path, written as `reference`, leads out of a folder."""
    if root is None or real(path).is_relative_to(real(root)):
        return None
    return f"'{reference}' leads out of the allowed folder {root}"


def real(path: Path) -> Path:
    """Return where a path leads behind all links; those that lead to themselves stay."""
    try:
        return Path(os.path.realpath(path))
    except ValueError:  # no file can have this name, which opening it reports
        return Path(os.path.abspath(path))


def shown_path(path: Path) -> str:
    """Return a path in its shortest form, without detours through parent folders."""
    return os.path.normpath(path)
