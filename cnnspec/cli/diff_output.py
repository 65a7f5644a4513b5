"""Shared by `cnnspec diff` and its git driver: how a difference is printed."""

import json

import click

from cnnspec.diff.changes import Difference
from cnnspec.diff.data import as_data
from cnnspec.diff.text import as_text

COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "same": None, "title": None}


def told(difference: Difference, form: str = "text", *, verbose: bool = False) -> str:
    """Format a difference as text with terminal colours, or as JSON."""
    if form == "json":
        return json.dumps(as_data(difference), indent=2, ensure_ascii=False) + "\n"
    return as_text(difference, styled, verbose=verbose)


def styled(text: str, role: str) -> str:
    """Colour a text by its role."""
    return click.style(text, fg=COLOURS[role], bold=role == "title")
