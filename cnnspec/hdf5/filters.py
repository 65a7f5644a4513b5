"""Undoes what a file does to the chunks of a dataset: compression, shuffling and checksums."""

import zlib
from struct import Struct
from typing import Any, NamedTuple

from cnnspec.hdf5.problems import DamagedFile, UnsupportedFile
from cnnspec.hdf5.source import Fields, padded

DEFLATE, SHUFFLE, FLETCHER = 1, 2, 3
OTHERS = {
    4: "SZIP compression",
    5: "NBIT compression",
    6: "SCALEOFFSET compression",
    32000: "LZF compression",
}
_PREFIX = Struct("<BB")
_FILTER = Struct("<HHHH")
_BUILT_IN = 256
"""Filters with a lower number have no name in newer files."""
_CHECKSUM = Struct("<I")
MAX_RATIO = 1032
"""How much a byte of deflated data can grow."""


class Filter(NamedTuple):
    """A filter of a pipeline."""

    number: int


def pipeline(data: bytes | None) -> list[Filter]:
    """Read the filters of a dataset, in the order in which they were applied.

    Raises:
        UnsupportedFile: a filter is not known.

    """
    if data is None:
        return []
    fields = Fields(data)
    version, count = fields.take(_PREFIX)
    fields.skip(6 if version == 1 else 0)
    found = []
    for _ in range(count):
        number = fields.integer(2)
        length = fields.integer(2) if version == 1 or number >= _BUILT_IN else 0
        fields.skip(2)
        values = fields.integer(2)
        fields.skip(padded(length) if version == 1 else length)
        fields.skip(4 * (values + (values % 2 if version == 1 else 0)))
        if number not in (DEFLATE, SHUFFLE, FLETCHER):
            raise UnsupportedFile(OTHERS.get(number, f"the filter {number}"))
        found.append(Filter(number))
    return found


def undone(data: bytes, filters: list[Filter], mask: int, size: int, itemsize: int) -> bytes:
    """Return the values of a chunk of a size, from what is stored of it.

    Bit `n` of the mask is set if the filter `n` was not applied.

    Raises:
        DamagedFile: they have another size, or a checksum is wrong.

    """
    sums = sum(each.number == FLETCHER for each in filters) * _CHECKSUM.size
    for number in reversed(range(len(filters))):
        if mask & 1 << number:
            continue
        match filters[number].number:
            case 1:
                data = _inflated(data, size + sums)
            case 2:
                data = _sorted(data, itemsize)
            case 3:
                data = _verified(data)
    if len(data) != size:
        raise DamagedFile("a chunk has another size")
    return data


def _inflated(data: bytes, most: int) -> bytes:
    """Decompress data; more than is wanted is never made."""
    inflate = zlib.decompressobj()
    try:
        found = inflate.decompress(data, most + 1)
    except zlib.error as error:
        raise DamagedFile("a chunk cannot be decompressed") from error
    if not inflate.eof or len(found) > most:
        raise DamagedFile("a chunk has another size")
    return found


def _sorted(data: bytes, itemsize: int) -> bytes:
    """Put the bytes of each value together; a chunk has the first bytes of all values first."""
    import numpy as np

    whole = len(data) - len(data) % itemsize
    bytes_ = np.frombuffer(data, np.uint8, whole).reshape(itemsize, whole // itemsize)
    return bytes_.T.tobytes() + data[whole:]


def _verified(data: bytes) -> bytes:
    """Return data without the checksum at its end."""
    content = data[: -_CHECKSUM.size]
    if len(data) < _CHECKSUM.size:
        raise DamagedFile("a chunk has another size")
    (stored,) = _CHECKSUM.unpack(data[-_CHECKSUM.size :])
    if [half % 0xFFFF for half in _fletcher(content)] != [
        half % 0xFFFF for half in (stored >> 16, stored & 0xFFFF)
    ]:
        raise DamagedFile("a checksum is wrong")
    return content


def _fletcher(data: bytes) -> tuple[int, int]:
    """Return the sums of the sums, and the sum, of the numbers of two bytes."""
    import numpy as np

    words: Any = np.frombuffer(data + b"\0" * (len(data) % 2), ">u2").astype(np.uint64)
    times = np.arange(len(words), 0, -1, dtype=np.uint64)
    return int((words * times % 0xFFFF).sum()), int(words.sum())
