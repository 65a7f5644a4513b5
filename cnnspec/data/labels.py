"""Class numbers for labels: of text, and of folders."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cnnspec.data.columns import Column, is_number, text_shown
from cnnspec.data.problems import DataProblem, DataWarning
from cnnspec.diagnostics.problems import At
from cnnspec.diagnostics.suggestions import did_you_mean

MOST_LISTED = 6
"""The most classes that a message lists."""


@dataclass(slots=True)
class Classes:
    """The classes of an output; those that the spec does not list are found in the training data."""

    output: str
    at: At
    names: tuple[str, ...] = ()
    """Empty if unknown."""
    is_declared: bool = False
    column: Column | None = None
    """The column that its names, or the labels by these names, come from."""
    warnings: list[DataWarning] = field(default_factory=list)

    def numbered(self, column: Column) -> Column | None:
        """Return the class numbers for a column of labels; None for a column of class numbers.

        Raises:
            DataProblem: a label is missing, or is not one of the classes.

        """
        is_one = column.shape in ((), (1,))
        if column.is_image or not (column.is_text or column.classes or self._are_numbers(column)):
            return None
        if not is_one:
            return None
        self.column = self.column or column
        if column.classes:
            names, numbers = column.classes, column.read()
            if spaced := [name for name in names if name != name.strip()]:
                message = (
                    f"'{column.file}' has the class '{spaced[0]}', with spaces around its name"
                )
                hint = f"rename the folder to '{spaced[0].strip()}'"
                raise DataProblem("file-not-found", message, self.at, suggestion=hint)
        else:
            values = np.char.strip(column.texts().astype(str)) if column.is_text else column.read()
            labels, numbers = np.unique(values.reshape(-1), return_inverse=True)
            if column.is_text:
                self._check_texts(column, labels, numbers)
            names = tuple(map(str if column.is_text else _as_name, labels))
        if not self.names:
            self.names = names
            self.warnings += order_of_classes(names, self.at)
        places = {name: place for place, name in enumerate(self.names)}
        present = {*np.unique(numbers).tolist()}
        for number in sorted(present):
            if names[number] not in places:
                raise self._unknown(column, names[number], int(np.argmax(numbers == number)))
        table = np.array([places.get(name, -1) for name in names], "int64")
        found = table[numbers]
        return replace(column, shape=(), dtype="int64", read=lambda: found, classes=self.names)

    def _are_numbers(self, column: Column) -> bool:
        """Whether the classes of the spec are numbers, which a column has, but not 0, 1, 2..."""
        counted = tuple(map(str, range(len(self.names))))
        are_names = self.is_declared and self.names != counted
        return are_names and column.is_numeric and all(each.isdecimal() for each in self.names)

    def _check_texts(self, column: Column, labels: Any, numbers: Any) -> None:
        """Check that all labels are there, and that they are not numbers and other text."""
        if labels[0] == "":
            row = column.row(int(np.argmax(numbers == 0)))
            message = f"{column.shown} has labels, but row {row} is empty"
            raise DataProblem("wrong-dtype", message, self.at)
        as_numbers = [is_number(text) for text in labels]
        if self.is_declared or not any(as_numbers) or all(as_numbers):
            return
        rows = [int(np.argmax(numbers == as_numbers.index(is_one))) for is_one in (True, False)]
        number, text = (text_shown(str(labels[numbers[row]])) for row in rows)
        message = (
            f"{column.shown} has numbers and text: "
            f"row {column.row(rows[0])} has {number}, row {column.row(rows[1])} has {text}"
        )
        hint = f"if all of them are classes, list them in `classes` of '{self.output}'"
        raise DataProblem("wrong-dtype", message, self.at, suggestion=hint)

    def _unknown(self, column: Column, name: str, place: int) -> DataProblem:
        known = listed(self.names)
        hint = did_you_mean(name, self.names)
        if not column.classes:
            message = f"{column.shown} has {text_shown(name)} in row {column.row(place)}, which is"
        else:
            message = f"'{column.file}' has the class {text_shown(name)}, which is"
        message = f"{message} not one of the classes of '{self.output}': {known}"
        return DataProblem("unknown-name", message, self.at, suggestion=hint)


def _as_name(number: Any) -> str:
    return str(int(number)) if number % 1 == 0 else str(number)


def listed(names: tuple[str, ...]) -> str:
    """Return the names of classes in quotes, not more than a message takes."""
    texts = [text_shown(name) for name in names[:MOST_LISTED]]
    return ", ".join(texts + ["..."] * (len(names) > MOST_LISTED))


def order_of_classes(classes: tuple[str, ...], at: At) -> Iterator[DataWarning]:
    """Warn about numbers as names of classes, which are not sorted as numbers."""
    if not all(name.isdecimal() for name in classes):
        return
    by_number = sorted(classes, key=int)
    place = next((at for at, name in enumerate(by_number) if name != classes[at]), None)
    if place is not None:
        message = f"classes are sorted as text, so class {place} is '{classes[place]}', not '{by_number[place]}'"
        hint = f"list them in the output: `classes: [{', '.join(by_number[:3])}, ...]`"
        yield DataWarning("class-order", message, at, hint)
