"""Names of outputs that Keras gets as mappings: their keys."""

from collections.abc import Collection, Iterator
from typing import Any

from cnnspec.keras_files.names import valid_names


def output_keys(outputs: Any) -> list[str | None]:
    """Return the key of each output in the order of Keras; None for those that are in no mapping.

    Outputs that are deeper inside have the keys and positions that lead to them.
    """
    if not isinstance(outputs, dict):
        inner = outputs if isinstance(outputs, list) else [outputs]
        return [
            key
            for item in inner
            for key in (output_keys(item) if isinstance(item, list | dict) else [None])
        ]
    return [*_keys(outputs)]


def _keys(outputs: Any) -> Iterator[str]:
    """Yield the paths to all outputs; mappings are in the order of their keys."""
    items = sorted(outputs.items()) if isinstance(outputs, dict) else enumerate(outputs)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from (f"{key}_{inner}" for inner in _keys(item))
        else:
            yield str(key)


def free_name(key: str, taken: Collection[str]) -> str:
    """Return a valid name for an output that nothing else has."""
    name = valid_names([key]).get(key, key)
    if name not in taken:
        return name
    name, count = f"{name}_output", 1
    while name in taken:
        count += 1
        name = f"{name.removesuffix(f'_{count - 1}')}_{count}"
    return name
