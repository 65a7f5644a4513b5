"""Texts of specs: mutations and splices of those there are, and documents grown from the language."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from cnnspec.language.calls import Model
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.operations.base import OPERATIONS
from conformance.documents import random_document

ROOT = Path(__file__).parents[1]
Data = Any

WORDS = (
    b"$x", b"$(x + 1)", b"$$", b"{", b"}", b"[", b"]", b": ", b"- ", b"\n", b"\t", b"#", b"&a ",
    b"*a", b"!!int ", b"---\n", b"|\n", b"'", b'"', b"\0", b"\xff", b"\xef\xbb\xbf", "\u202e".encode(),
    b"null", b"0", b"-1", b"1e400", b"99999999999999999999", b"from", b"repeat", b"name", b"layers",
    b"branches", b"previous", b"shared", b"ops.", b"x/y", b"~", b"<<", b"? ", b"% ",
)  # fmt: skip
SCALARS = (
    None, True, False, 0, 1, -1, 2, 3, 7, 10**9, 10**25, 0.5, -0.5, 1e308, float("inf"), float("nan"),
    "", " ", "$", "$(", "$width", "$index", "$(index + 1)", "$$x", "previous", "x", "a/b", "/", "\n", "\0",
    "same", "relu", "mse", "float16", "string", "channels_first", "x" * 300,
)  # fmt: skip


@cache
def seeds() -> tuple[bytes, ...]:
    """The specs of the project: valid ones, and those with mistakes."""
    folders = ("specs", "tests/bad", "docs", "cnnspec/language/templates")
    files = sorted(file for folder in folders for file in (ROOT / folder).rglob("*.yaml"))
    return tuple(file.read_bytes() for file in files if file.stat().st_size < 20_000)


@cache
def data_of_seeds() -> tuple[Data, ...]:
    """The seeds that are mappings, as data."""
    return tuple(data for text in seeds() if isinstance(data := _loaded(text), dict))


def _loaded(text: bytes) -> Data:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return None


def mutated(rng: Random) -> bytes:
    """Return a seed with some bytes changed, moved, doubled or replaced by those of another one."""
    text = rng.choice(seeds())
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        text = rng.choice(MUTATIONS)(rng, text)
    return text[:100_000]


def _range(rng: Random, text: bytes) -> tuple[int, int]:
    start = rng.randrange(len(text) + 1)
    return start, min(len(text), start + int(rng.expovariate(1 / 12)))


def _inserted(rng: Random, text: bytes) -> bytes:
    at, _ = _range(rng, text)
    return text[:at] + rng.choice(WORDS) + text[at:]


def _removed(rng: Random, text: bytes) -> bytes:
    start, end = _range(rng, text)
    return text[:start] + text[end:]


def _replaced(rng: Random, text: bytes) -> bytes:
    start, end = _range(rng, text)
    return text[:start] + rng.choice(WORDS) + text[end:]


def _flipped(rng: Random, text: bytes) -> bytes:
    at = rng.randrange(max(len(text), 1))
    return text[:at] + bytes([rng.randrange(256)]) + text[at + 1 :]


def _doubled(rng: Random, text: bytes) -> bytes:
    start, end = _range(rng, text)
    return text[:end] + text[start:end] * rng.choice((1, 2, 50)) + text[end:]


def _spliced(rng: Random, text: bytes) -> bytes:
    """Put some lines of another seed between those of a text."""
    lines, others = text.splitlines(keepends=True), rng.choice(seeds()).splitlines(keepends=True)
    at, start = rng.randrange(len(lines) + 1), rng.randrange(len(others) + 1)
    return b"".join([*lines[:at], *others[start : start + rng.randrange(1, 12)], *lines[at:]])


def _indented(rng: Random, text: bytes) -> bytes:
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines) + 1)
    moved = [b" " * rng.randrange(1, 5) + each for each in lines[at : at + rng.randrange(1, 4)]]
    return b"".join([*lines[:at], *moved, *lines[at + len(moved) :]])


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    _inserted, _removed, _replaced, _flipped, _doubled, _spliced, _indented,
)  # fmt: skip


def document(rng: Random) -> bytes:
    """Return a random valid document, usually with some values changed."""
    is_new = rng.random() < 0.6
    data = (
        random_document(rng.randrange(2**32), rng.randrange(2**32), mixed=rng.random() < 0.4)
        if is_new
        else rng.choice(data_of_seeds())
    )
    for _ in range(rng.choice((0, 1, 1, 2, 4))):
        data = changed(rng, data)
    if rng.random() < 0.5:
        return json.dumps(data).encode(errors="surrogatepass")
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=rng.random() < 0.5).encode()


def changed(rng: Random, data: Data) -> Data:
    """Return a copy of a document with a value or a key changed somewhere."""
    paths = list(_paths(data))
    path = rng.choice(paths) if paths else ()
    return _changed(rng, data, path)


def _paths(data: Data, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in inner:
        yield (*at, key)
        if isinstance(value, dict | list) and value:
            yield from _paths(value, (*at, key))


def _changed(rng: Random, data: Data, path: tuple[Any, ...]) -> Data:
    if not path:
        return value(rng)
    head, rest = path[0], path[1:]
    if isinstance(data, list):
        items = list(data)
        what = rng.randrange(4)
        if rest or what > 1:
            items[head] = _changed(rng, items[head], rest)
        elif what == 0:
            del items[head]
        else:
            items.insert(head, items[head])
        return items
    if rest:
        return {**data, head: _changed(rng, data[head], rest)}
    what = rng.randrange(4)
    if what == 0:
        return {key: each for key, each in data.items() if key != head}
    if what == 1:
        return {**data, rng.choice(words()): value(rng)}
    if what == 2:
        return {rng.choice(words()) if key == head else key: each for key, each in data.items()}
    return {**data, head: value(rng)}


def value(rng: Random, depth: int = 0) -> Data:
    """Return a value that may stand anywhere: a scalar, a word of the language, a call, a step."""
    what = rng.randrange(8)
    if what < 4 or depth > 3:
        return rng.choice(SCALARS)
    if what == 4:
        return rng.choice(words())
    if what == 5:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if what == 6:
        return {rng.choice(words()): value(rng, depth + 1) for _ in range(rng.randrange(3))}
    declaration = rng.choice(kinds())
    return {declaration.kind(): dict(rng.choice(declaration.examples).arguments)}


@cache
def kinds() -> tuple[type[Layer], ...]:
    """The layers and operations."""
    return tuple(family.find(kind) for family in (LAYERS, OPERATIONS) for kind in family.kinds)


@cache
def words() -> tuple[str, ...]:
    """The keys of the language, its kinds and their arguments, out of the models and declarations."""
    keys = {key for model in Model.__subclasses__() for key in model.spec_keys()}
    arguments = {name for kind in kinds() for name in kind.arguments()}
    named = {kind.kind() for kind in kinds()}
    return tuple(sorted({*keys, *named, *arguments, "x", "image", "width", "base", "b"}))
