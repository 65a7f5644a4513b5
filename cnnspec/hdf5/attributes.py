"""Attributes of groups and datasets: texts, numbers, and lists of them."""

from collections.abc import Iterator, Mapping
from math import prod
from struct import Struct
from typing import Any

from cnnspec.hdf5.datatypes import Datatype, datatype, shape
from cnnspec.hdf5.dense import heap_objects
from cnnspec.hdf5.headers import (
    ADDRESS_AND_SIZE,
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    UNDEFINED,
    Header,
)
from cnnspec.hdf5.problems import DamagedFile, UnsupportedFile
from cnnspec.hdf5.source import Fields, Source, padded, text

_ATTRIBUTE = Struct("<BBHHH")
_INFO = Struct("<BB")
_COLLECTION = Struct("<4sB3xQ")
_OBJECT = Struct("<HHxxxxQ")
_REFERENCE = Struct("<IQI")
_NAMES = 8
"""The type of B-trees of attributes by name."""
_IDENTIFIER = slice(8)
_SHARED_PARTS = 3
_FORMATS = {("f", 2): "e", ("f", 4): "f", ("f", 8): "d"}
_FORMATS |= {
    (kind, size): letter
    for kind, letters in (("u", "BHIQ"), ("i", "bhiq"))
    for size, letter in zip((1, 2, 4, 8), letters, strict=True)
}
_FORMATS["b", 1] = "?"

BYTES_OF_A_STEP = 16

Collections = dict[int, dict[int, bytes]]


class Attributes(Mapping[str, Any]):
    """The attributes of an object by name. A value is read when it is looked up.

    A value is a text, a number, or a list of them; reading one of another type raises
    `UnsupportedFile`.
    """

    def __init__(self, source: Source, header: Header, collections: Collections) -> None:
        self._source = source
        self._collections = collections
        self._parts: dict[str, tuple[bytes, bytes, bytes]] = {}
        for data in _messages(source, header):
            name, parts = _split(data)
            if name in self._parts:
                raise DamagedFile("an object has two attributes of the same name")
            self._parts[name] = parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, name: str) -> Any:
        kind, space, data = self._parts[name]
        sizes = shape(space)
        if sizes is None:
            return []
        values = self._values(datatype(kind), prod(sizes), data)
        return values if sizes else values[0]

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def _values(self, kind: Datatype, count: int, data: bytes) -> list[Any]:
        """Return all values, which are stored in a row."""
        if count * kind.itemsize > len(data):
            raise DamagedFile("an attribute has more values than bytes")
        if kind.kind == "S":
            starts = range(0, count * kind.itemsize, kind.itemsize)
            return [text(data[start : start + kind.itemsize]) for start in starts]
        if kind.kind == "T" and kind.itemsize == _REFERENCE.size:
            self._source.count(count)
            return [self._text(*each) for each in _REFERENCE.iter_unpack(data[: count * 16])]
        letter = _FORMATS.get((kind.kind, kind.itemsize))
        if letter is None:
            raise UnsupportedFile("an attribute of another type")
        return list(Fields(data).take(Struct(f"{kind.order.replace('|', '<')}{count}{letter}")))

    def _text(self, length: int, at: int, index: int) -> str:
        """Return a text of any length, which is stored in a collection of them."""
        if at in (0, UNDEFINED):
            return ""
        if at not in self._collections:
            self._collections[at] = _collection(self._source, at)
        found = self._collections[at].get(index)
        if found is None or len(found) < length:
            raise DamagedFile("a text is not in its collection", at)
        self._source.count(length // BYTES_OF_A_STEP)
        return text(found[:length])


def _messages(source: Source, header: Header) -> Iterator[bytes]:
    """Yield the messages of all attributes."""
    yield from header.all(ATTRIBUTE)
    data = header.one(ATTRIBUTE_INFO)
    if data is None:
        return
    fields = Fields(data)
    _, flags = fields.take(_INFO)
    fields.skip(2 if flags & 1 else 0)
    heap, tree = fields.take(ADDRESS_AND_SIZE)
    if heap != UNDEFINED:
        yield from heap_objects(source, heap, tree, _NAMES, _IDENTIFIER)


def _split(data: bytes) -> tuple[str, tuple[bytes, bytes, bytes]]:
    """Return the name of an attribute, and its type, shape and values."""
    fields = Fields(data)
    version, flags, *sizes = fields.take(_ATTRIBUTE)
    if version not in (1, 2, 3):
        raise DamagedFile("an attribute has another version")
    if version > 1 and flags & _SHARED_PARTS:
        raise UnsupportedFile("shared types or attributes")
    fields.skip(1 if version == 3 else 0)
    name, kind, space = (
        fields.bytes(padded(size) if version == 1 else size)[:size] for size in sizes
    )
    return text(name), (kind, space, data[fields.at :])


def _collection(source: Source, at: int) -> dict[int, bytes]:
    """Return the objects of a collection by number."""
    signature, _, size = source.unpack(_COLLECTION, at)
    if signature != b"GCOL":
        raise DamagedFile("there is no collection of texts", at)
    fields = Fields(source.read(at, size), _COLLECTION.size)
    found: dict[int, bytes] = {}
    while size - fields.at >= _OBJECT.size:
        source.count()
        index, _, length = fields.take(_OBJECT)
        if index == 0:
            break
        found[index] = fields.bytes(length)
        fields.skip(padded(length) - length)
    return found
