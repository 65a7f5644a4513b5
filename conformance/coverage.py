"""Which classes of keras.layers are declared, and which are rejected with a reason."""

import inspect

import keras

from cnnspec.layers.base import LAYERS
from cnnspec.layers.refusals import REFUSALS
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.steps import PREFIX


def public_classes() -> dict[str, tuple[str, ...]]:
    """Map every public layer class of Keras to all its names."""
    names: dict[type, list[str]] = {}
    for name, found in inspect.getmembers(keras.layers, inspect.isclass):
        if issubclass(found, keras.layers.Layer) or found.__name__ == "InputSpec":
            names.setdefault(found, []).append(name)
    return {
        found.__name__ if found.__name__ in known else known[0]: tuple(known)
        for found, known in names.items()
    }


def public_functions() -> list[str]:
    """List every function of keras.ops, those of its module for images with that module."""
    own = [name for name, _ in inspect.getmembers(keras.ops, inspect.isfunction)]
    images = [name for name, _ in inspect.getmembers(keras.ops.image, inspect.isfunction)]
    return [*own, *(f"image.{name}" for name in images)]


def unaccounted_functions() -> list[str]:
    """Return the functions that are neither declared nor rejected."""
    known = {*OPERATIONS.kinds, *OPERATIONS.refusals}
    return [name for name in public_functions() if f"{PREFIX}{name}" not in known]


def unaccounted() -> list[str]:
    """Return the public classes that are neither declared nor rejected."""
    known = {*LAYERS.kinds, *LAYERS.aliases, *REFUSALS}
    return sorted(name for name, names in public_classes().items() if not known & set(names))
