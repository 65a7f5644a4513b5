"""Loads the weights of a layer whose class is not from Keras, by the attributes that hold them.

Keras stores what a layer is made of under the names of its attributes; in lists, by class name and
counter.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import keras

from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.keras_files.stored import StoredLayer
from cnnspec.keras_files.weights import values
from cnnspec.naming import snake_case

CONTAINERS = (list, tuple, dict)


def load_other(layer: Any, stored: StoredLayer | None, name: str) -> bool:
    """Load all weights of a layer, and return whether it has any.

    Raises:
        WeightsDoNotFit: the file lacks one, or has one for a part that the layer does not have.

    """
    loaded: list[Any] = []
    if stored is not None:
        _load(layer, stored, name, loaded)
    known = {id(weight) for part in loaded for weight in _weights_of(part)}
    lacking = [weight for weight in layer.weights if id(weight) not in known]
    if lacking:
        raise WeightsDoNotFit(f"the file has no weights for '{name}' ({lacking[0].path})")
    return bool(layer.weights)


def _load(part: Any, stored: StoredLayer, name: str, loaded: list[Any]) -> None:
    """Load the weights of a part of a layer and of all parts inside it."""
    own = {key: each for key, each in stored.variables.items() if "/" not in key}
    if own:
        try:
            part.load_own_variables({key: values(each) for key, each in own.items()})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            first = str(error).strip().partition("\n")[0]
            raise WeightsDoNotFit(
                f"the weights in the file are not those of '{name}': {first}"
            ) from error
        loaded.append(part)
    for key, inner in stored.parts.items():
        _load(_member(part, key, name), inner, f"{name}/{key}", loaded)
    for key, inner in stored.by_counter.items():
        layers = _member(part, "layers", name)
        _load(_member(layers, key, f"{name}/layers"), inner, f"{name}/layers/{key}", loaded)


def _member(part: Any, key: str, name: str) -> Any:
    """Return what an attribute or a place in a list holds."""
    if isinstance(part, CONTAINERS):
        found = _counted(part.values() if isinstance(part, dict) else part).get(key)
    else:
        found = getattr(part, key, None)
    if found is None:
        raise WeightsDoNotFit(
            f"the file has weights for '{name}/{key}', which is not a part of the layer"
        )
    return found


def _counted(items: Iterable[Any]) -> dict[str, Any]:
    """Return the parts in a list by the names that Keras counts."""
    counted: Counter[str] = Counter()
    found = {}
    for item in items:
        name = "container" if isinstance(item, CONTAINERS) else snake_case(type(item).__name__)
        found[f"{name}_{counted[name]}" if counted[name] else name] = item
        counted[name] += 1
    return found


def _weights_of(part: Any) -> list[Any]:
    """Return the weights that a part loads itself; one with a method of its own may load all."""
    if not isinstance(part, keras.layers.Layer):
        return []
    if type(part).load_own_variables is not keras.layers.Layer.load_own_variables:
        return list(part.weights)
    inner = part._flatten_layers(include_self=False)
    of_others = {id(weight) for each in inner for weight in each.weights}
    return [weight for weight in part.weights if id(weight) not in of_others]
