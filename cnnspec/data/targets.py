"""Checks labels against the loss of their output."""

import ast
from typing import Any

import numpy as np

from cnnspec.data.labels import listed
from cnnspec.data.parts import Part, fits
from cnnspec.data.problems import DataProblem
from cnnspec.data.values import Expression
from cnnspec.diagnostics.problems import At
from cnnspec.ir.graph import Output
from cnnspec.objects.loss import NUMBERED, Labels, OverClasses
from cnnspec.shapes import UNKNOWN, Shape, text


def check_target(output: Output, predicted: Shape, part: Part, names: tuple[str, ...]) -> Any:
    """Check the labels of an output, and note their form in the part.

    Return the class numbers of all rows; None if the labels are not one class for each row.

    Raises:
        DataProblem: they do not fit the loss.

    """
    at: At = ("targets", output.name)
    target = part.targets[output.name]
    size = predicted[-1] if predicted is not UNKNOWN else None
    form = part.forms[output.name] = _form(output, predicted, part.row_shape(target), at)
    _check_one_hots(part, target, names, at)
    if any(part.columns[name].is_image for name in target.columns):
        if form != "values" and (form != "0 to 1" or isinstance(target.tree, ast.Name)):
            message = f"images have values from 0 to 255, which are no labels for '{output.name}'"
            raise DataProblem("out-of-range", message, at)
        return None
    ignored = output.loss.given.get("ignore_class") if output.loss else None
    rows = []
    is_one_per_row = predicted is not UNKNOWN and len(predicted) == 2
    for block, values in enumerate(part.finite_values(target, at)):
        wrong, message = _wrong_labels(output.name, form, values, size, names)
        wrong &= values != ignored
        if wrong.any():
            where, value = part.where(target, block, wrong), values[wrong][0]
            hint = _from_one(part, target, size) if form in NUMBERED else None
            message = f"{message}, but {where} has {value}"
            raise DataProblem("out-of-range", message, at, suggestion=hint)
        if is_one_per_row:
            rows.append(_numbers(form, values, size))
    if not rows or rows[0] is None:
        return None
    return np.concatenate(rows)


def _form(output: Output, predicted: Shape, shape: tuple[int, ...], at: At) -> Labels:
    """Return what the labels are, from the shape of a row."""
    size = predicted[-1] if predicted is not UNKNOWN else None
    forms = output.labels_for(size) or ("values",)
    if predicted is UNKNOWN:
        return forms[0]
    shapes = {form: _shapes_of_labels(form, predicted[1:]) for form in forms}
    fitting = [form for form in forms if any(fits(shape, each) for each in shapes[form])]
    if fitting:
        return fitting[0]
    needed = text(shapes[forms[0]][0])
    message = (
        f"a row has the shape {text(shape)}, but '{output.name}' needs labels of shape {needed}"
    )
    is_one_hot = isinstance(output.loss, OverClasses) and "one-hot" in forms
    hint = (
        f"SparseCategoricalCrossentropy takes class numbers; one_hot(y, {size}) makes vectors of them"
        if is_one_hot
        else None
    )
    raise DataProblem("shape-mismatch", message, at, suggestion=hint)


def _shapes_of_labels(form: Labels, predicted: tuple[int | None, ...]) -> list[Shape]:
    """Return the valid shapes of a row of labels for a row of predictions."""
    if form == "sequences":
        return [(None,)]
    without_classes = predicted[:-1]
    if form in NUMBERED:
        return [without_classes, (*without_classes, 1)]
    return [predicted, without_classes] if predicted[-1:] == (1,) else [predicted]


def _check_one_hots(part: Part, target: Expression, names: tuple[str, ...], at: At) -> None:
    """Check the labels of a `one_hot`, which would be zeros for others."""
    for labels, size in target.one_hots():
        for block, values in enumerate(part.finite_values(labels, at)):
            wrong = (values < 0) | (values >= size) | (values % 1 != 0)
            if wrong.any():
                where, value = part.where(labels, block, wrong), values[wrong][0]
                found = f"'{names[int(value)]}'" if int(value) < len(names) else value
                message = f"one_hot takes {size} classes, 0 to {size - 1}, but {where} has {found}"
                if names:
                    message = (
                        f"one_hot takes {size} classes, but there are {len(names)}: {listed(names)}"
                    )
                raise DataProblem("out-of-range", message, at)


def _from_one(part: Part, target: Expression, size: int | None) -> str | None:
    """Return what to do about class numbers that count from 1."""
    least = min(float(values.min()) for values in part.values(target))
    most = max(float(values.max()) for values in part.values(target))
    if least == 1 and most == size:
        return "classes are numbered from 0: subtract 1"
    return None


def _wrong_labels(
    name: str, form: Labels, values: Any, classes: int | None, names: tuple[str, ...]
) -> tuple[Any, str]:
    """Return which labels are wrong, and a message."""
    known = f" ({listed(names)})" if names else ""
    if form in ("classes", "sequences") and classes is not None:
        message = f"'{name}' has {classes} classes, 0 to {classes - 1}{known}"
        return (values < 0) | (values >= classes) | (values % 1 != 0), message
    if form in ("classes", "groups", "sequences"):
        return values % 1 != 0, f"'{name}' takes whole numbers as labels"
    if form == "0 to 1":
        message = f"'{name}' takes labels of 0 to 1{known if classes == 1 else ''}"
        return (values < 0) | (values > 1), message
    return np.zeros(np.shape(values), bool), ""


def _numbers(form: Labels, values: Any, size: int | None) -> Any:
    """Return the class numbers of rows; None if the labels are no classes."""
    if form in NUMBERED:
        return np.reshape(values, -1).astype("int64")
    if form == "one-hot":
        return np.argmax(values, -1)
    if form == "0 to 1" and size == 1:
        return np.round(np.reshape(values, -1)).astype("int64")
    return None
