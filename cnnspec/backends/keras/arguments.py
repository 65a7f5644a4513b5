"""The arguments of layers of other packages whose own configurations do not make them again.

Keras keeps the arguments that a layer was made with, if they are plain data. Many classes of other
packages have a `get_config` that fails, names something else than arguments, or has lost some.
"""

import random
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import keras

PLAIN = (str, int, float, bool, type(None))
LAYER: Any = keras.layers.Layer
UNTOLD = ("name", "path", "auto_config", "parent")
"""Parts of the names of attributes in which equal layers differ."""


@contextmanager
def with_arguments(layers: Iterable[Any]) -> Iterator[None]:
    """Let layers have the arguments that made them as their configurations, where these are no such.

    To find that out, layers are made again, which runs the code of their classes.
    """
    state = random.getstate()  # Keras draws seeds from it when layers are made
    changed = []
    try:
        with warnings.catch_warnings(action="ignore"):
            for layer in layers:
                arguments = _kept_arguments(layer)
                if arguments is not None:
                    changed.append(layer)
                    vars(layer)["get_config"] = lambda found=arguments: found
        random.setstate(state)
        yield
    finally:
        random.setstate(state)
        for layer in changed:
            del vars(layer)["get_config"]


def _kept_arguments(layer: Any) -> dict[str, Any] | None:
    """Return the arguments that made a layer; None if its configuration is as good, or is newer."""
    kind = type(layer)
    recorded = getattr(layer, "_auto_config", None)
    if recorded is None or kind.from_config.__func__ is not LAYER.from_config.__func__:
        return None
    given: Mapping[str, Any] = recorded.config
    try:
        made = kind(**given, name=layer.name)
    except Exception:  # code of others raises many types
        return None
    config = _config(layer)
    try:
        again = kind.from_config(dict(config)) if config is not None else None
    except Exception:  # code of others raises many types
        again = None
    if again is not None and _state(made) == _state(again):
        return None
    first = _config(made) or {}
    if any(first.get(key) != (config or first).get(key) for key in given):
        return None  # it was changed after it had been made
    return {**given, **LAYER.get_config(layer)}


def _config(layer: Any) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = layer.get_config()
    except Exception:  # code of others raises many types
        return None
    return found


def _state(layer: Any) -> Any:
    """Return what a layer was made of: its plain attributes, and those of the layers in it."""
    seen: set[int] = set()

    def state(value: Any) -> Any:
        if isinstance(value, PLAIN):
            return value
        if isinstance(value, list | tuple):
            return tuple(map(state, value))
        if isinstance(value, Mapping):
            return {str(key): state(each) for key, each in value.items()}
        if not isinstance(value, LAYER) or id(value) in seen:
            return type(value)
        seen.add(id(value))
        attributes = {
            key: state(each)
            for key, each in vars(value).items()
            if not any(word in key for word in UNTOLD)
        }
        return (type(value), attributes)

    return state(layer)
