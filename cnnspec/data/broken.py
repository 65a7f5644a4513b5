"""Finds broken images in the data, and leaves them out where the spec says so."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from cnnspec.data.checked import Data
from cnnspec.data.parts import Part
from cnnspec.data.pictures import BrokenImage, picture
from cnnspec.data.problems import DataProblem, DataWarning
from cnnspec.diagnostics.problems import At
from cnnspec.ir.training import Training

MOST_LISTED = 10
"""The most broken images that a message lists."""
PARTS = ("train", "validation", "test")

Inspection = Callable[[Sequence[Path], int], Iterator[str | None]]
"""Yields what is wrong with each image file, in a number of channels; None if nothing is."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken image."""

    column: str
    place: int
    """Its row in the arrays of the part."""
    path: str
    why: str
    row: int | None
    """Its row in the table that names it; None in a folder."""

    def __str__(self) -> str:
        """Return what is wrong, for messages."""
        row = "" if self.row is None else f"row {self.row}: "
        return f"{row}'{self.path}' {self.why}"


def headers(paths: Sequence[Path], channels: int) -> Iterator[str | None]:
    """Read only the beginning of each file."""
    for path in paths:
        yield reason(path, picture)


def reason(path: Path, read: Callable[[Path], object]) -> str | None:
    """Return what is wrong with an image that cannot be read."""
    try:
        read(path)
    except BrokenImage as error:
        return str(error)
    return None


def images_of(part: Part) -> Iterator[tuple[str, list[Path], int]]:
    """Yield the columns of images of a part: the name, the files and their channels."""
    for name, column in part.columns.items():
        if column.is_image:
            files = part.arrays[name][part.rows.start : part.rows.stop]
            yield name, [Path(file) for file in files], column.shape[-1]


def skips_broken(training: Training) -> bool:
    """Whether the spec leaves broken images out."""
    return bool(training.data and training.data.given.get("skip_broken"))


def with_whole_images(
    data: Data, training: Training, inspection: Inspection, *, is_slow: bool = False
) -> Data:
    """Return the data without broken images, if the spec leaves them out.

    If it is slow, not more are looked for than a message lists.

    Raises:
        DataProblem: an image is broken, and the spec does not leave it out; or all are.

    """
    is_skipped = skips_broken(training)
    parts = {key: part for key in PARTS if (part := getattr(data, key)) is not None}
    total = sum(len(files) for part in parts.values() for _, files, _ in images_of(part))
    found: list[Broken] = []
    kept: dict[str, Part] = {}
    at: At = ("data",)
    for key, part in parts.items():
        wrong = []
        for each in _broken(part, training, inspection):
            at = at if found else _at(part, each.column, training)
            found.append(each)
            wrong.append(each.place)
            if is_slow and not is_skipped and len(found) > MOST_LISTED:
                raise _problem(found, total, at, is_all=False)
        if wrong and len({*wrong}) == len(part.rows):
            raise _problem(found, total, at)
        if wrong:
            kept[key] = _without(part, wrong)
    if not found:
        return data
    if not is_skipped:
        raise _problem(found, total, at)
    message = f"{listed(found, total)}; left out because of 'skip_broken'"
    warning = DataWarning("unused-data", message, ("data",))
    return replace(
        data,
        train=kept.get("train", data.train),
        validation=kept.get("validation", data.validation),
        test=kept.get("test", data.test),
        warnings=(*data.warnings, warning),
    )


def _broken(part: Part, training: Training, inspection: Inspection) -> Iterator[Broken]:
    is_folder = training.data is not None and training.data.word == "images"
    for name, files, channels in images_of(part):
        for place, why in enumerate(inspection(files, channels)):
            if why is not None:
                row = part.rows[place]
                number = None if is_folder else part.columns[name].row(row)
                yield Broken(name, row, str(files[place]), why, number)


def _problem(found: list[Broken], total: int, at: At, *, is_all: bool = True) -> DataProblem:
    hint = None if len(found) == total else "leave broken images out with `skip_broken: true`"
    message = listed(found, total, is_all=is_all)
    return DataProblem("file-not-found", message, at, suggestion=hint)


def listed(found: Sequence[object], total: int, *, is_all: bool = True) -> str:
    """Return how many images are broken, and what is wrong with the first ones."""
    is_more = len(found) > MOST_LISTED
    count = f"{len(found):,}" if is_all else f"more than {MOST_LISTED}"
    verb = "is" if len(found) == 1 else "are"
    some = f"{', '.join(map(str, found[:MOST_LISTED]))}{', ...' * is_more}"
    return f"{count} of {total:,} images {verb} broken: {some}"


def _at(part: Part, name: str, training: Training) -> At:
    """Return where the spec names the images: the folder, or an expression over a table."""
    data = training.data
    if data is not None and data.word == "images":
        return ("data", "directory")
    sections = {"inputs": part.inputs, "targets": part.targets, "sample_weight": part.weights}
    for section, expressions in sections.items():
        for key, each in expressions.items():
            if name in each.columns:
                return (section, key)
    return ("data",)


def _without(part: Part, rows: Sequence[int]) -> Part:
    """Return a part without some rows."""
    kept = np.setdiff1d(np.asarray(part.rows), rows)
    columns = {
        name: replace(column, rows=len(kept), numbers=np.array([*map(column.row, kept)]))
        for name, column in part.columns.items()
    }
    arrays = {name: values[kept] for name, values in part.arrays.items()}
    return replace(part, columns=columns, arrays=arrays, rows=range(len(kept)))
