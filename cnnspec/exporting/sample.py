"""An input for a model, the same one each time."""

from typing import Any

import keras
import numpy as np

from cnnspec.exporting import ExportProblem, said

BATCH = 2
SIZES = (64, 256, 16)
"""What stands for unknown sizes: the first that the model takes."""

_LIMITS = ("input_dim", "num_tokens")
"""Arguments of layers that say how many whole numbers there are."""


def sample(model: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An input by input names, and by output names what a model of named outputs makes of it.

    Raises:
        ExportProblem: the model takes none.

    """
    below = _integers_below(model)
    for size in SIZES:
        random = np.random.default_rng(0)
        inputs = {each.name: _values(each, size, below, random) for each in model.inputs}
        given = list(inputs.values())
        try:
            outputs = model(given if len(given) > 1 else given[0], training=False)
        except Exception as error:  # Keras, TensorFlow and layers have their own ones
            refusal = error
            continue
        return inputs, {name: keras.ops.convert_to_numpy(each) for name, each in outputs.items()}
    raise ExportProblem(f"Keras itself does not take the input to compare with: {said(refusal)}")


def _values(tensor: Any, size: int, below: int, random: np.random.Generator) -> Any:
    """Random values for an input: fractions as images have them, whole numbers from 0."""
    batch, *sizes = tensor.shape
    shape = (batch or BATCH, *(each or size for each in sizes))
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    if dtype == "string":
        raise ExportProblem(f"the input '{tensor.name}' is text, and only numbers can be compared")
    if dtype == "bool":
        return random.random(shape) < 0.5
    if "int" in dtype:
        return random.integers(0, min(below, np.iinfo(dtype).max), shape).astype(dtype)
    return random.random(shape).astype(dtype)


def _integers_below(model: Any) -> int:
    """What all whole numbers are below that the layers of a model take; else those of pixels."""
    limits = [getattr(layer, name, None) for layer in model._flatten_layers() for name in _LIMITS]
    return min((limit for limit in limits if isinstance(limit, int)), default=256)
