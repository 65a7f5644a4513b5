"""Writes predictions as a table, with a row for each row of the inputs."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.analysis.decisions import Decision, decisions
from cnnspec.data.problems import RunProblem
from cnnspec.escaping import ESCAPES
from cnnspec.ir.checked import CheckedGraph
from cnnspec.shapes import UNKNOWN, text
from cnnspec.training.prediction import OfOutput, Predictions

MOST_COLUMNS = 1000
"""The most columns for an output."""


def columns_of(name: str, decision: Decision, shape: tuple[int | None, ...]) -> list[str] | None:
    """Return the columns of an output with rows of a shape; None if a table cannot have them."""
    size = shape[0] if shape else 1
    if len(shape) > 1 or size is None or (size > MOST_COLUMNS and decision.sort != "class"):
        return None
    if decision.sort in ("class", "yes or no"):
        of_class = [f"{name}_class"] if decision.classes else []
        what = "probability" if decision.is_probability else "score"
        return [f"{name}_label", *of_class, f"{name}_{what}"]
    if decision.sort == "labels":
        return [f"{name}_{decision.name(place) or place}" for place in range(size)]
    return [name] if size == 1 else [f"{name}_{place}" for place in range(size)]


def check_columns(checked: CheckedGraph) -> None:
    """Check that a table can have the outputs of a model, as far as their shapes are known.

    Raises:
        RunProblem: an output has more values than a table can have.

    """
    every = decisions(checked)
    for name, tensor in checked.outputs.items():
        if tensor.shape is not UNKNOWN and None not in tensor.shape[1:]:
            _columns(name, every[name], tensor.shape[1:])


def _columns(name: str, decision: Decision, shape: tuple[int | None, ...] | None) -> list[str]:
    found = None if shape is None else columns_of(name, decision, shape)
    if found is None:
        rows = "" if shape is None else f" of shape {text(shape)}"
        message = f"a table cannot have the rows{rows} of '{name}'"
        raise RunProblem(f"{message}; write them to an archive or a folder: -o FILE.npz")
    return found


def cells_of(output: OfOutput) -> Iterator[list[Any]]:
    """Yield the cells of these columns for each row."""
    decision = output.decision
    for values, label, probability in output.rows():
        if decision.sort in ("class", "yes or no"):
            names = [decision.name(int(label))] if decision.classes else []
            yield [int(label), *names, float(probability)]
        else:
            shown = values if probability is None else probability
            yield np.reshape(shown, -1).tolist()


def write_table(found: Predictions, file: Path) -> list[str]:
    """Write a table; return the names of its columns.

    Raises:
        RunProblem: an output has more values than a table can have.
        OSError: the file cannot be written.

    """
    columns: list[tuple[Sequence[str], Iterator[list[Any]]]] = []
    for output in found.outputs:
        names = _columns(output.name, output.decision, output.row_shape)
        columns.append((names, cells_of(output)))
    return write_columns(found, columns, file)


def write_columns(
    found: Predictions, columns: Sequence[tuple[Sequence[str], Iterator[list[Any]]]], file: Path
) -> list[str]:
    """Write columns beside the names of the rows; names that are there twice get a `_`."""
    header: dict[str, None] = {}
    for name in ("name", *(name for names, _ in columns for name in names)):
        while name in header:
            name += "_"
        header[name] = None
    with file.open("w", encoding="utf-8", errors=ESCAPES, newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(header)
        for row, *cells in zip(found.rows, *(each for _, each in columns), strict=True):
            writer.writerow([row.name, *(cell for each in cells for cell in each)])
    return [*header]
