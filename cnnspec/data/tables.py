"""Reads CSV tables: numbers where all values of a column are numbers, otherwise text."""

import csv
from collections.abc import Collection, Iterator
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.data.columns import Column, Columns, array_column, text_shown, unreadable
from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At
from cnnspec.files.reading import opened

ROWS = 4096
"""The number of rows to keep as texts of Python at a time."""
DELIMITERS = {";": '";"', "\t": '"\\t"', "|": '"|"'}
"""Delimiters of tables that are no comma, as a spec writes them."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_IN_WORDS = {
    "unexpected end of data": "a quote that is never closed",
    "line contains NUL": "a null character, so it is probably not text",
    "field larger than": f"a value of more than {csv.field_size_limit():,} characters",
    "expected after": "text after a closing quote",
}
"""What the messages of Python's reader mean, by a part of each."""


def open_table(path: Path, delimiter: str, at: At) -> Columns:
    """Read a CSV file.

    Raises:
        DataProblem: it cannot be read, or its rows do not fit its header.

    """
    return Columns(_columns(path, delimiter, at, set()))


def _columns(path: Path, delimiter: str, at: At, texts: Collection[str]) -> dict[str, Column]:
    """Read a CSV file; some of its columns are text whatever their values are."""
    as_text = {*texts}
    while True:
        table = _Table(path, at)
        columns = table.columns(delimiter, as_text)
        if table.late_texts <= as_text:
            break
        as_text |= table.late_texts
    for name, column in columns.items():
        if not column.is_text:
            written = partial(_written, path, delimiter, at, name)
            columns[name] = column.with_text(written)
    return columns


def _written(path: Path, delimiter: str, at: At, name: str) -> Any:
    """Return the texts of a column of numbers."""
    return _columns(path, delimiter, at, {name})[name].read()


class _Table:
    def __init__(self, path: Path, at: At) -> None:
        self.path, self.at = path, at
        self.late_texts: set[str] = set()
        """The columns that began with numbers and have text below."""

    def problem(self, code: str, message: str, suggestion: str | None = None) -> DataProblem:
        return DataProblem(code, message, self.at, suggestion=suggestion)

    def columns(self, delimiter: str, texts: Collection[str]) -> dict[str, Column]:
        """Read all rows; columns of some names are text."""
        try:
            with TextIOWrapper(opened(self.path), "utf-8-sig", newline="") as file:
                reader = csv.reader(file, delimiter=delimiter, strict=True)
                try:
                    return self.read(_not_blank(reader), texts)
                except csv.Error as error:
                    raise self.malformed(str(error), reader.line_num) from None
        except OSError as error:
            raise unreadable(self.path, error, self.at) from None
        except UnicodeDecodeError:
            raise self.not_utf8() from None

    def malformed(self, message: str, line: int) -> DataProblem:
        found = next((known for part, known in _IN_WORDS.items() if part in message), message)
        return self.problem("file-not-found", f"line {line} of '{self.path}' has {found}")

    def not_utf8(self) -> DataProblem:
        with opened(self.path) as file:
            content = file.read()
        hint = "save it in UTF-8"
        if content.startswith(_UTF16):
            return self.problem("not-utf8", f"'{self.path}' is text in UTF-16, not in UTF-8", hint)
        try:
            content.decode()
        except UnicodeDecodeError as error:
            line, byte = content.count(b"\n", 0, error.start) + 1, content[error.start]
            message = f"'{self.path}' is not text in UTF-8: line {line} has the byte 0x{byte:02x}"
            return self.problem("not-utf8", message, hint)
        return self.problem("not-utf8", f"'{self.path}' is not text in UTF-8", hint)

    def read(
        self, rows: Iterator[tuple[int, list[str]]], texts: Collection[str]
    ) -> dict[str, Column]:
        names = self.header(rows)
        parts: list[list[Any]] = [[] for _ in names]
        numbers: list[int] = []
        for some_numbers, block in self.blocks(rows, len(names)):
            numbers += some_numbers
            for place, values in enumerate(zip(*block, strict=True)):
                if name := names[place]:
                    parts[place].append(_text(values) if name in texts else _values(values))
        if not numbers:
            raise self.problem("file-not-found", f"'{self.path}' has no rows after its header")
        columns = {}
        for place, name in enumerate(names):
            if name:
                kinds = {part.dtype.kind for part in parts[place]}
                if "O" in kinds and kinds != {"O"}:
                    self.late_texts.add(name)
                whole = np.concatenate(parts[place])
                parts[place] = []
                with np.errstate(over="ignore"):  # infinite numbers are found if they are used
                    whole = whole.astype("float32") if whole.dtype.kind == "f" else whole
                columns[name] = array_column(name, whole, self.path, numbers=np.array(numbers))
        return columns

    def header(self, rows: Iterator[tuple[int, list[str]]]) -> list[str]:
        """Return the names of the columns; those without a name are left out."""
        _, header = next(rows, (0, []))
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

    def blocks(
        self, all_rows: Iterator[tuple[int, list[str]]], width: int
    ) -> Iterator[tuple[list[int], list[list[str]]]]:
        """Yield the rows in blocks, with their numbers in the file."""
        numbers: list[int] = []
        rows: list[list[str]] = []
        for number, row in all_rows:
            if len(row) != width:
                values = "1 value" if len(row) == 1 else f"{len(row)} values"
                message = f"row {number} of '{self.path}' has {values}, but the header has {width}"
                raise self.problem("file-not-found", message)
            numbers.append(number)
            rows.append(row)
            if len(rows) == ROWS:
                yield numbers, rows
                numbers, rows = [], []
        if rows:
            yield numbers, rows


def _not_blank(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield the numbers and values of rows: without blank lines, and without empty rows at the end.

    Spreadsheets write such rows below their tables.
    """
    empty: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, start=1):
        if any(map(str.strip, row)):
            yield from empty
            yield number, row
            empty = []
        elif len(row) > 1:
            empty.append((number, row))


def _values(texts: tuple[str, ...]) -> Any:
    """Return whole numbers, else numbers, else text."""
    if "_" in "".join(texts):  # Python allows it in numbers
        return _text(texts)
    for read, kind in ((int, "int64"), (float, "float64")):
        try:
            return np.array([*map(read, texts)], kind)
        except (ValueError, OverflowError):
            continue
    return _text(texts)


def _text(texts: tuple[str, ...]) -> Any:
    return np.array([text.strip() for text in texts], object)
