"""Specs in a few words, compiled."""

from pathlib import Path
from typing import Any

from cnnspec import loads
from cnnspec.compiler import checked_or_raise, compile_file
from cnnspec.ir.checked import CheckedGraph


def compiled_text(sections: str, *, name: str | None = None, **options: Any) -> CheckedGraph:
    """Compile the sections of a spec; the lines that every spec begins with are put before them."""
    head = "cnnspec: 1\n" if name is None else f"cnnspec: 1\nname: {name}\n"
    return loads(head + sections, **options).compile()


def compiled_file(file: str | Path, **params: Any) -> CheckedGraph:
    """Compile a spec file with values for its parameters."""
    return checked_or_raise(compile_file(Path(file), overrides=params))
