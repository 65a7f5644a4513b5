"""Writes predictions that are images, and those of a class for each pixel, as PNG files."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from cnnspec.analysis.decisions import picture_sort
from cnnspec.counts import counted
from cnnspec.objects.activations import SIGMOID
from cnnspec.training.prediction import OfOutput

AROUND_ZERO = ("tanh", "hard_tanh", "softsign")
"""Activations whose values are between -1 and 1."""
MOST_IN_PALETTE = 256
"""The most classes of a mask with a palette; of more, the pixels are numbers of 16 bits."""
WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes the images of an output."""

    of_row: Callable[[Any, Any], Any]
    """Returns an image of Pillow for the values of a row and its labels."""
    note: str
    """What the pixels of the images are."""


def pictures_of(output: OfOutput) -> Pictures | None:
    """Return what makes the images of an output; None if it is not an image."""
    sorts = {picture_sort(output.decision, batch.shape) for batch in output.batches}
    if sorts == {"mask"}:
        return _masks(output)
    if sorts == {"image"} and all(batch.dtype.kind in "biuf" for batch in output.batches):
        return _images(output)
    return None


def _masks(output: OfOutput) -> Pictures:
    size = output.classes
    is_small = size <= MOST_IN_PALETTE
    palette = [part for colour in palette_of(size) for part in colour] if is_small else []

    def mask(_: Any, labels: Any) -> Any:
        image = import_module("PIL.Image")
        if not is_small:
            return image.fromarray(labels.astype("uint16"))
        made = image.fromarray(labels.astype("uint8"))
        made.putpalette(palette)
        return made

    what = "in colours of a palette" if is_small else "in 16 bits"
    return Pictures(mask, f"the pixels of '{output.name}' are class numbers, {what}")


def palette_of(size: int) -> list[tuple[int, int, int]]:
    """Return a colour for each class: black, then white if there are two, or distinct ones.

    The bits of a class number, three at a time, are the highest bits of red, green and blue that
    are left, as in the palettes of PASCAL VOC.
    """
    if size <= 2:
        return [(0, 0, 0), WHITE]
    colours = []
    for number in range(size):
        parts = [0, 0, 0]
        for place in range(8):
            for channel in range(3):
                parts[channel] |= (number >> (3 * place + channel) & 1) << (7 - place)
        colours.append((parts[0], parts[1], parts[2]))
    return colours


def _images(output: OfOutput) -> Pictures:
    least, most, is_known = _range(output)
    scale = 255 / (most - least) if most > least else 0.0

    def image(values: Any, _: Any) -> Any:
        numbers = np.nan_to_num(values.astype("float64"), nan=least, posinf=most, neginf=least)
        pixels = np.clip(np.round((numbers - least) * scale), 0, 255).astype("uint8")
        return import_module("PIL.Image").fromarray(
            pixels[..., 0] if pixels.shape[-1] == 1 else pixels
        )

    why = "" if is_known else ", the smallest and largest value of all rows"
    wrong = sum(int(np.size(each) - np.isfinite(each).sum()) for each in output.batches)
    lost = (
        f"; {counted(wrong, 'value')} {'is' if wrong == 1 else 'are'} not finite" if wrong else ""
    )
    note = f"the pixels 0 to 255 of '{output.name}' are {least:.4g} to {most:.4g}{why}{lost}"
    return Pictures(image, note)


def _range(output: OfOutput) -> tuple[float, float, bool]:
    """Return the values that become black and white, and whether the activation states them."""
    if output.decision.activation in SIGMOID:
        return 0.0, 1.0, True
    if output.decision.activation in AROUND_ZERO:
        return -1.0, 1.0, True
    if all(batch.dtype == np.uint8 for batch in output.batches):
        return 0.0, 255.0, True
    finite = [batch[np.isfinite(batch)] for batch in output.batches]
    numbers = [float(each) for part in finite if part.size for each in (part.min(), part.max())]
    least, most = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    return (0.0, 1.0, True) if least >= 0 and 0 < most <= 1 else (least, most, False)
