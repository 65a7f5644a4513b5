"""Opens the data source of a training, or another file or folder in its place."""

from pathlib import Path

import numpy as np

from cnnspec.data.archives import open_archive
from cnnspec.data.columns import Column, Columns, array_column
from cnnspec.data.folders import open_folder
from cnnspec.data.problems import DataProblem
from cnnspec.data.tables import open_table
from cnnspec.diagnostics.problems import At
from cnnspec.extras import Needed
from cnnspec.ir.training import Training


def open_columns(training: Training, override: Path | None = None, at: At | None = None) -> Columns:
    """Open the source of a training, or another file of the same kind, which a value names.

    Raises:
        DataProblem: there is no such source, or it is of another kind.

    """
    data = training.data
    if data is None:
        raise DataProblem("missing-key", "the training has no 'data'")
    word, given = data.word, data.given
    argument = next(iter(data.paths()), "name")
    if override is None and argument == "name":
        return _keras(str(given["name"]))
    path = override or training.folder / str(given[argument])
    at = at or ("data", argument)
    if word == "images":
        height, width = given.get("size", (None, None))
        if height is None or width is None:
            raise DataProblem("missing-argument", "images need a 'size'", ("data",))
        return open_folder(path, (height, width), str(given.get("color_mode", "rgb")), at)
    if word == "csv":
        return open_table(path, str(given.get("delimiter", ",")), at)
    return _in_parts(open_archive(path, at))


def _in_parts(arrays: dict[str, Column]) -> Columns:
    """Sort arrays whose names end in `_train` and `_test` into parts."""
    parts: dict[str, dict[str, Column]] = {"train": {}, "test": {}}
    rest = {}
    for name, column in arrays.items():
        base, _, part = name.rpartition("_")
        if base and part in parts:
            parts[part][base] = column
        else:
            rest[name] = column
    return Columns(parts["train"] | rest, parts["test"], named=arrays)


def _keras(name: str) -> Columns:
    with Needed("loading a data set of Keras"):
        import keras

    at = ("data", "name")
    module = getattr(keras.datasets, name, None)
    if module is None:
        raise DataProblem("unknown-value", f"Keras has no data set '{name}'", at)
    try:
        (x, y), (x_test, y_test) = module.load_data()
    except Exception as error:  # a failed download raises many types
        message = f"Keras cannot load its data set '{name}': {error}"
        raise DataProblem("file-not-found", message, at) from None
    return Columns(
        {"x": array_column("x", np.asarray(x)), "y": array_column("y", y)},
        {"x": array_column("x", x_test), "y": array_column("y", y_test)},
    )
