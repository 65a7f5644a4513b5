"""The links of a group, in the forms of older and newer files."""

from collections.abc import Iterator
from struct import Struct

from cnnspec.hdf5.dense import heap_objects
from cnnspec.hdf5.headers import (
    ADDRESS,
    ADDRESS_AND_SIZE,
    LINK,
    LINK_INFO,
    SYMBOL_TABLE,
    UNDEFINED,
    Header,
)
from cnnspec.hdf5.problems import DamagedFile
from cnnspec.hdf5.source import Fields, Source, text

Link = tuple[str, int | None]
"""A name, and the address of what it names; None if it is a link to a path or another file."""

NODE = Struct("<4sBBH16x")
"""A node of a B-tree of version 1: signature, type, level, entries."""
GROUPS = 0
_ENTRY = Struct("<QQ")
_TABLE = Struct("<4sBxH")
_SYMBOL = Struct("<QQI20x")
_HEAP = Struct("<4sB3xQ8xQ")
_SOFT = 2
_LINK = Struct("<BB")
_NAMES = 5
"""The type of B-trees of links by name."""
_IDENTIFIER = slice(4, None)


def links(source: Source, header: Header) -> dict[str, int | None]:
    """Return the links of a group, sorted by name.

    Raises:
        UnreadableFile: the group is damaged.

    """
    found = [
        *_links_of_tables(source, header),
        *(_link(data) for data in header.all(LINK)),
        *_links_of_heap(source, header),
    ]
    by_name = dict(sorted(found, key=lambda link: link[0]))
    if len(by_name) < len(found):
        raise DamagedFile("a group has two members of the same name")
    return by_name


def _links_of_tables(source: Source, header: Header) -> Iterator[Link]:
    """Yield the links of a group in an older file: symbol tables, found by a B-tree."""
    for data in header.all(SYMBOL_TABLE):
        tree, heap = Fields(data).take(ADDRESS_AND_SIZE)
        names = _names(source, heap)
        for at in _leaves(source, tree):
            signature, _, count = source.unpack(_TABLE, at)
            if signature != b"SNOD":
                raise DamagedFile("there is no symbol table", at)
            entries = source.read(at + _TABLE.size, count * _SYMBOL.size)
            source.count(count)
            for start, address, kind in _SYMBOL.iter_unpack(entries):
                yield _name(names, start), None if kind == _SOFT else address


def _names(source: Source, at: int) -> bytes:
    """Return the names of a group."""
    signature, _, size, address = source.unpack(_HEAP, at)
    if signature != b"HEAP":
        raise DamagedFile("there is no heap", at)
    return source.read(address, size)


def _name(names: bytes, start: int) -> str:
    end = names.find(b"\0", start)
    if end <= start:
        raise DamagedFile("a member of a group has no name")
    return text(names[start:end])


def _leaves(source: Source, root: int) -> Iterator[int]:
    """Yield the addresses of the symbol tables in a B-tree."""
    waiting: list[tuple[int, int | None]] = [(root, None)]
    while waiting:
        at, expected = waiting.pop()
        signature, kind, level, count = source.unpack(NODE, at)
        if signature != b"TREE" or kind != GROUPS or expected not in (None, level):
            raise DamagedFile("there is no node of a group", at)
        entries = source.read(at + NODE.size, count * _ENTRY.size)
        source.count(count)
        children = [address for _, address in _ENTRY.iter_unpack(entries)]
        if level:
            waiting += [(child, level - 1) for child in reversed(children)]
        else:
            yield from children


def _links_of_heap(source: Source, header: Header) -> Iterator[Link]:
    """Yield the links of a large group in a newer file."""
    data = header.one(LINK_INFO)
    if data is None:
        return
    fields = Fields(data)
    _, flags = fields.take(_LINK)
    fields.skip(8 if flags & 1 else 0)
    heap, tree = fields.take(ADDRESS_AND_SIZE)
    if heap != UNDEFINED:
        for each in heap_objects(source, heap, tree, _NAMES, _IDENTIFIER):
            yield _link(each)


def _link(data: bytes) -> Link:
    """Return the link in a message."""
    fields = Fields(data)
    version, flags = fields.take(_LINK)
    if version != 1:
        raise DamagedFile("a link has another version")
    kind = fields.integer(1) if flags & 0x8 else 0
    fields.skip((8 if flags & 0x4 else 0) + (1 if flags & 0x10 else 0))
    name = text(fields.bytes(fields.integer(1 << (flags & 3))))
    return name, fields.take(ADDRESS)[0] if kind == 0 else None
