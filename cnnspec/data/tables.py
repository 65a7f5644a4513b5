"""Reads CSV tables: numbers where all values of a column are numbers, otherwise text."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.data.columns import Column, Columns, array_column, text_shown, unreadable
from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At

ROWS = 4096
"""The number of rows to keep as texts of Python at a time."""
DELIMITERS = {";": '";"', "\t": '"\\t"', "|": '"|"'}
"""Delimiters of tables that are no comma, as a spec writes them."""


def open_table(path: Path, delimiter: str, at: At) -> Columns:
    """Read a CSV file.

    Raises:
        DataProblem: it cannot be read, or its rows do not fit its header.

    """
    texts: set[int] = set()
    try:
        while True:
            with path.open(encoding="utf-8-sig", newline="") as file:
                table = _Table(path, at, csv.reader(file, delimiter=delimiter, strict=True))
                columns = table.columns(texts)
            if table.late_texts <= texts:
                return Columns(columns)
            texts |= table.late_texts
    except OSError as error:
        raise unreadable(path, error, at) from None
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataProblem("file-not-found", f"'{path}' is not a CSV file: {error}", at) from None


class _Table:
    def __init__(self, path: Path, at: At, rows: Iterator[list[str]]) -> None:
        self.path, self.at = path, at
        self.rows = ((number, row) for number, row in enumerate(rows, start=1) if any(row))
        self.late_texts: set[int] = set()
        """The columns that began with numbers and have text below, by position."""

    def columns(self, texts: set[int]) -> dict[str, Column]:
        """Read all rows; the columns at some positions are text."""
        names = self.header()
        parts: list[list[Any]] = [[] for _ in names]
        numbers: list[int] = []
        for some_numbers, rows in self.blocks(len(names)):
            numbers += some_numbers
            for place, values in enumerate(zip(*rows, strict=True)):
                if names[place]:
                    parts[place].append(_text(values) if place in texts else _values(values))
        if not numbers:
            raise self.problem("file-not-found", f"'{self.path}' has no rows after its header")
        columns = {}
        for place, name in enumerate(names):
            if name:
                kinds = {part.dtype.kind for part in parts[place]}
                if "U" in kinds and kinds != {"U"}:
                    self.late_texts.add(place)
                whole = np.concatenate(parts[place])
                parts[place] = []
                whole = whole.astype("float32") if whole.dtype.kind == "f" else whole
                columns[name] = array_column(name, whole, self.path, numbers=np.array(numbers))
        return columns

    def problem(self, code: str, message: str, suggestion: str | None = None) -> DataProblem:
        return DataProblem(code, message, self.at, suggestion=suggestion)

    def header(self) -> list[str]:
        """Return the names of the columns; those without a name are left out."""
        _, header = next(self.rows, (0, []))
        names = [name.strip() for name in header]
        if not any(names):
            raise self.problem("file-not-found", f"'{self.path}' is empty")
        for place, name in enumerate(names):
            if name and name in names[:place]:
                message = f"two columns of '{self.path}' are called '{name}'"
                raise self.problem("duplicate-name", message)
        if len(names) == 1:
            for letter, written in DELIMITERS.items():
                if letter in names[0]:
                    message = f"'{self.path}' has only one column, {text_shown(names[0])}"
                    raise self.problem("wrong-structure", message, f"set `delimiter: {written}`")
        return names

    def blocks(self, width: int) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Yield the rows in blocks, with their numbers in the file."""
        numbers: list[int] = []
        rows: list[list[str]] = []
        for number, row in self.rows:
            if len(row) != width:
                message = f"row {number} of '{self.path}' has {len(row)} values, but the header has {width}"
                raise self.problem("file-not-found", message)
            numbers.append(number)
            rows.append(row)
            if len(rows) == ROWS:
                yield numbers, rows
                numbers, rows = [], []
        if rows:
            yield numbers, rows


def _values(texts: tuple[str, ...]) -> Any:
    """Return whole numbers, else numbers, else text."""
    for read, kind in ((int, "int64"), (float, "float64")):
        try:
            return np.array([*map(read, texts)], kind)
        except (ValueError, OverflowError):
            continue
    return _text(texts)


def _text(texts: tuple[str, ...]) -> Any:
    return np.array([text.strip() for text in texts])
