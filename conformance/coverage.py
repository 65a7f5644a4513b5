"""Which classes of keras.layers are declared, and which are rejected with a reason."""

import inspect

import keras

from cnnspec.layers.base import LAYERS
from cnnspec.layers.refusals import REFUSALS


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


def unaccounted() -> list[str]:
    """Return the public classes that are neither declared nor rejected."""
    known = {*LAYERS.kinds, *LAYERS.aliases, *REFUSALS}
    return sorted(name for name, names in public_classes().items() if not known & set(names))
