"""Which classes of keras.layers and functions of keras.ops are declared, and which are rejected with a reason."""

import inspect

import keras

from cnnspec.declarations.describe import summary_line
from cnnspec.layers.base import LAYERS
from cnnspec.layers.refusals import REFUSALS
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.refusals import REFUSALS as REFUSED_FUNCTIONS
from cnnspec.operations.refusals import SAID_BY_LAYERS
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
    """List every function of keras.ops; those that only a module of it has, with that module."""
    own = dict(inspect.getmembers(keras.ops, inspect.isfunction))
    inner = [
        f"{module}.{name}"
        for module, found in inspect.getmembers(keras.ops, inspect.ismodule)
        for name, function in inspect.getmembers(found, inspect.isfunction)
        if own.get(name) is not function
    ]
    return [*own, *inner]


def groups_of_functions() -> dict[str, dict[str, str]]:
    """Map each group of functions to those in it, each with what is said of it."""
    declared = {
        kind.removeprefix(PREFIX): summary_line(declaration)
        for kind, declaration in OPERATIONS.kinds.items()
    }
    layers = {name: ", ".join(found) for name, found in SAID_BY_LAYERS.items()}
    return {"declared": declared, "said by layers": layers, "refused": REFUSED_FUNCTIONS}


def unaccounted_functions() -> list[str]:
    """Return the functions that are in no group."""
    known = {name for group in groups_of_functions().values() for name in group}
    return [name for name in public_functions() if name not in known]


def unaccounted() -> list[str]:
    """Return the public classes that are neither declared nor rejected."""
    known = {*LAYERS.kinds, *LAYERS.aliases, *REFUSALS}
    return sorted(name for name, names in public_classes().items() if not known & set(names))
