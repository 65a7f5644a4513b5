"""Random changes of the colors of images, in training."""

from collections.abc import Iterator
from typing import ClassVar

from cnnspec.declarations import Problem
from cnnspec.fields import FloatPolicy, UnitInterval
from cnnspec.layers.augmentation import WIDE_FLOATS, Augmentation, ColorAugmentation
from cnnspec.layers.base import Example, kind
from cnnspec.layers.image_fields import (
    Bits,
    BothWays,
    FromZero,
    OddSize,
    OptionalBothWays,
    OptionalFromZero,
)
from cnnspec.layers.shape_rules import channels_first

COLORS = Example({"factor": 0.2}, (None, 28, None, 3), (None, 28, None, 3))
ANY_CHANNELS = Example({"factor": 0.2}, (None, 28, None, 4), (None, 28, None, 4))


class RandomColors(ColorAugmentation):
    """What works on red, green and blue."""

    def channels(self) -> tuple[int, ...]:
        """Red, green and blue."""
        return (3,)


@kind
class RandomBrightness(ColorAugmentation):
    """Makes images brighter or darker."""

    factor: BothWays
    """Share of the range that is added, at most."""
    examples = (
        ANY_CHANNELS,
        Example({"factor": [-0.3, 0.1]}, (None, 28, 28, 3), (None, 28, 28, 3)),
    )


@kind
class RandomContrast(ColorAugmentation):
    """Brings the values of a channel nearer to their mean, or away from it."""

    dtype: FloatPolicy = None
    factor: FromZero
    """By how much less, or more, than the original contrast."""
    examples = (ANY_CHANNELS,)


@kind
class RandomSharpness(ColorAugmentation):
    """Blurs or sharpens images."""

    dtype: FloatPolicy = None
    factor: FromZero
    """0 blurs, 0.5 changes nothing, 1 sharpens."""
    examples = (ANY_CHANNELS,)


@kind
class RandomGaussianBlur(ColorAugmentation):
    """Blurs images with a Gaussian kernel."""

    dtype: FloatPolicy = None
    computes_in = ("bfloat16", *WIDE_FLOATS)
    factor: FromZero = 1.0
    """How likely an image is blurred."""
    kernel_size: OddSize = 3
    """Height and width of the kernel."""
    sigma: FromZero = 1.0
    """Standard deviation of the kernel, at most."""
    examples = (
        ANY_CHANNELS,
        Example({"kernel_size": [3, 5]}, (None, 28, 28, 1), (None, 28, 28, 1)),
    )


@kind
class RandomInvert(ColorAugmentation):
    """Takes the values from the largest one, as in a negative."""

    factor: FromZero = 1.0
    """How likely an image is inverted."""
    examples = (ANY_CHANNELS,)


@kind
class RandomPosterization(ColorAugmentation):
    """Leaves only the highest bits of every value."""

    factor: Bits
    """How many bits are kept: this many at most, or a list of the fewest and the most."""
    examples = (Example({"factor": 4}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class RandomColorDegeneration(RandomColors):
    """Takes color away."""

    knows_channels = True
    factor: BothWays
    """0 changes nothing, 1 leaves shades of gray."""
    examples = (COLORS,)


@kind
class RandomHue(RandomColors):
    """Turns the colors around the color wheel."""

    factor: FromZero
    """Share of half a turn, at most."""
    examples = (COLORS,)


@kind
class RandomSaturation(RandomColors):
    """Makes colors stronger or weaker."""

    dtype: FloatPolicy = None
    factor: BothWays
    """0 takes the color away, 0.5 changes nothing, 1 makes it strongest."""
    examples = (Example({"factor": [0.3, 0.7]}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class RandomGrayscale(Augmentation):
    """Makes images gray; the number of channels stays."""

    passes_dtype = True
    knows_channels = True
    factor: UnitInterval = 0.5
    """How likely an image is made gray."""
    examples = (Example({}, (None, 28, None, 3), (None, 28, None, 3)),)

    def channels(self) -> tuple[int, ...]:
        """Red, green and blue, or gray already."""
        return (1, 3)


@kind
class RandomColorJitter(ColorAugmentation):
    """Changes brightness, contrast, saturation and hue, in this order; null leaves one out."""

    dtype: FloatPolicy = None
    brightness_factor: OptionalBothWays = None
    contrast_factor: OptionalFromZero = None
    saturation_factor: OptionalBothWays = None
    hue_factor: OptionalFromZero = None
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"brightness_factor": 0.2, "hue_factor": [0.1, 0.2]},
            (None, 28, None, 3),
            (None, 28, None, 3),
        ),
        Example({"contrast_factor": 0.2}, (None, 28, 28, 1), (None, 28, 28, 1)),
    )

    def channels(self) -> tuple[int, ...]:
        """Saturation and hue are those of red, green and blue."""
        return () if self.saturation_factor is None and self.hue_factor is None else (3,)

    def conflicts(self) -> Iterator[Problem]:
        """Keras does not tell the parts of this layer where the channels are."""
        yield from super().conflicts()
        if channels_first(self):
            message = "RandomColorJitter takes the last axis for the channels, whatever is said"
            yield Problem("conflicting-arguments", message, "data_format")
