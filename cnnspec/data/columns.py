"""Opens data sources: names, shapes and types of columns first, values when they are needed."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.data.archives import PATH, stored_arrays
from cnnspec.data.problems import DataProblem
from cnnspec.extras import Needed
from cnnspec.ir.training import Training

IMAGES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
CHANNELS = {"grayscale": 1, "rgb": 3, "rgba": 4}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, with one value per row."""

    rows: int
    shape: tuple[int, ...]
    """The shape of one row."""
    dtype: str
    read: Callable[[], Any]
    """Returns all rows, possibly memory-mapped; for images the paths, which are decoded later."""
    is_image: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a source; `test` is empty if there is no test part."""

    train: dict[str, Column]
    test: dict[str, Column]


def open_columns(training: Training, override: Path | None = None) -> Columns:
    """Open the source of a training, or another file of the same kind.

    Raises:
        DataProblem: there is no such source, or it is of another kind.

    """
    data = training.data
    if data is None:
        raise DataProblem("missing-key", "the training has no 'data'")
    word, given = data.word, data.given
    declared = [training.folder / str(given[name]) for name in data.paths()]
    files = [override] if override else declared
    if not files:
        columns = _keras(str(given["name"]))
    elif word == "images":
        size = given.get("size", (None, None))
        columns = _images(files[0], tuple(size), str(given.get("color_mode", "rgb")))
    elif word == "csv":
        columns = _csv(files[0], str(given.get("delimiter", ",")))
    else:
        columns = _npz(files[0])
    for part in (columns.train, columns.test):
        _check_lengths(part)
    return columns


def open_npz(path: Path) -> dict[str, Column]:
    """Open the arrays of an npz file, memory-mapped if they were written by `numpy.savez`.

    Raises:
        DataProblem: the file is missing or damaged, or contains Python objects.

    """
    return {
        each.name: Column(each.shape[0], each.shape[1:], each.dtype.name, each.read)
        for each in stored_arrays(path)
    }


def _npz(path: Path) -> Columns:
    arrays = open_npz(path)
    parts: dict[str, dict[str, Column]] = {"train": {}, "test": {}}
    for name, column in arrays.items():
        base, _, part = name.rpartition("_")
        if base and part in parts:
            parts[part][base] = column
    rest = {name: column for name, column in arrays.items() if not _in_parts(name)}
    return Columns(parts["train"] | rest, parts["test"])


def _in_parts(name: str) -> bool:
    base, _, part = name.rpartition("_")
    return bool(base) and part in ("train", "test")


def _array(values: Any) -> Column:
    values = np.asarray(values)
    return Column(len(values), values.shape[1:], values.dtype.name, lambda: values)


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
    return Columns({"x": _array(x), "y": _array(y)}, {"x": _array(x_test), "y": _array(y_test)})


def _images(folder: Path, size: tuple[int | None, ...], color_mode: str) -> Columns:
    if None in size:
        raise DataProblem("missing-argument", "images need a 'size'", ("data",))
    shape = (int(size[0] or 0), int(size[1] or 0), CHANNELS[color_mode])
    if not (folder / "train").is_dir():
        return Columns(_classes(folder, shape, _folders(folder)), {})
    names = _folders(folder / "train")
    test = folder / "test"
    return Columns(
        _classes(folder / "train", shape, names),
        _classes(test, shape, names) if test.is_dir() else {},
    )


def _folders(folder: Path) -> list[str]:
    try:
        return sorted(each.name for each in folder.iterdir() if each.is_dir())
    except OSError as error:
        raise _missing(folder, error, ("data", "directory")) from None


def _classes(folder: Path, shape: tuple[int, int, int], names: list[str]) -> dict[str, Column]:
    """List the images in the subfolders of a folder; classes are numbered by sorted name."""
    at = ("data", "directory")
    if strange := sorted(set(_folders(folder)) - set(names)):
        raise DataProblem(
            "file-not-found", f"'{folder}' has an additional class '{strange[0]}'", at
        )
    files = [
        (file.as_posix(), label)
        for label, name in enumerate(names)
        for file in (folder / name).rglob("*")
        if file.suffix.lower() in IMAGES
    ]
    files.sort(key=lambda each: _digest(Path(each[0]).relative_to(folder)))
    if not files:
        raise DataProblem("file-not-found", f"no subfolder of '{folder}' contains images", at)
    paths = np.array([path for path, _ in files])
    labels = np.array([label for _, label in files], "int64")
    image = Column(len(files), shape, "float32", lambda: paths, is_image=True)
    return {"image": image, "label": _array(labels)}


def _digest(path: Path) -> bytes:
    """Mix the classes in the same order on every machine, so that each part has all of them."""
    return hashlib.sha256(path.as_posix().encode()).digest()


def _csv(path: Path, delimiter: str) -> Columns:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter=delimiter, strict=True) if row]
    except OSError as error:
        raise _missing(path, error) from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataProblem("file-not-found", f"'{path}' is not a CSV file: {error}", PATH) from None
    if len(rows) < 2:
        raise DataProblem("file-not-found", f"'{path}' has no rows after its header", PATH)
    header, *rows = rows
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            message = (
                f"row {number} of '{path}' has {len(row)} values, but the header has {len(header)}"
            )
            raise DataProblem("file-not-found", message, PATH)
    return Columns(
        {
            name: _array(_numbers(column))
            for name, column in zip(header, _turned(rows), strict=True)
        },
        {},
    )


def _turned(rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    return zip(*rows, strict=True)


def _numbers(texts: tuple[str, ...]) -> Any:
    for kind in ("int64", "float32"):
        try:
            return np.array(texts).astype(kind)
        except (ValueError, OverflowError):
            continue
    return np.array(texts)


def _check_lengths(part: dict[str, Column]) -> None:
    counts = {name: column.rows for name, column in part.items()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"'{name}' {count}" for name, count in counts.items())
        raise DataProblem("shape-mismatch", f"columns with different lengths: {listed}", ("data",))
    if counts and not max(counts.values()):
        raise DataProblem("shape-mismatch", "the data has no rows", ("data",))


def _missing(path: Path, error: OSError, at: tuple[str, ...] = PATH) -> DataProblem:
    return DataProblem("file-not-found", f"'{path}' cannot be read: {error.strerror}", at)
