"""Parts of the data: the rows and columns that a model uses, with their expressions."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cnnspec.data.columns import Column
from cnnspec.data.labels import Classes
from cnnspec.data.problems import DataProblem
from cnnspec.data.reading import Reader
from cnnspec.data.values import Expression
from cnnspec.diagnostics.problems import At, Problem
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Input, Output
from cnnspec.ir.training import Training
from cnnspec.objects.loss import Labels
from cnnspec.shapes import UNKNOWN, Shape

ROWS = 4096
"""The number of rows to check at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of the data, and the columns that the model uses."""

    columns: dict[str, Column]
    """The used columns, and those made of them."""
    names: tuple[str, ...]
    """The names of the columns in the expressions."""
    rows: range
    inputs: dict[str, Expression]
    targets: dict[str, Expression]
    weights: dict[str, Expression]
    arrays: dict[str, Any]
    """The values of the columns, as read."""
    forms: dict[str, Labels]
    """What the targets are."""
    class_weights: Mapping[str, Mapping[int, float]]

    def with_rows(self, rows: range) -> "Part":
        """Return it with other rows."""
        return replace(self, rows=rows)

    def row_shape(self, each: Expression) -> tuple[int, ...]:
        """Return the shape of a row of an expression."""
        return each.row_shape({name: column.shape for name, column in self.columns.items()})

    def values(self, each: Expression) -> Iterator[Any]:
        """Yield the values of an expression, `ROWS` at a time."""
        with np.errstate(all="ignore"):
            for start in range(self.rows.start, self.rows.stop, ROWS):
                rows = slice(start, min(start + ROWS, self.rows.stop))
                columns = {name: self.arrays[name][rows] for name in each.columns}
                yield np.asarray(each.value(columns))

    def row(self, each: Expression, place: int) -> int:
        """Return the number in its file of a row of the part."""
        return self.columns[each.columns[0]].row(self.rows[place])

    def where(self, each: Expression, block: int, wrong: Any) -> str:
        """Return the row, and its file, of the first wrong value in a block of values."""
        return self._row(each, self._place(block, wrong))

    def _place(self, block: int, wrong: Any) -> int:
        return self.rows[block * ROWS + int(np.argwhere(wrong)[0][0])]

    def _row(self, each: Expression, place: int) -> str:
        column = self.columns[each.columns[0]]
        file = f" of '{column.file}'" if column.file else ""
        return f"row {column.row(place)}{file}"

    def finite_values(self, each: Expression, at: At) -> Iterator[Any]:
        """Yield the values of an expression, `ROWS` at a time.

        Raises:
            DataProblem: one is infinite or NaN, or too large to compute with.

        """
        try:
            for block, values in enumerate(self.values(each)):
                if values.dtype.kind == "f" and not np.isfinite(values).all():
                    place = self._place(block, ~np.isfinite(values))
                    raise self._not_finite(each, at, values, place)
                yield values
        except DataProblem:
            raise
        except Problem as problem:
            raise DataProblem(problem.code, problem.message, at) from None

    def _not_finite(self, each: Expression, at: At, values: Any, place: int) -> DataProblem:
        """Make the error for a value that is infinite or NaN, or is computed from one."""
        found = values[~np.isfinite(values)][0]
        for name in each.columns:
            column, row = self.columns[name], np.asarray(self.arrays[name][place])
            if row.dtype.kind == "f" and not np.isfinite(row).all():
                value = row[~np.isfinite(row)][0]
                message = f"{column.shown} has {value} in row {column.row(place)}"
                hint = (
                    None if np.isnan(value) else "numbers with a point are float32, at most 3.4e38"
                )
                return DataProblem("out-of-range", message, at, suggestion=hint)
        message = f"the expression is {found} in {self._row(each, place)}"
        return DataProblem("out-of-range", message, at)


def read_part(
    checked: CheckedGraph,
    training: Training,
    columns: Mapping[str, Column],
    classes: Mapping[str, Classes],
    source: str = "the data",
) -> Part:
    """Read the columns that the model uses; `source` is where they come from, for messages.

    Raises:
        DataProblem: one is missing, or an input or a target has none.

    """
    reader = Reader(columns, training.parameters, training.root, source)
    inputs, targets = {}, {}
    for tensor in checked.inputs:
        if tensor.name not in training.inputs:
            raise DataProblem("missing-key", f"no data for the input '{tensor.name}'", ("inputs",))
        inputs[tensor.name] = read_input(reader, training.inputs[tensor.name], tensor)
    for output in checked.graph.outputs:
        if output.name in training.targets:
            predicted = checked.outputs[output.name].shape
            targets[output.name] = reader.read(
                training.targets[output.name],
                ("targets", output.name),
                channels=_channels(predicted if predicted is UNKNOWN else predicted[1:]),
                classes=classes[output.name],
                takes_numbers=takes_classes(output, predicted),
            )
        elif output.has_target:
            what = "a loss" if output.loss else "metrics"
            message = f"no data for the output '{output.name}', which has {what}"
            raise DataProblem("missing-key", message, ("targets",))
    weights = {
        name: reader.read(text, ("sample_weight", name))
        for name, text in training.sample_weight.items()
    }
    rows = range(_length(reader.used))
    arrays = {name: column.read() for name, column in reader.used.items()}
    names = tuple(reader.names)
    return Part(reader.used, names, rows, inputs, targets, weights, arrays, {}, {})


def read_input(reader: Reader, written: str, tensor: Input) -> Expression:
    """Read the expression of an input.

    Raises:
        DataProblem: a column is missing, or has no numbers.

    """
    at: At = ("inputs", tensor.name)
    expected = tensor.tensor.shape[1:]
    is_text = tensor.tensor.dtype == "string"
    each = reader.read(written, at, channels=_channels(expected), takes_text=is_text)
    if expected is UNKNOWN or None in expected or not each.is_vector:
        return each
    try:
        shape = each.row_shape({name: column.shape for name, column in reader.used.items()})
    except ValueError:
        message = "a part of a vector must be one number per row, or a vector"
        raise DataProblem("shape-mismatch", message, at) from None
    sizes = tuple(int(size) for size in expected if size is not None)
    is_fitting = len(shape) == 1 and len(sizes) > 1 and shape[0] == math.prod(sizes)
    return replace(each, row=sizes) if is_fitting else each


def takes_classes(output: Output, predicted: Shape) -> bool:
    """Whether the labels of an output can be classes."""
    size = predicted[-1] if predicted is not UNKNOWN else None
    return any(form != "values" for form in output.labels_for(size))


def _channels(shape: Shape) -> int:
    """Return the channels of images for a tensor."""
    last = shape[-1] if shape is not UNKNOWN and len(shape) == 3 else None
    return last if last in (1, 3, 4) else 3


def _length(columns: Mapping[str, Column]) -> int:
    """Return the number of rows, which all columns have."""
    counts = {column.name: column.rows for column in columns.values()}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"'{name}' {count}" for name, count in counts.items())
        raise DataProblem("shape-mismatch", f"columns with different lengths: {listed}", ("data",))
    count = max(counts.values(), default=0)
    if not count:
        raise DataProblem("shape-mismatch", "the data has no rows", ("data",))
    return count


def fits(shape: tuple[int, ...], expected: Shape) -> bool:
    """Whether the shape of a row is an expected one."""
    return expected is UNKNOWN or (
        len(shape) == len(expected)
        and all(b is None or a == b for a, b in zip(shape, expected, strict=True))
    )
