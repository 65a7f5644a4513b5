"""Data types and shapes, as messages state them."""

from struct import Struct
from typing import NamedTuple

from cnnspec.hdf5.problems import DamagedFile
from cnnspec.hdf5.source import Fields

_PREFIX = Struct("<BBBBI")
_INTEGER = Struct("<HH")
_FLOAT = Struct("<HHBBBBI")
IEEE = {
    2: (0, 16, 10, 5, 0, 10, 15),
    4: (0, 32, 23, 8, 0, 23, 127),
    8: (0, 64, 52, 11, 0, 52, 1023),
}
"""The properties of the floats that NumPy has, by size."""
BRAIN_FLOAT = (0, 16, 7, 8, 0, 7, 127)
SIZES = (1, 2, 4, 8)
_SPACE_1 = Struct("<BBB5x")
_SPACE_2 = Struct("<BBBB")
_SCALAR, _NULL = 0, 2
MAX_DIMENSIONS = 32
TRUTHS = (b"FALSE", b"TRUE")
"""The names of the values of NumPy's booleans, which are stored as an enumeration."""

INTEGER, FLOAT, STRING, OPAQUE, ENUMERATION, VARIABLE = 0, 1, 3, 5, 8, 9


class Datatype(NamedTuple):
    """The type of each value of a dataset or attribute."""

    kind: str
    """As in NumPy: `f`, `i`, `u`, `b`, `S` and `V` (bytes without a meaning); `T` for texts of any
    length, `E` for bfloat16, `O` for others."""
    itemsize: int
    order: str = "<"

    @property
    def numpy(self) -> str:
        """Its name in NumPy."""
        return f"{self.order}{self.kind}{self.itemsize}"


def datatype(data: bytes) -> Datatype:
    """Read the message of a data type.

    Raises:
        DamagedFile: it is shorter than what it states.

    """
    fields = Fields(data)
    kind_and_version, bits, _, _, size = fields.take(_PREFIX)
    kind = kind_and_version & 15
    order = ">" if bits & 1 else "<"
    if size == 0:
        raise DamagedFile("a data type has no size")
    if kind == INTEGER and size in SIZES and fields.take(_INTEGER) == (0, 8 * size):
        return Datatype("i" if bits & 8 else "u", size, order)
    if kind == FLOAT and not bits & 0x40:
        properties = fields.take(_FLOAT)
        if properties == IEEE.get(size):
            return Datatype("f", size, order)
        if properties == BRAIN_FLOAT and size == 2:
            return Datatype("E", size, order)
    if kind == STRING:
        return Datatype("S", size, "|")
    if kind == OPAQUE:
        return Datatype("V", size, "|")
    if kind == VARIABLE and bits & 15 == 1:
        return Datatype("T", size)
    if kind == ENUMERATION and size == 1 and all(name in data for name in TRUTHS):
        return Datatype("b", size, "|")
    return Datatype("O", size)


def shape(data: bytes) -> tuple[int, ...] | None:
    """Read the message of a shape; None if there are no values.

    Raises:
        DamagedFile: it is shorter than what it states, or has too many dimensions.

    """
    fields = Fields(data)
    version = data[:1]
    if version == b"\1":
        _, count, _ = fields.take(_SPACE_1)
        kind = None
    elif version == b"\2":
        _, count, _, kind = fields.take(_SPACE_2)
    else:
        raise DamagedFile("a shape has another version")
    if kind == _NULL:
        return None
    if count > MAX_DIMENSIONS:
        raise DamagedFile(f"a shape has {count} dimensions")
    return fields.take(Struct(f"<{count}Q"))
