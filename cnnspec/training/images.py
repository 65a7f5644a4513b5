"""Decodes image files, each in the way that its header needs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from cnnspec.data.broken import images_of, reason, skips_broken, with_whole_images
from cnnspec.data.checked import Data
from cnnspec.data.pictures import BrokenImage, Decoder, Picture, damaged, picture
from cnnspec.extras import require
from cnnspec.files.reading import opened
from cnnspec.ir.training import Training

AT_ONCE = 256
"""The number of images to decode at a time when all are checked."""
SMALL = 2**24
"""The size in bytes of all image files that are decoded before training only to check them."""
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
"""What Pillow calls the channels of an image."""
GREY = (19595, 38470, 7471)
"""The parts of red, green and blue in a shade of grey, of 65536 (ITU-R 601-2, as in Pillow)."""
DECODERS: tuple[Decoder, ...] = ("as asked", "as RGB", "as RGBA", "Pillow")


def read(path: Path, channels: int) -> Any:
    """Return the pixels of an image file, with its own height and width, as bytes.

    Raises:
        BrokenImage: it is empty, damaged, or not an image.
        MissingExtra: it needs Pillow, which is not installed.

    """
    found = picture(path)
    decoder = _decoder(path, found, channels)
    try:
        with opened(path) as file:
            content = file.read()
        if decoder == "Pillow":
            return _with_pillow(content, channels)
        return _with_tensorflow(content, decoder, channels).numpy()
    except (tf.errors.OpError, OSError, ValueError, SyntaxError):  # SyntaxError is one of Pillow
        raise BrokenImage(damaged(found.form)) from None


def resized(image: Any, height: int, width: int, channels: int) -> Any:
    """Return an image in another size, as numbers from 0 to 255."""
    return tf.ensure_shape(tf.image.resize(image, (height, width)), (height, width, channels))


class Images:
    """The images of a column, which are decoded batch by batch."""

    def __init__(self, paths: Sequence[str], shape: tuple[int, ...]) -> None:
        self.height, self.width, self.channels = shape
        decoders = [_of_file(Path(path), self.channels) for path in paths]
        self.used = [each for each in DECODERS if each in decoders]
        self.paths = tf.constant(paths)
        self.decoders = tf.constant([self.used.index(each) for each in decoders], tf.int32)

    def batch(self, rows: Any) -> Any:
        """Return the images of some rows, resized, as numbers from 0 to 255."""
        return tf.map_fn(
            self._image,
            (tf.gather(self.paths, rows), tf.gather(self.decoders, rows)),
            fn_output_signature=tf.TensorSpec((self.height, self.width, self.channels), tf.float32),
        )

    def _image(self, each: tuple[Any, Any]) -> Any:
        path, decoder = each
        content = tf.io.read_file(path)
        ways = [lambda way=way: self._decoded(content, way) for way in self.used]
        return ways[0]() if len(ways) == 1 else tf.switch_case(decoder, ways)

    def _decoded(self, content: Any, decoder: Decoder) -> Any:
        if decoder == "Pillow":
            image = tf.numpy_function(
                lambda each: _with_pillow(each, self.channels), [content], tf.uint8, stateful=False
            )
            image.set_shape((None, None, self.channels))
        else:
            image = _with_tensorflow(content, decoder, self.channels)
        return resized(image, self.height, self.width, self.channels)


def check_images(data: Data, training: Training, *, always: bool = False) -> Data:
    """Decode all images if they are small, or the spec leaves broken ones out, or `always`.

    Returns the data without broken images.

    Raises:
        DataProblem: an image is broken, and the spec does not leave it out; or all are.
        MissingExtra: one needs Pillow, which is not installed.

    """
    if always or skips_broken(training) or _size(data) <= SMALL:
        return with_whole_images(data, training, decoding, is_slow=True)
    return data


def _size(data: Data) -> int:
    """Return the size in bytes of all image files."""
    parts = [part for part in (data.train, data.validation, data.test) if part is not None]
    files = (file for part in parts for _, some, _ in images_of(part) for file in some)
    return sum(file.stat().st_size for file in files)


def decoding(paths: Sequence[Path], channels: int) -> Iterator[str | None]:
    """Decode each file, and yield what is wrong with it."""
    with ThreadPoolExecutor() as threads:
        for start in range(0, len(paths), AT_ONCE):
            yield from threads.map(
                lambda path: reason(path, lambda each: read(each, channels)),
                paths[start : start + AT_ONCE],
            )


def _of_file(path: Path, channels: int) -> Decoder:
    """Return what decodes a file; a broken one is found when it is decoded."""
    try:
        return _decoder(path, picture(path), channels)
    except BrokenImage:
        return "as asked"


def _decoder(path: Path, found: Picture, channels: int) -> Decoder:
    decoder = found.decoder(channels)
    if found.form == "WebP" and not hasattr(tf.io, "decode_webp"):  # of older TensorFlow
        decoder = "Pillow"
    if decoder == "Pillow":
        require("PIL", f"decoding '{path}'")
    return decoder


def _with_tensorflow(content: Any, decoder: Decoder, channels: int) -> Any:
    asked = {"as RGB": 3, "as RGBA": 4}.get(decoder, channels)
    image = tf.io.decode_image(content, channels=asked, expand_animations=False)
    if channels == 1 and asked > 1:
        parts = tf.cast(image[..., :3], tf.int32) * tf.constant(GREY)
        shades = (tf.reduce_sum(parts, -1, keepdims=True) + 2**15) // 2**16
        return tf.cast(shades, tf.uint8)
    if channels == 4 and asked == 3:
        return tf.concat([image, tf.ones_like(image[..., :1]) * 255], -1)
    return image[..., :channels]


def _with_pillow(content: bytes, channels: int) -> Any:
    """Return the first frame of an image."""
    image = import_module("PIL.Image").open(BytesIO(content)).convert(MODES[channels])
    return np.asarray(image, "uint8").reshape(image.height, image.width, channels)
