"""Shared by `cnnspec diff` and its git driver: reading model files, and printing."""

import json
from pathlib import Path

import click

from cnnspec.compiler import Compilation, compile_document
from cnnspec.diagnostics import Report
from cnnspec.diff import Difference
from cnnspec.diff.data import as_data
from cnnspec.diff.text import as_text
from cnnspec.frontends import UnreadableModel, read_model

MODEL_SUFFIXES = (".keras", ".h5", ".hdf5", ".json")
COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "same": None, "title": None}


def is_model_file(model: str) -> bool:
    """Whether an argument names a Keras file, not a spec."""
    return Path(model).suffix.lower() in MODEL_SUFFIXES


def compile_model_file(file: Path, name: str) -> Compilation:
    """Compile the model in a Keras file, which messages call `name`.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    try:
        return compile_document(read_model(file).document)
    except UnreadableModel as error:
        report = Report()
        report.error("unreadable-model", f"'{name}': {error}")
        return Compilation(report)


def told(difference: Difference, form: str = "text", *, verbose: bool = False) -> str:
    """Format a difference as text with terminal colours, or as JSON."""
    if form == "json":
        return json.dumps(as_data(difference), indent=2, ensure_ascii=False) + "\n"
    return as_text(difference, styled, verbose=verbose)


def styled(text: str, role: str) -> str:
    """Colour a text by its role."""
    return click.style(text, fg=COLOURS[role], bold=role == "title")
