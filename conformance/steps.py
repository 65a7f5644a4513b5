"""Runs one training step of Keras models, as `fit` does: outputs, losses, gradients, an update.

A layer may be built and yet fail here, because TensorFlow does not compute on a data type, or
because a penalty or constraint does not work on the values. Before training, the outputs are
computed as in inference, for which layers may have other code.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.shapes import Shape, TensorSpec

BATCH = 2
FILLINGS = (8, 12, 500)
"""Sizes to use for unknown ones."""
NO_CAUSE = (
    "File",
    "Arguments received",
    "•",
    "[[",
    "Detected at node",
    "Graph execution error",
    "<stack traces unavailable>",
)
"""The starts of lines of an error that do not name its cause."""


@dataclass(frozen=True)
class Ran:
    """The data types of the outputs of a model that was trained for one step."""

    dtypes: tuple[str, ...]

    def __str__(self) -> str:
        return f"returns {', '.join(self.dtypes)} when it runs"


@dataclass(frozen=True)
class Failed:
    """The stage at which a model failed: build, inference or training; and the error."""

    stage: str
    message: str

    def __str__(self) -> str:
        return f"fails in {self.stage}: {self.message}"


class WrongShape(Exception):
    """An output has another shape than Keras declared, or no values."""


def run(model: Any, inputs: Sequence[TensorSpec], terms: Sequence[Any] = ()) -> Ran | Failed:
    """Run a model in inference and for one training step.

    Whether it runs must not depend on the values: if small random ones are no indices of an
    embedding, or not in a vocabulary, zeros or the first of its `terms` are used.
    """
    failed = None
    for filling in FILLINGS if any(None in each.shape[1:] for each in inputs) else FILLINGS[:1]:
        for is_random in (True, False):
            data = [values_of(each, filling, terms, is_random=is_random) for each in inputs]
            found, of_values = _run(model, inputs, data)
            if isinstance(found, Ran):
                return found
            failed = failed or found
            if not of_values:
                break
    assert failed is not None
    return failed


def _run(model: Any, inputs: Sequence[TensorSpec], data: list[Any]) -> tuple[Ran | Failed, bool]:
    """Run a model on data; for a failure, also return whether it may depend on the values."""
    stage = "inference"
    signature = [tf.TensorSpec(each.shape, each.dtype) for each in inputs]
    optimizer = keras.optimizers.SGD()
    optimizer.build(model.trainable_variables)
    try:

        @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
        def infer(*given: Any) -> Any:
            return keras.tree.flatten(model(list(given), training=False))

        @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
        def train(*given: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch([each for each in given if each.dtype.is_floating])
                outputs = keras.tree.flatten(model(list(given), training=True))
                loss = tf.add_n([tf.constant(0.0), *_losses(outputs), *_losses(model.losses)])
            variables = model.trainable_variables
            gradients = tape.gradient(loss, [*variables, *given])
            known = [
                pair for pair in zip(gradients, variables, strict=False) if pair[0] is not None
            ]
            if known:
                optimizer.apply_gradients(known)
            return outputs

        outputs = infer(*data)
        _check_shapes(outputs, model)
        stage = "training"
        _check_shapes(train(*data), model)
    except WrongShape as error:
        return Failed(stage, str(error)), False
    except Exception as error:
        of_values = isinstance(error, tf.errors.OpError)
        return Failed(stage, f"{type(error).__name__}: {last_words(error)}"), of_values
    return Ran(tuple(each.dtype.name for each in outputs)), False


def _losses(values: Sequence[Any]) -> Iterator[Any]:
    """Yield the mean of each tensor of numbers with a fraction."""
    for each in values:
        if each.dtype.name in FLOAT_TYPES:
            yield tf.reduce_mean(tf.cast(each, "float32"))


def _check_shapes(outputs: Sequence[Any], model: Any) -> None:
    is_of_layers = keeps_the_batch(model)
    for has, wanted in zip(outputs, model.outputs, strict=True):
        is_batch = not is_of_layers or has.shape[0] == BATCH
        is_empty = 0 in (has.shape if is_of_layers else has.shape[1:])  # samples may become none
        if not is_batch or not is_of(tuple(has.shape), tuple(wanted.shape)) or is_empty:
            raise WrongShape(f"the output is {tuple(has.shape)}, not {tuple(wanted.shape)}")


def keeps_the_batch(model: Any) -> bool:
    """Whether a model has layers alone, also in its submodels: an operation may change the batch."""
    return all(
        keeps_the_batch(each)
        if isinstance(each, keras.Model)
        else isinstance(each, keras.layers.Layer)
        for each in model.operations
    )


def is_of(shape: tuple[int, ...], said: Shape) -> bool:
    """Whether the shape of data matches a declared one."""
    return len(shape) == len(said) and all(
        size in (None, has) for has, size in zip(shape, said, strict=True)
    )


def values_of(tensor: TensorSpec, filling: int, terms: Sequence[Any], *, is_random: bool) -> Any:
    """Return a batch: numbers from 0 to 1, or texts. What has no batch has its own first size."""
    batch, *sizes = tensor.shape or (None,)
    rest = (filling if size is None else size for size in sizes)
    shape = (BATCH if batch is None else batch, *rest) if tensor.shape else ()
    rng = np.random.default_rng(math.prod(shape))
    if tensor.dtype == "string":
        words = ["a", "b", *map(str, terms)] if is_random else [str(*terms[:1]) or "a"]
        return tf.constant(rng.choice(np.array(words, dtype=object), shape))
    if not is_random:
        first = terms[0] if terms and not isinstance(terms[0], str) else 0
        return tf.cast(tf.fill(shape, first), tensor.dtype)
    is_float = tensor.dtype in FLOAT_TYPES
    values = rng.random(shape) if is_float else rng.integers(0, 2, shape)
    return tf.cast(tf.constant(values), tensor.dtype)


def last_words(error: Exception) -> str:
    """Return the line of an error that names its cause, without the trace of the graph."""
    lines = [line.strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and not line.startswith(NO_CAUSE)] or [repr(error)]
    words = said[0] if isinstance(error, tf.errors.OpError) else said[-1]
    return words if len(words) < 240 else f"{words[:237]}..."
