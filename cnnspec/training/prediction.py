"""Predictions of a trained model for files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.ir.training import Training
from cnnspec.objects.activations import SIGMOID, SOFTMAX
from cnnspec.training.failing import failing
from cnnspec.training.given import rows_of
from cnnspec.training.image_files import usable

__all__ = ["predict", "usable"]


@dataclass(frozen=True, slots=True)
class Prediction:
    """The prediction of one output for one row of a file."""

    name: str
    """The file, with the row if it has several."""
    output: str
    label: int | None
    """The most probable class; None if the output has no classes."""
    value: Any
    """Its probability; all values if there are no classes."""
    class_name: str | None = None
    """The name of the class, if the output has names."""


def predict(
    model: Any, checked: CheckedGraph, training: Training | None, files: Sequence[Path]
) -> list[Prediction]:
    """Return the predictions of each output for each row of images or arrays.

    The expression of the input in the spec is applied to them, as in training.

    Raises:
        DataProblem: a file cannot be read, or does not fit the model.
        RunProblem: the prediction fails.

    """
    predictions = []
    for file in files:
        with failing(checked, f"the prediction for '{file}' failed"):
            batches = rows_of(file, checked.inputs, training)
            results = model.predict(batches if len(batches) > 1 else batches[0], verbose=0)
        results = results if isinstance(results, list | tuple) else [results]
        count = len(batches[0])
        for row in range(count):
            name = str(file) if count == 1 else f"{file}[{row}]"
            for output, values in zip(checked.graph.outputs, results, strict=True):
                predictions.append(_prediction(name, output, np.asarray(values[row])))
    return predictions


def _prediction(name: str, output: Output, values: Any) -> Prediction:
    """Return the most probable class if the loss is over classes, otherwise the values."""
    loss = output.loss.chosen(values.shape[-1] if values.shape else None) if output.loss else None
    is_logits = output.loss is not None and bool(output.loss.given.get("from_logits"))
    if loss is not None and loss.fits == SOFTMAX and values.ndim == 1 and len(values) > 1:
        if is_logits:
            values = np.exp(values - values.max())
            values = values / values.sum()
        best = int(values.argmax())
        return _of_class(name, output, best, float(values[best]))
    if loss is not None and loss.fits == SIGMOID and values.shape == (1,):
        one = float(1 / (1 + np.exp(-values[0])) if is_logits else values[0])
        return _of_class(name, output, int(one > 0.5), max(one, 1 - one))
    return Prediction(name, output.name, None, values.tolist())


def _of_class(name: str, output: Output, label: int, probability: float) -> Prediction:
    class_name = output.classes[label] if label < len(output.classes) else None
    return Prediction(name, output.name, label, probability, class_name)
