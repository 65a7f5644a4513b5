"""Reads the headers of image files: what decodes each of them, and which are no images at all."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from cnnspec.files.reading import opened

Decoder = Literal["as asked", "as RGB", "as RGBA", "Pillow"]
"""How to decode a file: with TensorFlow, in the channels that are wanted or in others, or with Pillow.

TensorFlow decodes GIF, BMP, WebP and JPEG in CMYK only in some numbers of channels. It does not
decode BMP files with a palette or compression, nor animated WebP.
"""
FORMATS = "a JPEG, PNG, GIF, BMP or WebP image"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers of JPEG files that begin the description of the image."""
_BARE = {0x01, *range(0xD0, 0xD9)}
"""The markers of JPEG files that have no length."""


class BrokenImage(Exception):
    """A file is not an image, or is damaged; the message says it of the file: `is empty`."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image file, as far as its decoding depends on it."""

    form: Literal["JPEG", "PNG", "GIF", "BMP", "WebP"]
    channels: int = 3
    """The channels that it stores; only known where decoding depends on it."""
    is_plain: bool = True
    """Whether TensorFlow decodes it correctly, in some number of channels."""

    def decoder(self, channels: int) -> Decoder:
        """Return what decodes it in a number of channels: 1, 3 or 4."""
        match self.form:
            case _ if not self.is_plain:
                return "Pillow"
            case "JPEG":
                is_direct = channels == 3 or (channels == 1 and self.channels < 4)
            case "PNG":  # of few bits, TensorFlow makes a wrong alpha channel
                is_direct = channels != 4 or self.channels == 4
            case "BMP":
                is_direct = channels != 1
            case "GIF":
                is_direct = channels == 3
            case "WebP":
                is_direct = channels == self.channels
                if self.channels == 4 and not is_direct:
                    return "as RGBA"
        return "as asked" if is_direct else "as RGB"


def picture(path: Path) -> Picture:
    """Read the header of an image file; its name does not matter.

    Raises:
        BrokenImage: it is empty, cannot be read or is not an image.

    """
    try:
        with opened(path) as file:
            return _picture(file)
    except OSError as error:
        raise BrokenImage(f"cannot be read: {error.strerror}") from None


def damaged(form: str) -> str:
    """Say of a file that it is damaged."""
    return f"is a damaged {form} file"


def _picture(file: IO[bytes]) -> Picture:
    head = file.read(64)
    if not head:
        raise BrokenImage("is empty")
    for magic, (form, read) in _READERS.items():
        if head.startswith(magic) and (form != "WebP" or head[8:12] == b"WEBP"):
            try:
                return read(file, head)
            except (struct.error, IndexError, ValueError):
                raise BrokenImage(damaged(form)) from None
    raise BrokenImage(f"is not {FORMATS}")


def _jpeg(file: IO[bytes], head: bytes) -> Picture:
    """Find the description of the image, behind segments such as thumbnails and profiles."""
    file.seek(2)
    while True:
        marker = 0xFF
        if file.read(1) != b"\xff":
            raise ValueError
        while marker == 0xFF:
            marker = file.read(1)[0]
        if marker in _BARE:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker in _FRAMES:
            return Picture("JPEG", file.read(6)[5])
        file.seek(length - 2, 1)


def _png(file: IO[bytes], head: bytes) -> Picture:
    """Whether there is a correct alpha channel depends on the bits and on transparency."""
    if head[12:16] != b"IHDR":
        raise ValueError
    if head[24] >= 8 and head[25] != 3:
        return Picture("PNG", 4)
    file.seek(8)
    while True:
        length, name = struct.unpack(">I4s", file.read(8))
        if name in (b"tRNS", b"IDAT"):
            return Picture("PNG", 4 if name == b"tRNS" else 3)
        file.seek(length + 4, 1)


def _gif(file: IO[bytes], head: bytes) -> Picture:
    return Picture("GIF")


def _bmp(file: IO[bytes], head: bytes) -> Picture:
    """TensorFlow takes the numbers of a palette for shades of grey."""
    start, size = struct.unpack("<II", head[10:18])
    if size < 40:  # of OS/2
        return Picture("BMP", is_plain=False)
    bits, compression = struct.unpack("<HI", head[28:34])
    if bits == 8 and not compression:
        file.seek(14 + size)
        shades = (start - 14 - size) // 4
        palette = file.read(4 * shades)
        is_grey = all(palette[4 * at : 4 * at + 3] == bytes([at] * 3) for at in range(shades))
        return Picture("BMP", is_plain=is_grey)
    return Picture("BMP", is_plain=bits in (24, 32) and compression in (0, 3))


def _webp(file: IO[bytes], head: bytes) -> Picture:
    match head[12:16]:
        case b"VP8X":
            return Picture("WebP", 4 if head[20] & 0x10 else 3, is_plain=not head[20] & 0x02)
        case b"VP8L":
            return Picture("WebP", 4 if head[24] & 0x10 else 3)
        case b"VP8 ":
            return Picture("WebP")
    raise ValueError


_READERS: dict[bytes, tuple[str, Callable[[Any, bytes], Picture]]] = {
    b"\xff\xd8\xff": ("JPEG", _jpeg),
    b"\x89PNG\r\n\x1a\n": ("PNG", _png),
    b"GIF87a": ("GIF", _gif),
    b"GIF89a": ("GIF", _gif),
    b"BM": ("BMP", _bmp),
    b"RIFF": ("WebP", _webp),
}
