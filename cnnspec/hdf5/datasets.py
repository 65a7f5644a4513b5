"""Datasets: arrays in one piece or in chunks."""

from collections.abc import Iterator
from math import prod
from struct import Struct
from typing import Any, NamedTuple

from cnnspec.hdf5.attributes import Attributes, Collections
from cnnspec.hdf5.datatypes import Datatype, datatype, shape
from cnnspec.hdf5.filters import MAX_RATIO, pipeline, undone
from cnnspec.hdf5.groups import NODE
from cnnspec.hdf5.headers import (
    ADDRESS,
    DATASPACE,
    DATATYPE,
    EXTERNAL_FILES,
    FILL_VALUE,
    FILTERS,
    LAYOUT,
    UNDEFINED,
    Header,
)
from cnnspec.hdf5.problems import DamagedFile, UnreadableFile, UnsupportedFile
from cnnspec.hdf5.source import Fields, Source

_COMPACT, _CONTIGUOUS, _CHUNKED, _VIRTUAL = range(4)
_LAYOUT_1 = Struct("<BBB5x")
_LAYOUT_3 = Struct("<BB")
_CHUNKS = 1
"""The type of B-trees of chunks."""
_SINGLE = 1
"""The type of indexes of one chunk."""
_FILTERED = 2
LEAST_BYTES = 64 * 1024 * 1024
MOST_TIMES = 200
"""The limit of the compression of a dataset; trained weights hardly compress at all."""


class Chunk(NamedTuple):
    """A stored part of a dataset."""

    start: tuple[int, ...]
    """Its position in the dataset."""
    at: int
    size: int
    mask: int
    """The filters that were not applied to it."""


class Dataset:
    """An array in a file. Its values are read when they are asked for."""

    def __init__(self, source: Source, header: Header, collections: Collections) -> None:
        kind, space, layout = (header.one(each) for each in (DATATYPE, DATASPACE, LAYOUT))
        if kind is None or space is None or layout is None:
            raise DamagedFile("a dataset has no type or place")
        sizes = shape(space)
        self.shape: tuple[int, ...] = (0,) if sizes is None else sizes
        self.dtype: Datatype = datatype(kind)
        self.nbytes = prod(self.shape) * self.dtype.itemsize
        self._source = source
        self._header = header
        self._collections = collections
        self._layout = Fields(layout)
        self._kind = self._class()
        self.is_elsewhere = self._kind == _VIRTUAL or any(header.all(EXTERNAL_FILES))
        """Whether its values are in other files or datasets."""

    @property
    def attrs(self) -> Attributes:
        """Its attributes."""
        return Attributes(self._source, self._header, self._collections)

    def values(self) -> Any:
        """Return the values as an array.

        Raises:
            UnreadableFile: they are not in the file, or stored in a way that is not read.

        """
        if self.is_elsewhere or self.dtype.kind in "TO":
            raise UnsupportedFile("values that are not numbers in the file itself")
        try:
            return self._values()
        except MemoryError as error:
            raise UnreadableFile(
                f"it has an array of {self.nbytes} bytes, too large for the memory"
            ) from error

    def _values(self) -> Any:
        import numpy as np

        dtype = np.dtype("<u2" if self.dtype.kind == "E" else self.dtype.numpy)
        if self._kind == _CHUNKED:
            return self._joined(dtype)
        at, data = self._place()
        if data is not None:
            return np.frombuffer(data, dtype, prod(self.shape)).reshape(self.shape).copy()
        found = np.empty(self.shape, dtype)
        if self.nbytes:
            self._source.read_into(at, memoryview(found.reshape(-1).view(np.uint8).data))
        return found

    def check(self) -> None:
        """Check that the file is large enough for the values.

        Raises:
            UnreadableFile: it is not.

        """
        if self.nbytes and not self.is_elsewhere and self._kind != _CHUNKED:
            self._place()
        elif self._kind == _CHUNKED and self.nbytes > max(
            LEAST_BYTES, MOST_TIMES * self._source.size
        ):
            raise DamagedFile(f"it is too short for a dataset of {self.nbytes} bytes")

    def _class(self) -> int:
        """Return how the values are stored, and move to what describes it."""
        version = self._layout.data[0] if self._layout.data else 0
        if version in (1, 2):
            _, self._count, kind = self._layout.take(_LAYOUT_1)
        elif version in (3, 4, 5):
            _, kind = self._layout.take(_LAYOUT_3)
        else:
            raise DamagedFile("a dataset is stored in another version")
        if kind > _VIRTUAL:
            raise DamagedFile("a dataset has no place")
        self._version = version
        return int(kind)

    def _place(self) -> tuple[int, bytes | None]:
        """Return the address of the values, or the values themselves if they are few."""
        fields = Fields(self._layout.data, self._layout.at)
        if self._kind == _COMPACT:
            if self._version < 3:
                fields.skip(4 * self._count)
            data = fields.bytes(fields.integer(4 if self._version < 3 else 2))
            if len(data) < self.nbytes:
                raise DamagedFile("a dataset is larger than its values")
            return 0, data
        (at,) = fields.take(ADDRESS)
        if self.nbytes and at == UNDEFINED:
            raise DamagedFile("the values of a dataset are missing")
        if self._version >= 3 and fields.integer(8) < self.nbytes:
            raise DamagedFile("a dataset is larger than its values")
        if self.nbytes:
            self._source.check(at, self.nbytes)
        return at, None

    def _joined(self, dtype: Any) -> Any:
        """Return the values of all chunks."""
        import numpy as np

        self.check()
        rank = len(self.shape)
        sizes, chunks = self._chunks()
        filters = pipeline(self._header.one(FILTERS))
        size = prod(sizes) * self.dtype.itemsize
        if not size or rank == 0:
            raise DamagedFile("a chunk has no size")
        left = max(LEAST_BYTES, MOST_TIMES * self._source.size)
        found = np.full(self.shape, self._fill(dtype))
        seen = set()
        for chunk in chunks:
            left -= size
            if left < 0 or chunk.start in seen or size > MAX_RATIO * (chunk.size + 1):
                raise DamagedFile("its chunks are larger than what is stored of them")
            seen.add(chunk.start)
            data = undone(
                self._source.values(chunk.at, chunk.size),
                filters,
                chunk.mask,
                size,
                self.dtype.itemsize,
            )
            part = np.frombuffer(data, dtype).reshape(sizes)
            place = tuple(
                slice(start, start + length)
                for start, length in zip(chunk.start, sizes, strict=True)
            )
            inside = tuple(
                slice(max(0, whole - start))
                for start, whole in zip(chunk.start, self.shape, strict=True)
            )
            found[place] = part[inside]
        return found

    def _fill(self, dtype: Any) -> Any:
        """Return the value of chunks that are not stored."""
        import numpy as np

        data = self._header.one(FILL_VALUE)
        fields = Fields(data or b"\3\0")
        version, flags = fields.integer(1), fields.integer(1)
        if version < 3:
            fields.skip(1)
        is_given = flags & 0x20 if version == 3 else fields.integer(1)
        size = fields.integer(4) if is_given else 0
        if size != dtype.itemsize:
            return np.zeros((), dtype)[()]
        return np.frombuffer(fields.bytes(size), dtype)[0]

    def _chunks(self) -> tuple[tuple[int, ...], Iterator[Chunk]]:
        """Return the sizes of chunks, and all that are stored."""
        rank = len(self.shape)
        fields = Fields(self._layout.data, self._layout.at)
        if self._version >= 4:
            return self._single(fields)
        count = fields.integer(1) if self._version == 3 else self._count
        (root,) = fields.take(ADDRESS)
        if count != rank + 1:
            raise DamagedFile("a chunk has another number of dimensions")
        sizes = fields.take(Struct(f"<{rank}I"))
        return sizes, iter(()) if root == UNDEFINED else self._in_tree(root, rank)

    def _in_tree(self, root: int, rank: int) -> Iterator[Chunk]:
        """Yield the chunks in a B-tree."""
        entry = Struct(f"<II{rank + 1}QQ")
        waiting: list[tuple[int, int | None]] = [(root, None)]
        while waiting:
            at, expected = waiting.pop()
            signature, kind, level, count = self._source.unpack(NODE, at)
            if signature != b"TREE" or kind != _CHUNKS or expected not in (None, level):
                raise DamagedFile("there is no node of chunks", at)
            entries = self._source.read(at + NODE.size, count * entry.size)
            self._source.count(count)
            for size, mask, *start, child in entry.iter_unpack(entries):
                if level:
                    waiting.append((child, level - 1))
                else:
                    yield Chunk(tuple(start[:rank]), child, size, mask)

    def _single(self, fields: Fields) -> tuple[tuple[int, ...], Iterator[Chunk]]:
        """Return the one chunk of a dataset in a newer file."""
        flags, count, width = (fields.integer(1) for _ in range(3))
        sizes = tuple(fields.integer(width) for _ in range(count))[:-1]
        if len(sizes) != len(self.shape):
            raise DamagedFile("a chunk has another number of dimensions")
        if fields.integer(1) != _SINGLE:
            raise UnsupportedFile("an index of chunks of newer files")
        size, mask = prod(sizes) * self.dtype.itemsize, 0
        if flags & _FILTERED:
            size, mask = fields.integer(8), fields.integer(4)
        (at,) = fields.take(ADDRESS)
        chunks = [] if at == UNDEFINED else [Chunk((0,) * len(sizes), at, size, mask)]
        return sizes, iter(chunks)
