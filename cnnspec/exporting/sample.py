"""Makes a reproducible input for a model."""

from typing import Any

import keras
import numpy as np

from cnnspec.exporting.formats import ExportProblem
from cnnspec.exporting.reasons import reason

BATCH = 2
SIZES = (64, 256, 16, 240, 512)
"""Sizes to try for unknown ones; the first that the model accepts is used."""
MOST_WORDS = 100
"""The most words of a vocabulary to use."""

_LIMITS = ("input_dim", "num_tokens")
"""Layer arguments that set the number of accepted integers."""


def sample(model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an input by input names, and the outputs of the model by output names.

    Raises:
        ExportProblem: the model rejects all inputs.

    """
    refusals = []
    for size in SIZES:
        inputs = random_inputs(model, size)
        given = list(inputs.values())
        try:
            outputs = model(given if len(given) > 1 else given[0], training=False)
        except Exception as error:  # Keras, TensorFlow and layers have their own ones
            refusals.append(error)
            continue
        return inputs, {name: keras.ops.convert_to_numpy(each) for name, each in outputs.items()}
    why = reason(refusals[0], model, "Keras")
    raise ExportProblem(f"Keras cannot run the model on the input for the comparison: {why}")


def random_inputs(model: Any, size: int) -> dict[str, Any]:
    """Return the same random input for every call, by input names; unknown sizes are `size`."""
    below, words, random = _integers_below(model), _words(model), np.random.default_rng(0)
    return {each.name: _values(each, size, below, words, random) for each in model.inputs}


def _values(
    tensor: Any, size: int, below: int, words: list[str], random: np.random.Generator
) -> Any:
    """Return random values for an input: floats from 0 to 1, integers from 0, or words."""
    batch, *sizes = tensor.shape
    shape = (batch or BATCH, *(each or size for each in sizes))
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if dtype == "string":
        return random.choice(words, shape)
    if dtype == "bool":
        return random.random(shape) < 0.5
    if "int" in dtype:
        return random.integers(0, min(below, np.iinfo(dtype).max), shape).astype(dtype)
    return random.random(shape).astype(dtype)


def _integers_below(model: Any) -> int:
    """Return the upper bound of integers that all layers accept; by default the range of pixels."""
    limits = [getattr(layer, name, None) for layer in model._flatten_layers() for name in _LIMITS]
    return min((limit for limit in limits if isinstance(limit, int)), default=256)


def _words(model: Any) -> list[str]:
    """Return texts for the layers of a model: one word, several, and an unknown one."""
    known = [
        str(word)
        for layer in model._flatten_layers()
        if isinstance(layer, keras.layers.StringLookup | keras.layers.TextVectorization)
        for word in layer.get_vocabulary()[:MOST_WORDS]
    ]
    return [*known, " ".join(known[-3:]), "another word"]
