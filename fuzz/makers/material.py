"""What inputs are made of: the words of the language, and values that may stand anywhere."""

from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

from cnnspec.language.calls import Model
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.operations.base import OPERATIONS

Data = Any
Keys = tuple[Any, ...]

SCALARS = (
    None, True, False, 0, 1, -1, 2, 3, 7, 10**9, 10**25, 0.5, -0.5, 1e308, float("inf"), float("nan"),
    "", " ", "$", "$(", "$width", "$index", "$(index + 1)", "$$x", "previous", "x", "a/b", "/", "\n", "\0",
    "same", "relu", "mse", "float16", "string", "channels_first", "x" * 300,
)  # fmt: skip
NAMES = ("x", "a", "b", "width", "base")
"""The names of inputs, steps, parameters, blocks and submodels: few, so that they often fit."""
MAX_LETTERS = 300
"""The limit of the length of an example."""


@cache
def kinds() -> tuple[type[Layer], ...]:
    """The layers and operations."""
    return tuple(family.find(kind) for family in (LAYERS, OPERATIONS) for kind in family.kinds)


@cache
def words() -> tuple[str, ...]:
    """The keys of the language, its kinds and their arguments."""
    keys = {key for model in Model.__subclasses__() for key in model.spec_keys()}
    arguments = {name for kind in kinds() for name in kind.arguments()}
    return tuple(sorted({*keys, *arguments, *NAMES, *(kind.kind() for kind in kinds())}))


@cache
def calls() -> tuple[Data, ...]:
    """The short examples of all kinds."""
    examples = ({kind.kind(): dict(each.arguments)} for kind in kinds() for each in kind.examples)
    return tuple(each for each in examples if len(str(each)) < MAX_LETTERS)


def value(rng: Random, depth: int = 0) -> Data:
    """Return a value that may stand anywhere: a scalar, a word of the language, a call, a list."""
    what = rng.randrange(8)
    if what < 4 or depth > 3:
        return rng.choice(SCALARS)
    if what == 4:
        return rng.choice(words())
    if what == 5:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if what == 6:
        return {rng.choice(words()): value(rng, depth + 1) for _ in range(rng.randrange(3))}
    return rng.choice(calls())


def changed(rng: Random, data: Data) -> Data:
    """Return a copy of nested data with a value or a key changed somewhere."""
    paths = list(_paths(data)) if isinstance(data, dict | list) else []
    return _changed(rng, data, rng.choice(paths)) if paths else value(rng)


def _paths(data: Data, at: Keys = ()) -> Iterator[Keys]:
    for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
        yield (*at, key)
        if isinstance(inner, dict | list):
            yield from _paths(inner, (*at, key))


def _changed(rng: Random, data: Data, path: Keys) -> Data:
    key, rest = path[0], path[1:]
    if isinstance(data, dict):
        return {**data, key: _changed(rng, data[key], rest)} if rest else _mapping(rng, data, key)
    items = list(data)
    what = rng.randrange(4)
    if rest:
        items[key] = _changed(rng, items[key], rest)
    elif what == 0:
        del items[key]
    elif what == 1:
        items.insert(key, items[key])
    else:
        items[key] = value(rng)
    return items


def _mapping(rng: Random, data: dict[Any, Data], key: Any) -> Data:
    """Return a mapping without a key, with another one, or with another value."""
    what = rng.randrange(4)
    if what == 0:
        return {each: inner for each, inner in data.items() if each != key}
    if what == 1:
        return {**data, rng.choice(words()): value(rng)}
    if what == 2:
        return {rng.choice(words()) if each == key else each: data[each] for each in data}
    return {**data, key: value(rng)}
