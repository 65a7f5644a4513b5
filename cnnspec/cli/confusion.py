"""Shows which classes a model confuses: as a matrix, or as the pairs that it confuses most."""

from typing import TYPE_CHECKING, Any

from cnnspec.backends.summary.layout import Column, Sheet, simple_width, table_lines
from cnnspec.cli.printing import hanging

if TYPE_CHECKING:
    from cnnspec.training.confusion import Confusion

MOST_CLASSES = 30
"""The most classes of a matrix whose width is not limited by a terminal."""
MOST_PAIRS = 20
"""The most pairs of classes that are listed."""
NARROWEST = 4
"""The width of a column with one digit, and the space around it."""
SHORTEST = 4
"""The fewest letters to which the names of classes are shortened."""
MOST_IN_MATRIX = 2000
"""The most classes of a matrix in JSON; for more, only the cells that are not 0 are listed."""


def confusion_data(confused: "dict[str, Confusion]") -> dict[str, Any]:
    """Return the confusions of outputs for JSON; rows are true classes, columns predicted ones."""
    return {name: _data(each) for name, each in confused.items()}


def _data(each: "Confusion") -> dict[str, Any]:
    classes = list(each.classes)
    if each.is_of_labels:
        return {"classes": classes, "matrices": each.outcomes.tolist()}
    if len(classes) > MOST_IN_MATRIX:
        cells = [[*pair, count] for pair, count in sorted(each.counts.items())]
        return {"classes": classes, "cells": cells}
    return {"classes": classes, "matrix": each.matrix()}


def confusion_text(name: str, each: "Confusion", sheet: Sheet) -> str:
    """Return the confusions of an output as a table that fits a sheet."""
    if each.is_of_labels:
        return _of_labels(name, each, sheet)
    lines = _matrix(each, sheet)
    if lines:
        said = f"{sheet.writable(name)}: a row for each true class, a column for each predicted one"
        return "\n".join([hanging(said, 0), *lines])
    return _pairs(name, each, sheet)


def _matrix(each: "Confusion", sheet: Sheet) -> list[str]:
    """Return the lines of the whole matrix; none if it is too wide even with shortened names."""
    most = MOST_CLASSES if sheet.width is None else sheet.width // NARROWEST
    if len(each.classes) > most:
        return []
    rows = [[f"{count:,}" for count in row] for row in each.matrix()]
    names = [*map(sheet.writable, each.classes)]
    for width in range(max(SHORTEST, *map(len, names)), SHORTEST - 1, -1):
        shortened = [sheet.shortened(name, width) for name in names]
        if len({*shortened}) < len(names):
            return []
        cells = [(name, *row) for name, row in zip(shortened, rows, strict=True)]
        if sheet.width is None or simple_width(["", *shortened], cells) <= sheet.width:
            columns = [Column(""), *(Column(name, is_number=True) for name in shortened)]
            return table_lines(columns, cells, sheet, frame="simple")
    return []


def _pairs(name: str, each: "Confusion", sheet: Sheet) -> str:
    confused = each.confused()
    right = sum(each.counts[place, place] for place in range(len(each.classes)))
    head = f"{sheet.writable(name)}: {right:,} of {each.total:,} are right"
    if not confused:
        return hanging(head, 0)
    shown = confused[:MOST_PAIRS]
    what = "the classes that are confused"
    if len(confused) > MOST_PAIRS:
        what = f"the {MOST_PAIRS} most confused of {len(confused):,} pairs of classes"
    totals: dict[int, int] = {}
    for (true, _), count in each.counts.items():
        totals[true] = totals.get(true, 0) + count
    rows = [
        (each.classes[true], each.classes[predicted], f"{count:,}", f"{count / totals[true]:.1%}")
        for true, predicted, count in shown
    ]
    columns = [
        Column("true class", shorten=sheet.shortened),
        Column("predicted", shorten=sheet.shortened),
        Column("rows", is_number=True),
        Column("of the class", is_number=True),
    ]
    table = table_lines(columns, rows, sheet, frame="simple")
    note = "`--format json` has the whole matrix"
    return "\n".join([hanging(f"{head}; {what}; {note}", 0), *table])


def _of_labels(name: str, each: "Confusion", sheet: Sheet) -> str:
    """Return a row for each class of an output with several labels."""
    columns = [
        Column("class", shorten=sheet.shortened),
        *(Column(kind, is_number=True) for kind in ("both", "predicted only", "true only")),
        Column("neither", is_number=True),
    ]
    rows = [
        (label, *(f"{count:,}" for count in (ones[1], zeros[1], ones[0], zeros[0])))
        for label, (zeros, ones) in zip(each.classes, each.outcomes.tolist(), strict=True)
    ]
    said = f"{sheet.writable(name)}: how often each class is true, predicted, or both"
    return "\n".join([hanging(said, 0), *table_lines(columns, rows, sheet, frame="simple")])
