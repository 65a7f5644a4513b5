"""Reads the arrays of an npz archive: first their headers, values only when needed.

`numpy.savez` stores arrays uncompressed, so they are memory-mapped and only used parts are read.
Arrays written by `numpy.savez_compressed` are decompressed as a whole.
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

from cnnspec.data.columns import NUMBERS, Column, type_name, unreadable
from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At
from cnnspec.files.reading import opened

PATH = ("data", "path")
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""The compression methods of NumPy."""
MAX_RATIO = 1032
"""The largest compression that deflating reaches."""
AT_ONCE = 2**24
"""The number of bytes to read at a time."""
BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, RuntimeError)
"""The exceptions for archives that are invalid, damaged or encrypted."""


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array in an archive."""

    path: Path
    member: zipfile.ZipInfo
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    order: Literal["C", "F"]
    """`C` if the last axis varies fastest, `F` if the first does."""
    header: int
    """The number of bytes of the member before the values."""

    @property
    def name(self) -> str:
        """The name of the array in the archive."""
        return self.member.filename.removesuffix(".npy")

    def read(self) -> Any:
        """Return all values, memory-mapped if they are not compressed.

        Raises:
            DataProblem: they are damaged.

        """
        try:
            self._check_size()
            if self.member.compress_type == zipfile.ZIP_STORED and 0 not in self.shape:
                return self._mapped()
            with np.load(self.path, allow_pickle=False) as arrays:
                return arrays[self.name]
        except (OSError, *BROKEN) as error:
            raise DataProblem(
                "file-not-found", f"'{self.path}' is damaged: {error}", PATH
            ) from None
        except MemoryError:
            message = f"'{self.name}' in '{self.path}' does not fit into memory"
            raise DataProblem("file-too-large", message, PATH) from None

    def _check_size(self) -> None:
        """Check that the values can be in the archive, before memory is reserved for them."""
        member = self.member
        size = self.header + math.prod(self.shape) * self.dtype.itemsize
        if size != member.file_size:
            raise ValueError(f"'{self.name}' has {member.file_size} bytes instead of {size}")
        if member.compress_type not in METHODS:
            raise ValueError(f"'{self.name}' is compressed with a method that NumPy does not use")
        stored = min(member.compress_size, self.path.stat().st_size)
        if size > MAX_RATIO * (stored + 1):
            raise ValueError(f"'{self.name}' cannot have {size} bytes, compressed to {stored}")

    def _mapped(self) -> Any:
        with opened(self.path) as file:
            file.seek(self.member.header_offset + 26)
            start = file.tell() + 4 + sum(struct.unpack("<HH", file.read(4)))
            file.seek(start)
            self._check_sum(file)
        offset = start + self.header
        return np.memmap(self.path, self.dtype, "r", offset, self.shape, self.order)

    def _check_sum(self, file: Any) -> None:
        """Check the checksum of the member, as decompression would."""
        left, checksum = self.member.file_size, 0
        while left and (read := file.read(min(left, AT_ONCE))):
            checksum, left = zlib.crc32(read, checksum), left - len(read)
        if left or checksum != self.member.CRC:
            raise ValueError(f"the checksum of '{self.name}' is wrong")


def open_archive(path: Path, at: At) -> dict[str, Column]:
    """Return the arrays of an npz archive, from their headers; what cannot be used has a fault.

    Raises:
        DataProblem: it is missing or damaged.

    """
    try:
        with opened(path) as file, zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if each.filename.endswith(".npy")]
            columns = [_column(_stored_array(path, archive, member)) for member in members]
    except OSError as error:
        raise unreadable(path, error, at) from None
    except BROKEN as error:
        raise DataProblem(
            "file-not-found", f"'{path}' is not an npz archive: {error}", at
        ) from None
    if not columns:
        raise DataProblem("file-not-found", f"'{path}' contains no arrays", at)
    return {column.name: column for column in columns}


def _stored_array(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> StoredArray:
    with archive.open(member) as file:
        version = npy.read_magic(file)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        try:
            shape, is_fortran, dtype = read(file)
        except Exception as error:  # NumPy parses it as Python, which raises many types
            message = f"the header of '{member.filename}' is damaged"
            raise ValueError(message) from error
        return StoredArray(path, member, shape, dtype, "F" if is_fortran else "C", file.tell())


def _column(array: StoredArray) -> Column:
    fault, kind = None, array.dtype.kind
    what = f"'{array.name}' in '{array.path}'"
    if array.dtype.hasobject:
        message = f"{what} contains Python objects, which are never unpickled"
        hint = "save it with another data type: `array.astype(str)` for text"
        fault = DataProblem("wrong-dtype", message, suggestion=hint)
    elif array.dtype.names is not None:
        fields = ", ".join(f"'{name}'" for name in array.dtype.names)
        message = f"{what} is a structured array with the fields {fields}"
        fault = DataProblem("wrong-dtype", message, suggestion="save each field as an array")
    elif kind not in f"{NUMBERS}SU":
        message = f"{what} must contain numbers, not {array.dtype.name}"
        fault = DataProblem("wrong-dtype", message)
    elif kind == "f" and array.dtype.itemsize > 8:
        message = f"{what} has numbers of more than 64 bits ({array.dtype.name})"
        hint = 'save it with another data type: `array.astype("float32")`'
        fault = DataProblem("wrong-dtype", message, suggestion=hint)
    elif not array.shape:
        message = f"{what} is a single value, not one per row"
        fault = DataProblem("wrong-rank", message)
    rows = array.shape[0] if array.shape else 0
    sort = type_name(array.dtype)
    return Column(array.name, rows, array.shape[1:], sort, array.read, array.path, fault=fault)
