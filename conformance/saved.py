"""Builds, saves and loads models of one operation, and compares what they compute."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnnspec.backends.keras.building import build
from cnnspec.compiler import compile_document
from cnnspec.language.document import Document
from cnnspec.shapes import Shape, TensorSpec
from conformance.configurations import Configuration
from conformance.steps import FILLINGS, Failed, last_words, values_of


def saved_difference(configuration: Configuration, results: Sequence[str]) -> Failed | None:
    """Return how a model of an operation differs after it was built, saved and loaded.

    `results` are the names of its results, if there are several.
    """
    document = document_of(configuration, results)
    compiled = compile_document(Document.model_validate(document))
    if compiled.checked is None:
        return Failed("compilation", "; ".join(each.message for each in compiled.report))
    try:
        model = build(compiled.checked).model
    except Exception as error:
        return Failed("building", f"{type(error).__name__}: {error}")
    tensors = map(TensorSpec, map(batched, configuration.shapes), configuration.dtypes)
    return loaded_difference(model, list(tensors))


def batched(shape: Shape) -> Shape:
    """Return the shape of the input that a tensor comes from; one without a batch is a sample."""
    return shape if shape and shape[0] is None else (None, *shape)


def loaded_difference(model: Any, tensors: Sequence[TensorSpec]) -> Failed | None:
    """Return how a model differs after it was saved and loaded."""
    try:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "model.keras"
            model.save(file)
            loaded = keras.models.load_model(file, compile=False)
    except Exception as error:
        return Failed("saving", f"{type(error).__name__}: {error}")
    data = [values_of(each, FILLINGS[0], (), is_random=True) for each in tensors]
    given = data if len(data) > 1 else data[0]
    try:
        built, again = (keras.tree.flatten(tf.function(each)(given)) for each in (model, loaded))
    except Exception as error:
        return Failed("calling", f"{type(error).__name__}: {last_words(error)}")
    if not all(map(_are_equal, built, keras.tree.flatten(tf.function(model)(given)))):
        return None  # it is random, as a dropout with `training: true` is
    if model.output_names != loaded.output_names:
        return Failed("loading", f"the outputs are {loaded.output_names}, not {model.output_names}")
    for one, other in zip(built, again, strict=True):
        if not _are_equal(one, other):
            return Failed("loading", "the loaded model computes something else")
    return None


def document_of(configuration: Configuration, results: Sequence[str]) -> dict[str, Any]:
    """Return a spec with a single step, after those that take a sample of some inputs."""
    names = [f"x{position}" for position in range(len(configuration.shapes))]
    inputs = {
        name: {"shape": list(batched(shape)[1:]), "dtype": dtype}
        for name, shape, dtype in zip(
            names, configuration.shapes, configuration.dtypes, strict=True
        )
    }
    samples = {
        name: f"sample_{name}"
        for name, shape in zip(names, configuration.shapes, strict=True)
        if batched(shape) != shape
    }
    taken = [
        {"ops.get_item": {"name": sample, "from": name, "key": 0}}
        for name, sample in samples.items()
    ]
    sources = [samples.get(name, name) for name in names]
    step = {"name": "it", "from": sources, **configuration.arguments}
    outputs = {f"y{each}": {"from": f"it/{each}" if each else "it"} for each in results or ("",)}
    return {
        "cnnspec": 1,
        "inputs": inputs,
        "layers": [*taken, {configuration.kind: step}],
        "outputs": outputs,
    }


def _are_equal(one: Any, other: Any) -> bool:
    first, second = np.asarray(one), np.asarray(other)
    is_float = np.issubdtype(first.dtype, np.inexact)
    return first.dtype == second.dtype and np.array_equal(first, second, equal_nan=is_float)
