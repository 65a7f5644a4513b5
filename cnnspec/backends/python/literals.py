"""Writes values as Python literals."""

import math
from collections.abc import Mapping
from typing import Any

from cnnspec.backends.python.layout import Code, Items, Labelled


def quoted(text: str) -> str:
    """Write text as a string, with the quotes that a formatter would choose."""
    body = repr(f'"{text}')[2:-1]  # with a double quote in it, Python chooses single ones
    if text.count('"') > text.count("'"):
        return f"'{body}'"
    return '"' + body.replace("\\'", "'").replace('"', '\\"') + '"'


def literal(value: Any) -> Code:
    """Write a value without calls."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if isinstance(value, tuple):
        return Items("(", tuple(map(literal, value)), ")")
    if isinstance(value, list):
        return Items("[", tuple(map(literal, value)), "]")
    if isinstance(value, Mapping):
        return dictionary({key: literal(each) for key, each in value.items()})
    return repr(value)


def dictionary(values: Mapping[Any, Code]) -> Items:
    """Write values by key."""
    return Items(
        "{", tuple(Labelled(f"{_key(key)}: ", value) for key, value in values.items()), "}"
    )


def _key(key: Any) -> str:
    return quoted(key) if isinstance(key, str) else repr(key)


def with_tuples(value: Any) -> Any:
    """Replace lists by tuples, as Keras expects for sizes."""
    return tuple(map(with_tuples, value)) if isinstance(value, list | tuple) else value
