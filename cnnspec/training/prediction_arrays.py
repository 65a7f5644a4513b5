"""Writes predictions as arrays in an npz archive."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from cnnspec.data.problems import RunProblem
from cnnspec.training.prediction import OfOutput, Predictions

ROWS = "names"
"""The array of the names of rows."""


def write_arrays(found: Predictions, file: Path) -> list[str]:
    """Write the values of each output, with a row for each row of the inputs; return their names.

    For classes, also the class numbers and the names of the classes.

    Raises:
        RunProblem: the rows of an output have different shapes.
        OSError: the file cannot be written.

    """
    written: dict[str, None] = {}
    with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
        for name, values in _arrays(found):
            while name in written:
                name += "_"
            written[name] = None
            with archive.open(f"{name}.npy", "w", force_zip64=True) as opened:
                npy.write_array(opened, np.asanyarray(values), allow_pickle=False)
    return [*written]


def _arrays(found: Predictions) -> Iterator[tuple[str, Any]]:
    for output in found.outputs:
        yield output.name, whole(output)
    for output in found.outputs:
        if output.is_decided:
            found_labels = [output.decided(each).labels for each in output.batches]
            labels = np.concatenate(found_labels)
            yield f"{output.name}_label", labels.astype(np.min_scalar_type(output.classes - 1))
        if output.decision.classes:
            yield f"{output.name}_classes", np.array(output.decision.classes)
    yield ROWS, np.array([row.name for row in found.rows])


def whole(output: OfOutput) -> Any:
    """Return the values of all rows.

    Raises:
        RunProblem: they have different shapes.

    """
    if output.row_shape is None:
        first, second = list(dict.fromkeys(each.shape[1:] for each in output.batches))[:2]
        message = (
            f"the rows of '{output.name}' have different shapes, {first} and {second}, so they are "
            "not one array; write them to a folder: -o FOLDER"
        )
        raise RunProblem(message)
    return np.concatenate(output.batches)
