"""Random color augmentation layers."""

from collections.abc import Iterator
from typing import ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import FloatPolicy, UnitInterval
from cnnspec.diagnostics.problems import Problem
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
    """Base class of layers that work on red, green and blue."""

    def channels(self) -> tuple[int, ...]:
        """Three channels: red, green and blue."""
        return (3,)


@kind
class RandomBrightness(ColorAugmentation):
    """Changes the brightness of images."""

    factor: BothWays
    """Largest change, as a fraction of the range."""
    examples = (
        ANY_CHANNELS,
        Example({"factor": [-0.3, 0.1]}, (None, 28, 28, 3), (None, 28, 28, 3)),
    )


@kind
class RandomContrast(ColorAugmentation):
    """Changes the contrast: moves the values of each channel closer to their mean or away."""

    dtype: FloatPolicy = None
    factor: FromZero
    """Largest relative change of the contrast."""
    examples = (ANY_CHANNELS,)


@kind
class RandomSharpness(ColorAugmentation):
    """Blurs or sharpens images."""

    dtype: FloatPolicy = None
    factor: FromZero
    """0 blurs, 0.5 has no effect, 1 sharpens."""
    examples = (ANY_CHANNELS,)


@kind
class RandomGaussianBlur(ColorAugmentation):
    """Blurs images with a Gaussian kernel."""

    dtype: FloatPolicy = None
    takes = ("bfloat16", *WIDE_FLOATS)
    factor: FromZero = 1.0
    """Fraction of the images that are blurred."""
    kernel_size: OddSize = 3
    """Height and width of the kernel."""
    sigma: FromZero = 1.0
    """Largest standard deviation of the kernel."""
    examples = (
        ANY_CHANNELS,
        Example({"kernel_size": [3, 5]}, (None, 28, 28, 1), (None, 28, 28, 1)),
    )


@kind
class RandomInvert(ColorAugmentation):
    """Inverts the values, as in a negative."""

    factor: FromZero = 1.0
    """Fraction of the images that are inverted."""
    examples = (ANY_CHANNELS,)


@kind
class RandomPosterization(ColorAugmentation):
    """Reduces the number of bits of every value."""

    factor: Bits
    """Number of bits to keep: a maximum, or a list of minimum and maximum."""
    examples = (Example({"factor": 4}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class RandomColorDegeneration(RandomColors):
    """Removes color."""

    knows_channels = True
    factor: BothWays
    """0 has no effect, 1 converts to grayscale."""
    examples = (COLORS,)


@kind
class RandomHue(RandomColors):
    """Changes the hue of images."""

    factor: FromZero
    """Largest rotation, as a fraction of half a turn of the color wheel."""
    examples = (COLORS,)


@kind
class RandomSaturation(RandomColors):
    """Changes the saturation of images."""

    dtype: FloatPolicy = None
    factor: BothWays
    """0 removes the color, 0.5 has no effect, 1 gives the highest saturation."""
    examples = (Example({"factor": [0.3, 0.7]}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class RandomGrayscale(Augmentation):
    """Converts images to grayscale; the number of channels does not change."""

    recent = (Recent("3.11.0", None, "RandomGrayscale", lambda call: True),)

    knows_channels = True
    factor: UnitInterval = 0.5
    """Fraction of the images that are converted."""
    examples = (Example({}, (None, 28, None, 3), (None, 28, None, 3)),)

    def channels(self) -> tuple[int, ...]:
        """Three channels (red, green and blue) or one."""
        return (1, 3)


@kind
class RandomColorJitter(ColorAugmentation):
    """Changes brightness, contrast, saturation and hue, in this order; null disables a step."""

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
        """Saturation and hue need red, green and blue."""
        return () if self.saturation_factor is None and self.hue_factor is None else (3,)

    def conflicts(self) -> Iterator[Problem]:
        """Check the data format, which Keras does not pass to the parts of this layer."""
        yield from super().conflicts()
        if channels_first(self):
            message = "RandomColorJitter always treats the last axis as the channels"
            yield Problem("conflicting-arguments", message, "data_format")
