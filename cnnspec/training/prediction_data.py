"""Predictions as plain data, row by row; large outputs are summarized."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from cnnspec.training.prediction import OfOutput, Predictions

MOST_VALUES = 100
"""The most values of an output that are listed for a row."""
MOST_IN_TEXT = 20
"""The most of them in text that people read."""


def prediction_data(found: Predictions, most: int | None = MOST_VALUES) -> Iterator[dict[str, Any]]:
    """Yield the prediction of each output for each row.

    `label` is the number of the most probable class, `value` its probability and `class_name` its
    name. For several labels they are lists: those of the labels, and the probabilities of all
    classes. Without classes, `value` has all values. Where an axis of an output has a class for
    each place, such as a pixel, all of them are lists. More than `most` values are summarized.
    """
    for row, *outputs in zip(found.rows, *(each.rows() for each in found.outputs), strict=True):
        for output, (values, label, probability) in zip(found.outputs, outputs, strict=True):
            data = _data(output, values, label, probability, most)
            label, value, class_name = data
            yield {
                "name": row.name,
                "output": output.name,
                "label": label,
                "value": value,
                "class_name": class_name,
            }


def _data(
    output: OfOutput, values: Any, label: Any, probability: Any, most: int | None
) -> tuple[Any, Any, Any]:
    """Return the label, the value and the name of the class of a row."""
    sort, has_names = output.decision.sort, bool(output.decision.classes)
    is_large = most is not None and values.size > most
    if sort in ("class", "yes or no") and label.ndim == 0:
        return int(label), float(probability), output.decision.name(int(label))
    if sort == "labels" and values.ndim == 1:
        is_large = most is not None and values.size > MOST_VALUES
        chosen = np.flatnonzero(label).tolist()
        names = [output.decision.name(each) for each in chosen] if has_names else None
        shown = summary(output, probability, None) if is_large else probability.tolist()
        return chosen, shown, names
    if is_large:
        return None, summary(output, values, label), None
    if sort == "values":
        return None, values.tolist(), None
    names = _names(output, label) if has_names and sort != "labels" else None
    return label.tolist(), probability.tolist(), names


def _names(output: OfOutput, label: Any) -> Any:
    return np.array(output.decision.classes, object)[label].tolist()


def summary(output: OfOutput, values: Any, label: Any) -> dict[str, Any]:
    """Return the shape of values, their range and mean, and how often each class is decided for."""
    found: dict[str, Any] = {"shape": list(values.shape)}
    if values.dtype.kind in "biuf":
        numbers = values[np.isfinite(values)].astype("float64")
        if numbers.size:
            found |= {
                "min": float(numbers.min()),
                "max": float(numbers.max()),
                "mean": float(numbers.mean()),
            }
        if numbers.size < values.size:
            found["not_finite"] = values.size - numbers.size
    if label is not None and output.decision.sort != "labels":
        labels, counts = np.unique(label, return_counts=True)
        found["classes"] = {
            output.decision.name(int(each)) or str(each): int(count)
            for each, count in zip(labels, counts, strict=True)
        }
    return found
