"""Builds the Keras model of a checked graph for a command."""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cnnspec.backends.keras.errors import BUILD_ERRORS
from cnnspec.cli.printing import echo
from cnnspec.cli.quiet import import_quietly
from cnnspec.ir.checked import CheckedGraph


def save(model: Any, checked: CheckedGraph, file: Path) -> None:
    """Write the model of a graph to a file; exit with an error message if it cannot be saved."""
    with exiting():
        import_quietly("cnnspec.backends.keras.building", "building").save(model, checked, file)


@contextmanager
def exiting() -> Iterator[None]:
    """Exit with an error message if building fails."""
    try:
        yield
    except BUILD_ERRORS as error:
        echo(f"error: {error}", err=True)
        sys.exit(1)


def built_model(
    checked: CheckedGraph,
    allow_code: Collection[str],
    *,
    weights: Path | None = None,
    doing: str,
) -> Any:
    """Build the Keras model of an allowed graph; exit with an error message if that fails."""
    backend = import_quietly("cnnspec.backends.keras.building", doing)
    with exiting():
        return backend.build(checked, weights=weights, allow_code=allow_code)
