"""Runs code without the privileges that let root read and write every file."""

import ctypes
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION = 0x20080522
_EFFECTIVE = 0
_OF_FILES = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


@contextmanager
def as_any_user() -> Iterator[None]:
    """Let permissions of files apply to this thread, also if it is one of root."""
    before = drop_privileges()
    try:
        yield
    finally:
        if before:
            _set_capabilities(before[_EFFECTIVE], before)


def drop_privileges() -> list[int]:
    """Let permissions of files apply to this thread from now on; return its capabilities before."""
    if sys.platform != "linux" or os.geteuid():
        return []
    before = _capabilities()
    _set_capabilities(before[_EFFECTIVE] & ~_OF_FILES, before)
    return before


def _capabilities() -> list[int]:
    found = ctypes.create_string_buffer(24)
    _call("capget", found)
    return [*struct.unpack("6I", found.raw)]


def _set_capabilities(effective: int, others: list[int]) -> None:
    wanted = struct.pack("6I", effective, *others[1:])
    _call("capset", ctypes.create_string_buffer(wanted, 24))


def _call(name: str, data: "ctypes.Array[ctypes.c_char]") -> None:
    header = ctypes.create_string_buffer(struct.pack("Ii", _VERSION, 0), 8)
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(header, data):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
