"""Nested data with one thing changed: what a spec might hold by mistake."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Keys = tuple[str | int, ...]


def keys_of(data: Any, at: Keys = ()) -> Iterator[Keys]:
    """The path of every value inside nested data."""
    pairs = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in pairs:
        yield (*at, key)
        if isinstance(value, dict | list):
            yield from keys_of(value, (*at, key))


def changed(data: Any, at: Keys, key: object, value: object) -> Any:
    """A copy of nested data with another value at a path, and another key unless that is None."""
    here, rest = at[0], at[1:]
    if isinstance(data, list):
        return [
            (changed(inner, rest, key, value) if rest else value) if position == here else inner
            for position, inner in enumerate(data)
        ]
    if rest:
        return {**data, here: changed(data[here], rest, key, value)}
    return {
        (here if key is None else key) if each == here else each: inner
        for each, inner in {**data, here: value}.items()
    }


WORDS = (
    "", " ", "a/b", "/", "$", "$(", "$(1+)", "$width", "$index", "$$", "previous", "shared", "image",
    "conv", "both", "both/left", "block/add_1", "residual", "base", "Dense", "mse", "name", "from",
    "repeat", "layers", "branches", "spec", "arguments", "kind", "named", "steps", "\n", "\0",
    "\x1b[31m", "\u202e", "parts", "parts/branch.yaml", "x" * 300,
)  # fmt: skip
SCALARS = st.sampled_from(WORDS) | st.sampled_from(
    (None, True, 0, -1, 1, 3, 10**9, 10**25, 0.5, 1e308, float("inf"), float("nan"))
)
KEYS = st.sampled_from(WORDS) | st.integers(-1, 3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)
