"""The arrays of an npz archive: what each is from its header, and its values where they lie.

`numpy.savez` stores arrays as they are, so that they are mapped, and no more of them is in memory
than is looked at. What `numpy.savez_compressed` stores can only be unpacked as a whole.
"""

import math
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.lib import format as npy

from cnnspec.training.problems import DataProblem

PATH = ("data", "path")
AT_ONCE = 2**24
"""How many bytes are read at a time."""
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError)
"""What reading an archive raises that is none, is damaged, or needs a password."""


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array in an archive."""

    path: Path
    member: zipfile.ZipInfo
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    order: Literal["C", "F"]
    """`C` where the last axis runs fastest, `F` where the first does."""
    header: int
    """How many bytes of the member come before the values."""

    @property
    def name(self) -> str:
        """What it is called in the archive."""
        return self.member.filename.removesuffix(".npy")

    def read(self) -> Any:
        """All values; mapped, where they are not compressed.

        Raises:
            DataProblem: they are damaged.

        """
        try:
            if self.member.compress_type == zipfile.ZIP_STORED and 0 not in self.shape:
                return self._mapped()
            with np.load(self.path, allow_pickle=False) as arrays:
                return arrays[self.name]
        except (OSError, *BROKEN) as error:
            raise DataProblem("file-not-found", f"'{self.path}' is broken: {error}", PATH) from None

    def _mapped(self) -> Any:
        size = self.header + math.prod(self.shape) * self.dtype.itemsize
        if size != self.member.file_size:
            raise ValueError(f"'{self.name}' has {self.member.file_size} bytes, and not {size}")
        with self.path.open("rb") as file:
            file.seek(self.member.header_offset + 26)
            start = file.tell() + 4 + sum(struct.unpack("<HH", file.read(4)))
            file.seek(start)
            self._check_sum(file)
        offset = start + self.header
        return np.memmap(self.path, self.dtype, "r", offset, self.shape, self.order)

    def _check_sum(self, file: Any) -> None:
        """Compare the member with its check sum, as unpacking would."""
        left, found = self.member.file_size, 0
        while left and (read := file.read(min(left, AT_ONCE))):
            found, left = zlib.crc32(read, found), left - len(read)
        if left or found != self.member.CRC:
            raise ValueError(f"the check sum of '{self.name}' is wrong")


def stored_arrays(path: Path) -> list[StoredArray]:
    """The arrays of an archive, from their headers.

    Raises:
        DataProblem: it is missing, broken, or holds Python objects.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if each.filename.endswith(".npy")]
            return [_stored_array(path, archive, member) for member in members]
    except OSError as error:
        message = f"'{path}' cannot be read: {error.strerror or error}"
        raise DataProblem("file-not-found", message, PATH) from None
    except BROKEN as error:
        raise DataProblem("file-not-found", f"'{path}' is no npz archive: {error}", PATH) from None


def _stored_array(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> StoredArray:
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
        found = StoredArray(path, member, shape, dtype, "F" if is_fortran else "C", file.tell())
    if dtype.hasobject:
        message = f"'{found.name}' in '{path}' holds Python objects, which are never unpickled"
        raise DataProblem("wrong-dtype", message, PATH)
    if not shape:
        message = f"'{found.name}' in '{path}' is one value, and not one for each row"
        raise DataProblem("wrong-rank", message, PATH)
    return found
