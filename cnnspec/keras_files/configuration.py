"""Parses the JSON text of a configuration, within limits."""

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from cnnspec.keras_files.problems import NO_KERAS_MODEL, UnreadableModel
from cnnspec.syntax.scalars import MAX_DIGITS

FUNCTIONAL = ("Functional", "Model")
MODELS = (*FUNCTIONAL, "Sequential")
"""The model classes whose layers are stored in a file."""
RECORDED = ("keras.src.ops", "keras.src.activations")
"""Modules whose classes are operations; many have the names of layers."""
MAX_BYTES = 32 * 1024 * 1024
MAX_VALUES = 1_000_000
MAX_DEPTH = 200
"""The limit of nesting; each nested model takes four levels."""
SCALARS = frozenset((bool, float, int, str, type(None)))
"""The types of most values, with nothing in them."""


def parsed(text: str | bytes) -> Mapping[str, Any]:
    """Parse a text that contains a mapping.

    Raises:
        UnreadableModel: it is too long, too deep, or not a JSON mapping.

    """
    if len(text) > MAX_BYTES:
        raise UnreadableModel(f"its configuration has more than {MAX_BYTES} bytes")
    if _values(text) > MAX_VALUES:
        raise UnreadableModel(f"its configuration has more than {MAX_VALUES} values")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableModel(NO_KERAS_MODEL) from error
    if not isinstance(data, Mapping):
        raise UnreadableModel(NO_KERAS_MODEL)
    checked_depth(data)
    long = f"[0-9]{{{MAX_DIGITS + 1}}}"
    has_long = re.search(long, text) if isinstance(text, str) else re.search(long.encode(), text)
    if has_long:
        _check_numbers(data)
    return data


def _check_numbers(data: Mapping[str, Any]) -> None:
    """Check that no whole number has more digits than a spec can have.

    Raises:
        UnreadableModel: one has; the message names the layer that it is in.

    """
    stack: list[tuple[Any, str, str]] = [(data, "", "")]
    while stack:
        value, key, within = stack.pop()
        if isinstance(value, Mapping):
            kind, config = value.get("class_name"), value.get("config")
            name = config.get("name") if isinstance(config, Mapping) else None
            within = f" of '{name}' ({kind})" if kind and name else within
            stack += [(item, str(name), within) for name, item in value.items()]
        elif isinstance(value, list):
            stack += [(item, key, within) for item in value]
        elif isinstance(value, int) and abs(value) >= 10**MAX_DIGITS:
            digits = len(str(abs(value)))
            message = (
                f"'{key}'{within} is a number of {digits} digits; a spec takes up to {MAX_DIGITS}"
            )
            raise UnreadableModel(message)


def values_in(value: Any) -> Collection[Any]:
    """Return the items of a list, or the values of a mapping."""
    if isinstance(value, list):
        return value
    return value.values() if isinstance(value, Mapping) else ()


def checked_depth(data: Mapping[str, Any]) -> None:
    """Check how deep a configuration is nested before it is processed recursively.

    Raises:
        UnreadableModel: it is deeper than that of any model.

    """
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        level = [each for value in level for each in values_in(value) if type(each) not in SCALARS]
        if not level:
            return
    raise UnreadableModel(f"its configuration is nested more than {MAX_DEPTH} levels deep")


def _values(text: str | bytes) -> int:
    """Return an upper bound of the number of values in a text, before it is parsed."""
    if isinstance(text, str):
        return sum(text.count(sign) for sign in ",[{")
    return sum(text.count(sign) for sign in (b",", b"[", b"{"))


def is_recorded(layer: Mapping[str, Any]) -> bool:
    """Whether Keras 3 recorded an operation; HDF5 files do not store its module."""
    return str(layer.get("module", "")).startswith(RECORDED)
