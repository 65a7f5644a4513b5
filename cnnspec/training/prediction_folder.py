"""Writes predictions to a folder: a table, and a file of its own for each image or large array."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from cnnspec.extras import require
from cnnspec.naming import keras_name
from cnnspec.training.folder import CLASSES, PREDICTIONS
from cnnspec.training.prediction import OfOutput, Predictions, Progress
from cnnspec.training.prediction_images import Pictures, pictures_of
from cnnspec.training.prediction_table import cells_of, columns_of, write_columns

WRITING = "writing images"


@dataclass(frozen=True, slots=True)
class WrittenFolder:
    """What a folder has."""

    files: dict[str, int]
    """The number of files of each output that has files of its own."""
    notes: list[str]
    """What the pixels of its images are."""


@dataclass(slots=True)
class _Names:
    """Names of files, each only once in a folder, also where upper and lower case are the same."""

    taken: set[str] = field(default_factory=set)

    def new(self, path: PurePath, suffix: str) -> PurePath:
        number, name = 1, path.name
        while str(path.with_name(name + suffix)).lower() in self.taken:
            number += 1
            name = f"{path.name}_{number}"
        found = path.with_name(name + suffix)
        self.taken.add(str(found).lower())
        return found


def write_folder(
    found: Predictions, folder: Path, progress: Progress | None = None
) -> WrittenFolder:
    """Write a table and files into an empty folder.

    Raises:
        MissingExtra: images need Pillow, which is not installed.
        OSError: a file cannot be written.

    """
    names, counts, notes = _Names(), Counter[str](), []
    shown = {each.name: pictures_of(each) for each in found.outputs}
    columns_for = {each.name: _columns(each) for each in found.outputs}
    of_files = [each for each in found.outputs if shown[each.name] or not columns_for[each.name]]
    if any(shown.values()):
        require("PIL", WRITING)
    done, total = 0, len(found.rows) * len(of_files)
    columns = []
    for output in found.outputs:
        if output not in of_files:
            columns.append((columns_for[output.name], cells_of(output)))
            continue
        pictures = shown[output.name]
        notes += [pictures.note] if pictures else []
        is_only = len(of_files) == 1
        cells = []
        for name in _written(found, output, pictures, folder, names, is_only=is_only):
            cells.append([name])
            counts[output.name] += 1
            done += 1
            if progress is not None:
                progress(done, total)
        columns.append(([output.name], iter(cells)))
    write_columns(found, columns, folder / PREDICTIONS)
    classes = {each.name: each.decision.classes for each in found.outputs if each.decision.classes}
    if classes:
        text = json.dumps(classes, indent=2, ensure_ascii=False)
        (folder / CLASSES).write_text(f"{text}\n", encoding="utf-8")
    return WrittenFolder(dict(counts), notes)


def _columns(output: OfOutput) -> list[str]:
    """Return the columns of an output in the table; none if a table cannot have them."""
    shape = output.row_shape
    return [] if shape is None else columns_of(output.name, output.decision, shape) or []


def _written(
    found: Predictions,
    output: OfOutput,
    pictures: Pictures | None,
    folder: Path,
    names: _Names,
    *,
    is_only: bool,
) -> Iterator[str]:
    """Write a file for each row, and yield its path in the folder."""
    suffix = ".npy" if pictures is None else ".png"
    for row, (values, labels, _) in zip(found.rows, output.rows(), strict=True):
        path = (
            row.path
            if is_only
            else row.path.with_name(f"{row.path.name}.{keras_name(output.name)}")
        )
        file = names.new(path, suffix)
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        if pictures is None:
            _save_array(folder / file, values)
        else:
            pictures.of_row(values, labels).save(folder / file)
        yield file.as_posix()


def _save_array(file: Path, values: Any) -> None:
    with file.open("wb") as opened:
        np.save(opened, values, allow_pickle=False)
