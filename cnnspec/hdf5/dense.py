"""Fractal heaps, in which newer files store the links and attributes of an object if there are many."""

from collections.abc import Iterator
from struct import Struct

from cnnspec.hdf5.headers import UNDEFINED, checked
from cnnspec.hdf5.problems import DamagedFile, UnsupportedFile
from cnnspec.hdf5.source import Fields, Source

_HEAP = Struct("<4sBHHBIQQ80xHQQHHQH")
_CHECKED_BLOCKS = 2
_ROW = Struct("<Q")
_TREE = Struct("<4sBBIHH2xQHQ")
_NODE = Struct("<4sBB")
_HUGE = Struct("<QQQ")
_MANAGED, _LARGE, _TINY = 0, 1, 2
_HUGE_TREE = 1
_MAX_DEPTH = 16
_ADDRESS = 8


def heap_objects(
    source: Source, heap: int, tree: int, kind: int, identifier: slice
) -> Iterator[bytes]:
    """Yield the objects of a heap that a B-tree lists.

    `identifier` is the place of the object's identifier in a record of the tree.

    Raises:
        UnreadableFile: the heap or the tree is damaged.

    """
    found = _Heap(source, heap)
    for record in _records(source, tree, kind):
        yield found.object(record[identifier])


class _Heap:
    """A fractal heap: objects in blocks, found by a table in which the blocks of each row double."""

    def __init__(self, source: Source, at: int) -> None:
        fields = _HEAP.unpack(checked(source, at, _HEAP.size))
        signature, _, self.id_size, filters, self.flags = fields[:5]
        largest, _, self.huge = fields[5:8]
        self.width, self.first, most, bits, _, self.root, self.rows = fields[8:]
        if signature != b"FRHP":
            raise DamagedFile("there is no heap", at)
        if filters:
            raise UnsupportedFile("a compressed heap")
        if not (_is_power(self.first) and _is_power(most) and _is_power(self.width)):
            raise DamagedFile("a heap has blocks of no size", at)
        self.source = source
        self.direct_rows = most.bit_length() - self.first.bit_length() + 2
        self.offset_size = -(-bits // 8)
        self.length_size = min(-(-(most.bit_length() - 1) // 8), _bytes_for(largest))

    def object(self, identifier: bytes) -> bytes:
        """Return the object that an identifier names."""
        if not identifier:
            raise DamagedFile("an identifier of a heap is empty")
        fields = Fields(identifier, 1)
        kind = identifier[0] >> 4 & 3
        if kind == _MANAGED:
            return self._managed(fields.integer(self.offset_size), fields.integer(self.length_size))
        if kind == _LARGE:
            return self._large(fields)
        if kind == _TINY and self.id_size <= 17:
            return fields.bytes((identifier[0] & 15) + 1)
        raise UnsupportedFile("objects of a heap of another kind")

    def _managed(self, offset: int, length: int) -> bytes:
        """Return the bytes of the heap from an offset on, which lie in one block."""
        at, rows = self.root, self.rows
        size = self.first
        while rows:
            row = max(offset // (self.width * self.first), 0).bit_length()
            size = self.first << max(row - 1, 0)
            start = self.width * size if row else 0
            column, offset = divmod(offset - start, size)
            if row >= rows or column >= self.width:
                raise DamagedFile("an object is not in its heap")
            before = 13 + self.offset_size
            (at,) = self.source.unpack(_ROW, at + before + _ADDRESS * (row * self.width + column))
            if row < self.direct_rows:
                break
            rows = size.bit_length() - (self.first * self.width).bit_length() + 1
            if rows <= 0:
                raise DamagedFile("an object is not in its heap")
        if at == UNDEFINED or offset + length > size:
            raise DamagedFile("an object is not in its heap")
        return self.source.read(at + offset, length)

    def _large(self, fields: Fields) -> bytes:
        """Return an object that is stored by itself."""
        if self.id_size >= 1 + _ROW.size * 2:
            return self.source.read(fields.integer(8), fields.integer(8))
        wanted = fields.integer(min(self.id_size - 1, 8))
        for record in _records(self.source, self.huge, _HUGE_TREE):
            at, length, number = Fields(record).take(_HUGE)
            if number == wanted:
                return self.source.read(at, length)
        raise DamagedFile("an object is not in its heap")


def _records(source: Source, at: int, kind: int) -> Iterator[bytes]:
    """Yield the records of a B-tree of version 2."""
    signature, _, found, node_size, size, depth, root, count, _ = _TREE.unpack(
        checked(source, at, _TREE.size)
    )
    if signature != b"BTHD" or found != kind or not size or depth > _MAX_DEPTH:
        raise DamagedFile("there is no B-tree", at)
    pointers = _pointer_sizes(node_size, size, depth)
    waiting = [(root, count, depth)]
    while waiting:
        at, count, level = waiting.pop()
        number, total = pointers[level]
        width = _ADDRESS + number + total if level else 0
        length = _NODE.size + count * size + (count + 1) * width
        fields = Fields(checked(source, at, length))
        signature, _, found = fields.take(_NODE)
        if signature != (b"BTIN" if level else b"BTLF") or found != kind:
            raise DamagedFile("there is no node of a B-tree", at)
        source.count(count)
        for _ in range(count):
            yield fields.bytes(size)
        for _ in range(count + 1 if level else 0):
            child, inner = fields.integer(_ADDRESS), fields.integer(number)
            fields.skip(total)
            waiting.append((child, inner, level - 1))


def _pointer_sizes(node_size: int, size: int, depth: int) -> list[tuple[int, int]]:
    """Return, for each level, how many bytes count the records of a child and of all below it."""
    sizes = [(0, 0)]
    total = max((node_size - 10) // size, 1)
    number = _bytes_for(total)
    for level in range(1, depth + 1):
        below = _bytes_for(total) if level > 1 else 0
        sizes.append((number, below))
        width = _ADDRESS + number + below
        most = max((node_size - 10 - width) // (size + width), 1)
        total = most + (most + 1) * total
    return sizes


def _bytes_for(most: int) -> int:
    """Return how many bytes hold the numbers up to one."""
    return max(most.bit_length() + 7, 8) // 8


def _is_power(number: int) -> bool:
    return number > 0 and number & number - 1 == 0
