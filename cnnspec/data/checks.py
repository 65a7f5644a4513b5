"""Checks the training data against the model, before TensorFlow is imported."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnspec.data.columns import Column, Columns, open_columns
from cnnspec.data.problems import DataProblem
from cnnspec.data.values import Expression, expression
from cnnspec.diagnostics.problems import At
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.ir.training import Training
from cnnspec.objects.loss import NUMBERED, Labels, OverClasses
from cnnspec.shapes import UNKNOWN, Shape, text

ROWS = 4096
"""The number of rows to check at a time."""


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of the data, and the columns that the model uses."""

    columns: dict[str, Column]
    rows: range
    inputs: dict[str, Expression]
    targets: dict[str, Expression]
    weights: dict[str, Expression]
    arrays: dict[str, Any]
    """The values of the used columns, as read."""


@dataclass(frozen=True, slots=True)
class Data:
    """All parts of the data, which fit the model."""

    train: Part
    validation: Part | None
    test: Part | None


def check_data(checked: CheckedGraph, training: Training, columns: Columns | None = None) -> Data:
    """Read the training data and check it against the model.

    Raises:
        DataProblem: the data cannot be read, or does not fit.

    """
    columns = columns or open_columns(training)
    rows = max((column.rows for column in columns.train.values()), default=0)
    kept, validation = range(rows), None
    whole = _part(checked, training, columns.train, range(rows))
    _check(checked, whole)
    if isinstance(training.validation, float) and training.validation > 0:
        first = rows - round(rows * training.validation)
        if not 0 < first < rows:
            message = f"{training.validation:g} of {rows} rows leaves one part empty"
            raise DataProblem("out-of-range", message, ("validation",))
        kept = range(first)
        validation = _with_rows(whole, range(first, rows))
    elif isinstance(training.validation, Mapping):
        validation = _renamed(checked, training, columns, training.validation)
    test = None
    if columns.test and set(_used(whole)) <= set(columns.test):
        count = next(iter(columns.test.values())).rows
        test = _part(checked, training, columns.test, range(count))
        _check(checked, test)
    return Data(_with_rows(whole, kept), validation, test)


def _used(part: Part) -> Iterator[str]:
    for expressions in (part.inputs, part.targets, part.weights):
        for each in expressions.values():
            yield from each.columns


def _with_rows(part: Part, rows: range) -> Part:
    return Part(part.columns, rows, part.inputs, part.targets, part.weights, part.arrays)


def _part(
    checked: CheckedGraph, training: Training, columns: dict[str, Column], rows: range
) -> Part:
    sections = {
        "inputs": training.inputs,
        "targets": training.targets,
        "sample_weight": training.sample_weight,
    }
    expressions_of = {
        section: {
            name: expression(each, columns, training.parameters, (section, name))
            for name, each in texts.items()
        }
        for section, texts in sections.items()
    }
    for tensor in checked.inputs:
        if tensor.name not in training.inputs:
            raise DataProblem("missing-key", f"no data for the input '{tensor.name}'", ("inputs",))
    for output in checked.graph.outputs:
        if output.loss and output.name not in training.targets:
            message = f"no data for the output '{output.name}', which has a loss"
            raise DataProblem("missing-key", message, ("targets",))
    part = Part(
        columns,
        rows,
        expressions_of["inputs"],
        expressions_of["targets"],
        expressions_of["sample_weight"],
        {},
    )
    for section, expressions in expressions_of.items():
        for name, each in expressions.items():
            for column in each.columns:
                if np.dtype(columns[column].dtype).kind not in "biuf":
                    message = (
                        f"the column '{column}' must contain numbers, not {columns[column].dtype}"
                    )
                    raise DataProblem("wrong-dtype", message, (section, name))
    for name in dict.fromkeys(_used(part)):
        part.arrays[name] = columns[name].read()
    return part


def _renamed(
    checked: CheckedGraph, training: Training, columns: Columns, names: Mapping[str, str]
) -> Part:
    """Return the rows of other columns, under the names of the columns that they stand for."""
    renamed = {}
    for name, other in names.items():
        base, _, last = other.rpartition("_")
        column = columns.train.get(other) or (columns.test.get(base) if last == "test" else None)
        if column is None:
            message = f"the data has no column '{other}'"
            raise DataProblem("unknown-name", message, ("validation", name))
        renamed[name] = column
    counts = {column.rows for column in renamed.values()}
    if len(counts) != 1:
        raise DataProblem("shape-mismatch", "columns with different lengths", ("validation",))
    part = _part(checked, training, renamed, range(counts.pop()))
    _check(checked, part)
    return part


def _check(checked: CheckedGraph, part: Part) -> None:
    for each in checked.inputs:
        at: At = ("inputs", each.name)
        shape = _shape(part, part.inputs[each.name], at)
        expected = each.tensor.shape[1:]
        if not _fits(shape, expected) and not _fits((*shape, 1), expected):
            message = f"a row has the shape {text(shape)}, but the input '{each.name}' takes {text(expected)}"
            raise DataProblem("shape-mismatch", message, at)
        is_decoded = any(part.columns[name].is_image for name in part.inputs[each.name].columns)
        for values in () if is_decoded else _values(part, part.inputs[each.name]):
            _check_finite(values, at)
            if np.dtype(each.tensor.dtype).kind in "iu" and values.dtype.kind == "f":
                message = f"the input '{each.name}' takes {each.tensor.dtype}, not {values.dtype}"
                raise DataProblem("wrong-dtype", message, at)
    for output in checked.graph.outputs:
        if output.name in part.targets:
            _check_target(output, checked.outputs[output.name].shape, part)
    for name, weight in part.weights.items():
        for values in _values(part, weight):
            _check_finite(values, ("sample_weight", name))


def _check_target(output: Output, predicted: Shape, part: Part) -> None:
    at: At = ("targets", output.name)
    target = part.targets[output.name]
    shape = _shape(part, target, at)
    size = predicted[-1] if predicted is not UNKNOWN else None
    forms: tuple[Labels, ...] = output.loss.labels_for(size) if output.loss else ("values",)
    if predicted is not UNKNOWN:
        shapes = {form: _shapes_of_labels(form, predicted[1:]) for form in forms}
        fitting = [form for form in forms if any(_fits(shape, each) for each in shapes[form])]
        if not fitting:
            needed = text(shapes[forms[0]][0])
            message = f"a row has the shape {text(shape)}, but '{output.name}' needs labels of shape {needed}"
            hint = "SparseCategoricalCrossentropy takes class numbers"
            is_one_hot = isinstance(output.loss, OverClasses) and "one-hot" in forms
            suggestion = hint if is_one_hot else None
            raise DataProblem("shape-mismatch", message, at, suggestion=suggestion)
        forms = tuple(fitting)
    ignored = output.loss.given.get("ignore_class") if output.loss else None
    for start, values in enumerate(_values(part, target)):
        _check_finite(values, at)
        wrong, message = _wrong_labels(output.name, forms[0], values, size)
        wrong &= values != ignored
        if wrong.any():
            row = int(np.argwhere(wrong)[0][0])
            value = values[wrong][0]
            place = part.rows[start * ROWS + row]
            raise DataProblem("out-of-range", f"{message}, but row {place} has {value}", at)


def _shapes_of_labels(form: Labels, predicted: tuple[int | None, ...]) -> list[Shape]:
    """Return the valid shapes of a row of labels for a row of predictions."""
    if form == "sequences":
        return [(None,)]
    without_classes = predicted[:-1]
    if form in NUMBERED:
        return [without_classes, (*without_classes, 1)]
    return [predicted, without_classes] if predicted[-1:] == (1,) else [predicted]


def _wrong_labels(name: str, form: Labels, values: Any, classes: int | None) -> tuple[Any, str]:
    """Return which labels are wrong, and a message."""
    if form in ("classes", "sequences") and classes is not None:
        message = f"'{name}' has {classes} classes, 0 to {classes - 1}"
        return (values < 0) | (values >= classes) | (values % 1 != 0), message
    if form in ("classes", "groups", "sequences"):
        return values % 1 != 0, f"'{name}' takes whole numbers as labels"
    if form == "0 to 1":
        return (values < 0) | (values > 1), f"'{name}' takes labels of 0 to 1"
    return np.zeros(np.shape(values), bool), ""


def _check_finite(values: Any, at: At) -> None:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataProblem("out-of-range", "a value is infinite or NaN", at)


def _shape(part: Part, each: Expression, at: At) -> tuple[int, ...]:
    """Return the shape of a row."""
    try:
        shapes = [part.columns[name].shape for name in each.columns]
        return tuple(np.broadcast_shapes(*shapes))
    except ValueError:
        raise DataProblem(
            "shape-mismatch", "columns whose rows have different shapes", at
        ) from None


def _values(part: Part, each: Expression) -> Iterator[Any]:
    with np.errstate(all="ignore"):
        for start in range(0, len(part.rows), ROWS):
            rows = slice(part.rows[start], part.rows[start] + ROWS)
            columns = {name: part.arrays[name][rows] for name in each.columns}
            yield np.asarray(each.value(columns))


def _fits(shape: tuple[int, ...], expected: Shape) -> bool:
    return expected is UNKNOWN or (
        len(shape) == len(expected)
        and all(b is None or a == b for a, b in zip(shape, expected, strict=True))
    )
