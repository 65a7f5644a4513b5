"""Shared by `cnnspec diff` and its git driver: how a difference is printed."""

import json

from cnnspec.cli.printing import styled
from cnnspec.diff.changes import Difference
from cnnspec.diff.data import as_data
from cnnspec.diff.text import as_text

COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "same": None, "title": None}


def as_json(difference: Difference) -> str:
    """Format a difference as JSON."""
    return json.dumps(as_data(difference), indent=2, ensure_ascii=False)


def told(difference: Difference, *, verbose: bool = False) -> str:
    """Format a difference as text with terminal colours."""
    return as_text(difference, in_colour, verbose=verbose)


def in_colour(text: str, role: str) -> str:
    """Colour a text by its role."""
    return styled(text, COLOURS[role], bold=role == "title")
