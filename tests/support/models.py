"""Keras models: their weights, compared and made random, and their files."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy

from cnnspec.training.phases import leaves


def count_names_from_one() -> None:
    """Let Keras count the names that it gives as in a new process.

    What it would free besides takes seconds: the garbage of all tests before.
    """
    keras.utils.clear_session(free_memory=False)


def are_identical(*arrays: Any) -> bool:
    """Whether arrays are equal to the last bit."""
    first, *others = arrays
    return all(numpy.array_equal(first, other) for other in others)


def are_identical_lists(one: list[Any], other: list[Any]) -> bool:
    """Whether two lists hold as many arrays, equal in pairs to the last bit."""
    return all(are_identical(*pair) for pair in zip(one, other, strict=True))


def weight_values(model: Any) -> dict[str, Any]:
    """Every weight by its path, with the models around its layer."""
    return {
        f"{path}/{weight.path.rpartition('/')[2]}": weight.numpy()
        for path, layer in leaves(model)
        for weight in layer.weights
    }


def changed_weights(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The paths of the weights that are no longer what they were."""
    return sorted(path for path in before if not are_identical(before[path], after[path]))


def have_identical_weights(one: Any, other: Any) -> bool:
    """Whether two models have equal weights, to the last bit."""
    return are_identical_lists(one.get_weights(), other.get_weights())


def with_random_weights(model: Any) -> Any:
    """The model, after every weight was drawn anew: the same for the same model."""
    numbers = numpy.random.default_rng(0)
    model.set_weights([numbers.random(each.shape, "float32") for each in model.get_weights()])
    return model


def save(model: Any, file: Path) -> Path:
    """Save a model, or only its weights, as the ending of the file says."""
    (model.save_weights if file.suffix == ".h5" else model.save)(file)
    return file
