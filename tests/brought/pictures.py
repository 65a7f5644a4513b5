"""Image files in every form that people bring, with the pixels that they are made of."""

import io
from dataclasses import dataclass
from typing import Any

import numpy
from PIL import Image

HEIGHT, WIDTH = 4, 5
RGB: Any = numpy.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), "uint8")
RED: Any = RGB[..., 0]
ALPHA: Any = RGB[..., 1]
LEVEL: Any = numpy.full((HEIGHT, WIDTH, 3), (200, 100, 50), "uint8")
FEW: Any = numpy.array([(0, 0, 0), (250, 0, 0), (0, 200, 0), (9, 8, 7)], "uint8")
PLACES: Any = RED % 4
PALETTE: Any = FEW[PLACES]
TURNED = 6
"""The orientation of a photograph that was taken upright."""


@dataclass(frozen=True)
class File:
    """An image file, and its pixels in each number of channels."""

    content: bytes
    rgb: Any
    alpha: Any = None
    """None if it has none."""
    grey: Any = None
    """None if it is what is made of the colours."""
    exact: bool = True
    """Whether its format loses nothing."""

    def pixels(self, channels: int) -> Any:
        alpha = numpy.full((HEIGHT, WIDTH), 255, "uint8") if self.alpha is None else self.alpha
        grey = grey_of(self.rgb) if self.grey is None else self.grey
        return {1: grey[..., None], 3: self.rgb, 4: numpy.dstack([self.rgb, alpha])}[channels]


def grey_of(rgb: Any) -> Any:
    """The shades of grey of ITU-R 601-2."""
    parts = rgb.astype("int64") @ numpy.array([19595, 38470, 7471])
    return ((parts + 2**15) // 2**16).astype("uint8")


def grey_of_png(rgb: Any) -> Any:
    """The same as libpng computes them, which rounds down."""
    red, green, blue = numpy.moveaxis(rgb.astype("int64"), -1, 0)
    shades = (9798 * red + 19235 * green + 3735 * blue) // 2**15
    return shades.astype("uint8")


def threefold(grey: Any) -> Any:
    return numpy.repeat(grey[..., None], 3, -1)


def saved(form: str, image: Any, **options: Any) -> bytes:
    """The content of an image file."""
    made = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    made.save(buffer, form, **options)
    return buffer.getvalue()


def with_palette() -> Image.Image:
    image = Image.fromarray(PLACES, "P")
    image.putpalette(FEW.tobytes())
    return image


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = TURNED
    return saved("JPEG", LEVEL, quality=100, subsampling=0, exif=exif)


def high_bits() -> bytes:
    """A PNG of 16 bits, whose high bytes are the red ones."""
    return saved("PNG", RED.astype("uint16") * 256 + 77)


BLACK_OR_WHITE = ((RED > 99) * 255).astype("uint8")
RGBA = numpy.dstack([RGB, ALPHA])
CMYK = Image.fromarray(LEVEL).convert("CMYK")
OTHER = Image.fromarray(255 - RGB)
GREY_LEVEL = numpy.full((HEIGHT, WIDTH), 90, "uint8")
JPEG: dict[str, Any] = {"quality": 100, "subsampling": 0}
MOVING: dict[str, Any] = {"save_all": True, "append_images": [OTHER]}
PNG_GREY = grey_of_png(RGB)

FILES = {
    "a.jpg": File(saved("JPEG", LEVEL, **JPEG), LEVEL, exact=False),
    "grey.jpg": File(saved("JPEG", GREY_LEVEL, quality=100), threefold(GREY_LEVEL), exact=False),
    "progressive.jpg": File(saved("JPEG", LEVEL, progressive=True, **JPEG), LEVEL, exact=False),
    "cmyk.jpg": File(saved("JPEG", CMYK, quality=100), LEVEL, exact=False),
    "turned.jpg": File(turned(), LEVEL, exact=False),
    "UPPER.JPEG": File(saved("JPEG", LEVEL, **JPEG), LEVEL, exact=False),
    "more behind it.jpg": File(saved("JPEG", LEVEL, **JPEG) + b"more" * 9, LEVEL, exact=False),
    "a.png": File(saved("PNG", RGB), RGB, grey=PNG_GREY),
    "grey.png": File(saved("PNG", RED), threefold(RED)),
    "16 bits.png": File(high_bits(), threefold(RED)),
    "1 bit.png": File(saved("PNG", RED > 99), threefold(BLACK_OR_WHITE)),
    "alpha.png": File(saved("PNG", RGBA), RGB, ALPHA, PNG_GREY),
    "grey alpha.png": File(
        saved("PNG", Image.merge("LA", [*map(Image.fromarray, (RED, ALPHA))])),
        threefold(RED),
        ALPHA,
    ),
    "palette.png": File(saved("PNG", with_palette()), PALETTE, grey=grey_of_png(PALETTE)),
    "transparent palette.png": File(
        saved("PNG", with_palette(), transparency=1),
        PALETTE,
        numpy.where(PLACES == 1, 0, 255).astype("uint8"),
        grey_of_png(PALETTE),
    ),
    "a.gif": File(saved("GIF", with_palette()), PALETTE),
    "moving.gif": File(
        saved("GIF", with_palette(), save_all=True, append_images=[OTHER], loop=0), PALETTE
    ),
    "a.bmp": File(saved("BMP", RGB), RGB),
    "grey.bmp": File(saved("BMP", RED), threefold(RED)),
    "1 bit.bmp": File(saved("BMP", RED > 99), threefold(BLACK_OR_WHITE)),
    "palette.bmp": File(saved("BMP", with_palette()), PALETTE),
    "a.webp": File(saved("WEBP", RGB, lossless=True), RGB),
    "lossy.webp": File(saved("WEBP", LEVEL, quality=100), LEVEL, exact=False),
    "alpha.webp": File(saved("WEBP", RGBA, lossless=True, exact=True), RGB, ALPHA),
    "moving.webp": File(saved("WEBP", RGB, lossless=True, **MOVING), RGB),
    "a jpeg.png": File(saved("JPEG", LEVEL, **JPEG), LEVEL, exact=False),
    "a png.jpg": File(saved("PNG", RGB), RGB, grey=PNG_GREY),
    "a webp.jpg": File(saved("WEBP", RGB, lossless=True), RGB),
    "a bmp.gif": File(saved("BMP", RGB), RGB),
}
MADE_BY_PILLOW = ("1 bit.bmp", "moving.webp", "palette.bmp")
"""The files that TensorFlow does not decode."""

NO_IMAGE = "is not a JPEG, PNG, GIF, BMP or WebP image"
PAGE = b"<!DOCTYPE html><html>404</html>"
IN_HEADERS = {
    "empty.jpg": (b"", "is empty"),
    "page.jpg": (PAGE, NO_IMAGE),
    "zeros.png": (bytes(99), NO_IMAGE),
    "tiff.jpg": (saved("TIFF", RGB), NO_IMAGE),
    "sound.webp": (b"RIFF1234WAVE" + bytes(50), NO_IMAGE),
    "start.jpg": (FILES["a.jpg"].content[:20], "is a damaged JPEG file"),
    "start.png": (FILES["a.png"].content[:12], "is a damaged PNG file"),
    "start.bmp": (FILES["a.bmp"].content[:20], "is a damaged BMP file"),
    "start.webp": (FILES["a.webp"].content[:12], "is a damaged WebP file"),
}
"""Files whose first bytes show that they are broken, each with the message about it."""


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 255]) + content[place + 1 :]


IN_PIXELS = {
    "cut.jpg": (FILES["a.jpg"].content[:-40], "is a damaged JPEG file"),
    "no end.jpg": (FILES["a.jpg"].content[:-2], "is a damaged JPEG file"),
    "cut.png": (FILES["a.png"].content[:-30], "is a damaged PNG file"),
    "changed.png": (flipped(FILES["a.png"].content, 50), "is a damaged PNG file"),
    "cut.gif": (FILES["a.gif"].content[:-5], "is a damaged GIF file"),
    "cut.bmp": (FILES["a.bmp"].content[:-20], "is a damaged BMP file"),
    "cut 1 bit.bmp": (FILES["1 bit.bmp"].content[:-8], "is a damaged BMP file"),
    "cut.webp": (FILES["a.webp"].content[:-20], "is a damaged WebP file"),
    "cut moving.webp": (FILES["moving.webp"].content[:60], "is a damaged WebP file"),
}
"""Files that are broken only where their pixels are."""
