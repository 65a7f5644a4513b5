"""The rows of files that a model is given, which are read a few at a time."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import PurePath
from typing import Any

import numpy as np

from cnnspec.counts import counted
from cnnspec.data.given_files import GivenFile, GivenFiles
from cnnspec.data.problems import DataProblem
from cnnspec.ir.graph import Input
from cnnspec.ir.training import Training
from cnnspec.training.given import Read, rows_of
from cnnspec.training.image_files import is_image, usable

AT_ONCE = 256
"""The number of rows to read and predict at a time."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is called."""

    name: str
    """The file, with the number of the row if it has several."""
    path: PurePath
    """The path, without a suffix, of files that are written for it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one file, or of several images."""

    source: str
    """Where they come from, for messages."""
    rows: Sequence[Row]
    batches: Callable[[], Iterator[tuple[Any, ...]]]
    """Yields batches for each input, in order; the rows of a batch have the same shape."""


def rows_for(
    given: GivenFiles, inputs: Sequence[Input], training: Training | None
) -> tuple[list[Rows], list[str]]:
    """Return the rows of files, and messages about what is left out.

    Raises:
        DataProblem: a file cannot be read, or does not fit the model.

    """
    if None not in given.files:
        return [_of_several(given, inputs, training)], [*given.left_out]
    files = given.files[None]
    left, left_out = usable([each.path for each in files], inputs[0], training)
    kept = {*left}
    found = []
    whole = [each for each in files if each.path in kept]
    for are_images, group in groupby(whole, lambda each: len(inputs) == 1 and is_image(each.path)):
        if are_images:
            found.append(_of_images([(each,) for each in group], inputs, training))
        else:
            found += [_of_file(each, inputs, training) for each in group]
    return found, [*given.left_out, *([left_out] if left_out else [])]


def _of_images(
    files: Sequence[tuple[GivenFile, ...]], inputs: Sequence[Input], training: Training | None
) -> Rows:
    """Return rows with an image for each input."""

    def batches() -> Iterator[tuple[Any, ...]]:
        for start in range(0, len(files), AT_ONCE):
            read = [_images(each, inputs, training) for each in files[start : start + AT_ONCE]]
            for _, alike in groupby(read, lambda row: [image.shape for image in row]):
                yield tuple(map(np.concatenate, zip(*alike, strict=True)))

    source = f"'{files[0][0].path}'" if len(files) == 1 else f"{len(files):,} images"
    return Rows(source, [_row(each[0]) for each in files], batches)


def _images(
    files: tuple[GivenFile, ...], inputs: Sequence[Input], training: Training | None
) -> tuple[Any, ...]:
    found: list[Any] = []
    for file, one in zip(files, inputs, strict=True):
        count, read = rows_of(file.path, (one,), training)
        found += read(slice(0, count))
    return tuple(found)


def _of_file(file: GivenFile, inputs: Sequence[Input], training: Training | None) -> Rows:
    count, read = rows_of(file.path, inputs, training)
    return Rows(f"'{file.path}'", _numbered(_row(file), count), lambda: _parts(count, (read,)))


def _of_several(given: GivenFiles, inputs: Sequence[Input], training: Training | None) -> Rows:
    """Return the rows of files for each input."""
    groups = [*zip(*(given.files[each.name] for each in inputs), strict=True)]
    if all(is_image(file.path) for files in groups for file in files):
        for one in inputs:
            usable([each.path for each in given.files[one.name]], one, None)
        return _of_images(groups, inputs, training)
    rows: list[Row] = []
    found: list[tuple[int, list[Read]]] = []
    for files in groups:
        each = [
            rows_of(file.path, (one,), training) for file, one in zip(files, inputs, strict=True)
        ]
        counts = {one.name: count for (count, _), one in zip(each, inputs, strict=True)}
        if len({*counts.values()}) > 1:
            listed = ", ".join(f"'{name}' {count}" for name, count in counts.items())
            message = f"the inputs have different numbers of rows: {listed}"
            raise DataProblem("shape-mismatch", message)
        rows += _numbered(_row(files[0]), each[0][0])
        found.append((each[0][0], [read for _, read in each]))
    source = f"{counted(len(rows), 'row')} of {counted(len(groups) * len(inputs), 'file')}"
    return Rows(source, rows, lambda: chain.from_iterable(_parts(*each) for each in found))


def _parts(count: int, reads: Sequence[Read]) -> Iterator[tuple[Any, ...]]:
    """Yield batches of rows of files that have the same number of them."""
    for start in range(0, count, AT_ONCE):
        rows = slice(start, min(start + AT_ONCE, count))
        yield tuple(batch for read in reads for batch in read(rows))


def _row(file: GivenFile) -> Row:
    return Row(str(file.path), file.name.with_suffix(""))


def _numbered(row: Row, count: int) -> list[Row]:
    if count == 1:
        return [row]
    width = len(str(count - 1))
    return [
        Row(f"{row.name}[{place}]", row.path.with_name(f"{row.path.name}_{place:0{width}}"))
        for place in range(count)
    ]
