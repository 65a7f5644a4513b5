"""Columns of data: names, shapes and types first, values when they are needed."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.data.problems import DataProblem, DataWarning
from cnnspec.diagnostics.problems import At

NUMBERS = "biuf"
"""The kinds of data types whose values are numbers."""
TEXT = "<U0"
"""The data type of text; arrays of it may hold objects of Python, which have a length each."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column, with one value per row."""

    name: str
    rows: int
    shape: tuple[int, ...]
    """The shape of one row."""
    dtype: str
    read: Callable[[], Any]
    """Returns all rows, possibly memory-mapped; for images the paths, which are decoded later."""
    file: Path | None = None
    """The file that it is read from."""
    is_image: bool = False
    classes: tuple[str, ...] = ()
    """The names of the classes whose numbers it has."""
    numbers: Any = None
    """The number of each row in the file; None if they count from 0."""
    fault: DataProblem | None = None
    """Why it cannot be used."""
    written: Callable[[], Any] | None = None
    """Returns the text of all rows, if the file has numbers as text."""

    @property
    def is_text(self) -> bool:
        """Whether its values are text."""
        return np.dtype(self.dtype).kind in "SU"

    @property
    def is_numeric(self) -> bool:
        """Whether its values are numbers."""
        return not self.is_image and np.dtype(self.dtype).kind in NUMBERS

    @property
    def shown(self) -> str:
        """Its name and file, for messages."""
        return f"the column '{self.name}'" + (f" of '{self.file}'" if self.file else "")

    def row(self, place: int) -> int:
        """Return the number of a row in the file."""
        return place if self.numbers is None else int(self.numbers[place])

    def texts(self) -> Any:
        """Return the values of a column of text."""
        values = self.read()
        return np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values

    def text(self, at: At) -> "Column":
        """Return it as a column of text.

        Raises:
            DataProblem: it cannot be used, or does not contain text.

        """
        self._check_fault(at)
        if self.is_text and not self.is_image:
            return replace(self, read=self.texts)
        if self.written is None:
            what = "images" if self.is_image else self.dtype
            raise DataProblem("wrong-dtype", f"{self.shown} must contain text, not {what}", at)
        return replace(self, dtype=TEXT, read=self.written)

    def with_text(self, written: Callable[[], Any]) -> "Column":
        """Return it with the text that its numbers are written as."""
        return replace(self, written=written)

    def checked(self, at: At) -> "Column":
        """Return it if it has numbers, or images.

        Raises:
            DataProblem: it cannot be used, or does not contain numbers.

        """
        self._check_fault(at)
        if self.is_text and not self.is_image:
            raise self._no_numbers(at)
        if not self.is_image and np.dtype(self.dtype).kind not in NUMBERS:
            message = f"{self.shown} must contain numbers, not {np.dtype(self.dtype).name}"
            raise DataProblem("wrong-dtype", message, at)
        return self

    def _check_fault(self, at: At) -> None:
        if self.fault is not None:
            raise DataProblem(
                self.fault.code, self.fault.message, at, suggestion=self.fault.suggestion
            )

    def _no_numbers(self, at: At) -> DataProblem:
        """Make the error for the first value that is not a number."""
        texts = self.texts()
        if not texts.size:
            return DataProblem("wrong-dtype", f"{self.shown} must contain numbers, not text", at)
        rows = texts.reshape(self.rows, -1)
        wrong = (
            (place, text) for place, row in enumerate(rows) for text in row if not is_number(text)
        )
        place, text = next(wrong, (0, rows[0][0]))
        found = f"has {text_shown(text)}" if text.strip() else "is empty"
        message = f"{self.shown} must contain numbers, but row {self.row(place)} {found}"
        hint = None
        if is_number(text):
            hint = "save numbers instead of text"
        elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", text):
            hint = f"write {text.replace(',', '')}, without commas"
        elif is_number(text.replace(",", ".")):
            hint = f"write a decimal point: {text.replace(',', '.')}"
        return DataProblem("wrong-dtype", message, at, suggestion=hint)


def is_number(text: str) -> bool:
    """Whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def text_shown(text: str) -> str:
    """Return a value in quotes, on one line and shortened."""
    line = " ".join(text.split())
    return f"'{line}'" if len(line) <= 40 else f"'{line[:37]}...'"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a source, by part; the validation and test parts may be empty."""

    train: dict[str, Column]
    test: dict[str, Column] = field(default_factory=dict)
    validation: dict[str, Column] = field(default_factory=dict)
    named: dict[str, Column] = field(default_factory=dict)
    """All columns by their names in the file, if those differ."""
    warnings: tuple[DataWarning, ...] = ()


def array_column(name: str, values: Any, file: Path | None = None, **more: Any) -> Column:
    """Make a column of values in memory."""
    values = np.asarray(values)
    sort = TEXT if values.dtype == object else type_name(values.dtype)
    return Column(name, len(values), values.shape[1:], sort, lambda: values, file, **more)


def type_name(dtype: Any) -> str:
    """Return the name of a data type, from which NumPy makes it again."""
    return str(dtype.name if dtype.kind in NUMBERS else dtype.str)


def unreadable(path: Path, error: OSError, at: At) -> DataProblem:
    """Make the error for a file or folder that cannot be read."""
    return DataProblem("file-not-found", f"'{path}' cannot be read: {error.strerror}", at)
