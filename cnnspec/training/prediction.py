"""Predictions of a trained model for files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cnnspec.data.columns import IMAGES, open_npz
from cnnspec.data.problems import DataProblem
from cnnspec.data.values import expression
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.ir.training import Training
from cnnspec.objects.activations import SIGMOID, SOFTMAX
from cnnspec.training.pipeline import TENSORFLOW, decoded


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


def predict(
    model: Any, checked: CheckedGraph, training: Training | None, files: Sequence[Path]
) -> list[Prediction]:
    """Return the predictions of each output for each row of images or arrays.

    The expression of the input in the spec is applied to them, as in training.

    Raises:
        DataProblem: a file cannot be read, or does not fit the model.

    """
    if len(checked.inputs) != 1:
        raise DataProblem(
            "wrong-input-count", "prediction is supported only for models with one input"
        )
    predictions = []
    for file in files:
        rows = _rows(file, checked, training)
        results = model.predict(rows, verbose=0)
        results = results if isinstance(results, list | tuple) else [results]
        for row in range(len(rows)):
            name = str(file) if len(rows) == 1 else f"{file}[{row}]"
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
        return Prediction(name, output.name, best, float(values[best]))
    if loss is not None and loss.fits == SIGMOID and values.shape == (1,):
        one = float(1 / (1 + np.exp(-values[0])) if is_logits else values[0])
        return Prediction(name, output.name, int(one > 0.5), max(one, 1 - one))
    return Prediction(name, output.name, None, values.tolist())


def _rows(file: Path, checked: CheckedGraph, training: Training | None) -> Any:
    """Return a batch for the only input of a model, from a file."""
    tensor = checked.inputs[0].tensor
    column = _column(file, tensor.shape[1:])
    text = training.inputs.get(checked.inputs[0].name) if training else None
    if text is not None and training is not None:
        each = expression(text, _Any(), training.parameters, ("inputs", checked.inputs[0].name))
        columns = {name: tf.constant(column) for name in each.columns}
        column = np.asarray(each.value(columns, TENSORFLOW))
    if column.ndim == len(tensor.shape) - 2:
        column = column[np.newaxis]
    elif column.ndim == len(tensor.shape) - 1 and tensor.shape[-1] == 1 and (column.shape[-1] != 1):
        is_row = column.shape == tensor.shape[1:-1]
        column = column[np.newaxis] if is_row else column
    elif column.ndim == len(tensor.shape) - 1:
        column = column[np.newaxis]
    if column.ndim == len(tensor.shape) - 1:
        column = column[..., np.newaxis]
    expected = tensor.shape[1:]
    fits = column.ndim == len(tensor.shape) and all(
        b is None or a == b for a, b in zip(column.shape[1:], expected, strict=True)
    )
    if not fits:
        message = f"'{file}' has rows of shape {column.shape[1:]}, but the model takes {expected}"
        raise DataProblem("shape-mismatch", message)
    return column.astype(tensor.dtype)


class _Any(dict[str, Any]):
    """Columns with any name: the file is used for every column of the expression."""

    def __contains__(self, name: object) -> bool:
        return True


def _column(file: Path, shape: Any) -> Any:
    suffix = file.suffix.lower()
    try:
        if suffix in IMAGES:
            height, width, channels = shape if len(shape) == 3 else (*shape, 1)
            content = tf.io.decode_image(file.read_bytes(), channels=channels)
            size = tuple(content.shape[:2])
            height, width = height or size[0], width or size[1]
            return decoded(file.read_bytes(), height, width, channels).numpy()
        if suffix == ".npz":
            columns = open_npz(file)
            name = next((each for each in ("x", "x_test") if each in columns), next(iter(columns)))
            return columns[name].read()
        return np.load(file, allow_pickle=False)
    except OSError as error:
        raise DataProblem("file-not-found", f"'{file}' cannot be read: {error}") from None
    except (ValueError, EOFError, StopIteration, tf.errors.InvalidArgumentError) as error:
        message = f"'{file}' is neither an image nor an array file: {str(error).splitlines()[0]}"
        raise DataProblem("file-not-found", message) from None
