"""Image files that a model is given for predictions."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnnspec.data.broken import listed, skips_broken
from cnnspec.data.folders import IMAGES
from cnnspec.data.pictures import BrokenImage, picture
from cnnspec.data.problems import DataProblem
from cnnspec.ir.graph import Input
from cnnspec.ir.training import Training
from cnnspec.shapes import UNKNOWN, Shape
from cnnspec.training.images import decoding, read, resized


def usable(
    files: Sequence[Path], given: Input, training: Training | None
) -> tuple[list[Path], str | None]:
    """Return the files without broken images, and a message about those that are left out.

    Raises:
        DataProblem: an image is broken, and the spec does not leave it out; or all are.

    """
    images = [file for file in dict.fromkeys(files) if is_image(file)]
    broken = broken_files(images, channels_of(given.tensor.shape[1:]))
    if not broken:
        return [*files], None
    said = listed([*broken.values()], len(images))
    left = [file for file in files if file not in broken]
    if training is not None and skips_broken(training) and left:
        return left, f"{said}; left out because of 'skip_broken'"
    raise DataProblem("file-not-found", next(iter(broken.values())) if len(files) == 1 else said)


def is_image(file: Path) -> bool:
    """Whether a file is an image by its ending, or by its content."""
    if file.suffix.lower() in IMAGES:
        return True
    try:
        picture(file)
    except BrokenImage:
        return False
    return True


def channels_of(shape: Shape) -> int:
    """Return the channels of images for a row of an input."""
    last = shape[2] if shape is not UNKNOWN and len(shape) == 3 else 1
    return last if last in (1, 3, 4) else 3


def image_of(file: Path, shape: Sequence[int | None]) -> Any:
    """Return an image as numbers from 0 to 255; unknown sizes are its own.

    Raises:
        BrokenImage: it is empty, damaged, or not an image.

    """
    height, width, channels = shape
    image = read(file, channels or 3)
    return resized(image, height or image.shape[0], width or image.shape[1], channels or 3).numpy()


def broken_files(files: Sequence[Path], channels: int) -> dict[Path, str]:
    """Return what is wrong with image files that cannot be decoded, with their names."""
    reasons = zip(files, decoding(files, channels), strict=True)
    return {file: f"'{file}' {why}" for file, why in reasons if why is not None}
