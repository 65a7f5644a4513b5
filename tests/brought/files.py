"""Makes the data files that people bring: tables, archives and folders of images."""

import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy

Maker = Callable[[Path], None]
"""Writes data into a folder."""


def table(text: str, name: str = "data.csv", encoding: str = "utf-8") -> Maker:
    """A CSV file."""
    return lambda folder: _write(folder / name, text.encode(encoding))


def archive(**arrays: Any) -> Maker:
    """An npz archive."""

    def make(folder: Path) -> None:
        numpy.savez(folder / "data.npz", **arrays)

    return make


def folders(*names: str) -> Maker:
    """Files in folders, all of them the same small image; a name that ends in / is a folder."""

    def make(folder: Path) -> None:
        for name in names:
            if name.endswith("/"):
                (folder / "data" / name).mkdir(parents=True, exist_ok=True)
            else:
                _write(folder / "data" / name, PIXEL)

    return make


def both(*makers: Maker) -> Maker:
    """What several makers write."""

    def make(folder: Path) -> None:
        for maker in makers:
            maker(folder)

    return make


def images(pixels: Mapping[str, tuple[int, int, int]]) -> Maker:
    """PNG files of one colour each, of 2x2 pixels."""

    def make(folder: Path) -> None:
        for name, colour in pixels.items():
            _write(folder / name, png(colour))

    return make


def link(name: str, target: str) -> Maker:
    """A symbolic link."""
    return lambda folder: (folder / name).symlink_to(folder / target)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def png(colour: tuple[int, int, int], side: int = 2) -> bytes:
    """A PNG file of one colour."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = (b"\0" + bytes(colour) * side) * side
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PIXEL = png((255, 0, 0), side=1)
