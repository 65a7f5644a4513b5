"""Bounded access to the bytes of a file."""

import os
import struct
from io import BufferedReader
from struct import Struct
from typing import Any

from cnnspec.hdf5.problems import DamagedFile, UnreadableFile

BLOCK = 64 * 1024
MAX_BLOCKS = 256
LEAST_STEPS = 10_000
MAX_STEPS = 5_000_000
LEAST_BYTES = 1024 * 1024
MAX_BYTES = 256 * 1024 * 1024
MAX_STRUCTURE = 64 * 1024 * 1024
"""The limit of a structure, such as the text of a configuration."""
TIMES = 2
"""How often the structures of a file may be read; a file that was not made to do harm needs less."""
BYTES_OF_A_STEP = 2
"""Most structures of the format have eight bytes or more."""
SHORTER = "it became shorter while it was read"
TOO_LARGE = f"it is too large: a part of it has more than {MAX_STRUCTURE} bytes at byte {{}}"


class Source:
    """The bytes of a file.

    Every structure that is read is counted, and so are its bytes. There are only as many as a file
    of this size can hold, so structures that lead in circles, overlap or state absurd counts end in
    an error.
    """

    def __init__(self, file: BufferedReader) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)
        self._steps = min(LEAST_STEPS + self.size // BYTES_OF_A_STEP, MAX_STEPS)
        self._bytes = min(LEAST_BYTES + TIMES * self.size, MAX_BYTES)
        self._blocks: dict[int, bytes] = {}

    def count(self, steps: int = 1) -> None:
        """Count structures that are processed.

        Raises:
            DamagedFile: there are more than the file can hold.

        """
        self._steps -= steps
        if self._steps < 0:
            raise DamagedFile("it has more structures than fit into it")

    def read(self, at: int, size: int) -> bytes:
        """Return a structure of the file.

        Raises:
            UnreadableFile: it is too large, the file ends before, or its structures overlap.

        """
        if size > MAX_STRUCTURE:
            raise UnreadableFile(TOO_LARGE.format(at))
        self.count()
        self.check(at, size)
        self._bytes -= size
        if self._bytes < 0:
            raise DamagedFile("its structures overlap, or are too large")
        first, start = divmod(at, BLOCK)
        if start + size <= BLOCK:
            return self._block(first)[start : start + size]
        return self.values(at, size)

    def values(self, at: int, size: int) -> bytes:
        """Return a part of the file that holds values, which is not counted."""
        self.check(at, size)
        self._file.seek(at)
        parts = [self._file.read(size)]
        while size := size - len(parts[-1]):
            parts.append(self._file.read(size))
            if not parts[-1]:
                raise DamagedFile(SHORTER)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def unpack(self, layout: Struct, at: int) -> tuple[Any, ...]:
        """Return the fields of a structure."""
        return layout.unpack(self.read(at, layout.size))

    def read_into(self, at: int, buffer: memoryview) -> None:
        """Fill a buffer with a part of the file that holds values, which is not counted."""
        self.check(at, len(buffer))
        self._file.seek(at)
        filled = 0
        while filled < len(buffer):
            count = self._file.readinto(buffer[filled:])
            if not count:
                raise DamagedFile(SHORTER)
            filled += count

    def check(self, at: int, size: int) -> None:
        """Check that a part lies in the file."""
        if at + size > self.size:
            raise DamagedFile(f"it refers to {size} bytes beyond its end", at)

    def _block(self, number: int) -> bytes:
        block = self._blocks.get(number)
        if block is None:
            if len(self._blocks) >= MAX_BLOCKS:
                self._blocks.clear()
            start = number * BLOCK
            block = self._blocks[number] = self.values(start, min(BLOCK, self.size - start))
        return block


class Fields:
    """The fields of a structure, one after the other."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def take(self, layout: Struct) -> tuple[Any, ...]:
        """Return the next fields.

        Raises:
            DamagedFile: the structure ends before.

        """
        try:
            fields = layout.unpack_from(self.data, self.at)
        except struct.error as error:
            raise DamagedFile("a structure is shorter than its fields") from error
        self.at += layout.size
        return fields

    def integer(self, size: int) -> int:
        """Return the next whole number."""
        return int.from_bytes(self.bytes(size), "little")

    def bytes(self, size: int) -> bytes:
        """Return the next bytes."""
        found = self.data[self.at : self.at + size]
        if len(found) < size:
            raise DamagedFile("a structure is shorter than its fields")
        self.at += size
        return found

    def skip(self, size: int) -> None:
        """Skip bytes."""
        self.at += size


def padded(size: int) -> int:
    """Round a size up to a multiple of eight."""
    return -(-size // 8) * 8


def text(data: bytes) -> str:
    """Return a text that may end with zeros; bytes that are not UTF-8 are escaped."""
    return data.partition(b"\0")[0].decode("utf-8", "backslashreplace")
