"""Parses the JSON text of a configuration, within limits."""

import json
from collections.abc import Mapping
from typing import Any

from cnnspec.keras_files.problems import NO_KERAS_MODEL, UnreadableModel

FUNCTIONAL = ("Functional", "Model")
MODELS = (*FUNCTIONAL, "Sequential")
"""The model classes whose layers are stored in a file."""
RECORDED = ("keras.src.ops", "keras.src.activations")
"""Modules whose classes are operations; many have the names of layers."""
MAX_BYTES = 32 * 1024 * 1024
MAX_VALUES = 1_000_000
MAX_DEPTH = 200
"""The limit of nesting; each nested model takes four levels."""


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
    return data


def checked_depth(data: Mapping[str, Any]) -> None:
    """Check how deep a configuration is nested before it is processed recursively.

    Raises:
        UnreadableModel: it is deeper than that of any model.

    """
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        inner = [each.values() if isinstance(each, Mapping) else each for each in level]
        level = [each for items in inner for each in items if isinstance(each, Mapping | list)]
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
