"""Random changes of the places of pixels, in training."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations import Problem, shown
from cnnspec.fields import Choice, FloatPolicy, Number, UnitInterval
from cnnspec.layers.augmentation import WIDE_FLOATS, Augmentation, ColorAugmentation
from cnnspec.layers.base import Example, kind
from cnnspec.layers.image_fields import (
    BothWays,
    FillMode,
    FromZero,
    Interpolation,
    OptionalBothWays,
)


@kind
class RandomFlip(Augmentation):
    """Flips half of the images."""

    mode: Annotated[str, Choice("horizontal", "vertical", "horizontal_and_vertical")] = (
        "horizontal_and_vertical"
    )
    """Left and right, top and bottom, or both at once."""
    examples = (
        Example({"mode": "horizontal"}, (None, 28, None, 3), (None, 28, None, 3)),
        Example({"data_format": "channels_first"}, (None, 3, 28, 28), (None, 3, 28, 28)),
    )


class Moved(Augmentation):
    """What moves pixels to places between others, and over the edge."""

    interpolation: Interpolation = "bilinear"
    """How the values between pixels are computed."""
    fill_mode: FillMode = "reflect"
    """What comes in over the edge: the image once more, mirrored or not, its edge, or `fill_value`."""
    fill_value: Number = 0.0
    """What `constant` fills with."""


@kind
class RandomRotation(Moved):
    """Turns images around their middle."""

    factor: BothWays
    """Share of a full turn, at most."""
    examples = (
        Example({"factor": 0.1}, (None, 28, None, 3), (None, 28, None, 3)),
        Example(
            {"factor": [-0.2, 0.3], "fill_mode": "constant", "fill_value": 1},
            (None, 28, 28, 1),
            (None, 28, 28, 1),
        ),
    )


@kind
class RandomTranslation(Moved):
    """Shifts images."""

    height_factor: BothWays
    """Share of the height, at most; above 0 is down."""
    width_factor: BothWays
    """Share of the width, at most; above 0 is to the right."""
    examples = (
        Example(
            {"height_factor": 0.2, "width_factor": [0, 0.1]},
            (None, 28, None, 3),
            (None, 28, None, 3),
        ),
    )


@kind
class RandomZoom(Moved):
    """Zooms in or out of images."""

    height_factor: BothWays
    """Share of the height that is added to what is seen; below 0 zooms in. -1 would leave nothing."""
    width_factor: OptionalBothWays = None
    """The same for the width; null keeps the proportions."""
    examples = (
        Example({"height_factor": 0.2}, (None, 28, None, 3), (None, 28, None, 3)),
        Example(
            {"height_factor": [-0.3, -0.1], "width_factor": 0.1},
            (None, 28, 28, 1),
            (None, 28, 28, 1),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Something must be left to see."""
        yield from super().conflicts()
        for name in ("height_factor", "width_factor"):
            said = self.checked(name)
            if said is not None and -1 in (said if isinstance(said, tuple) else (said,)):
                message = f"'{name}' of RandomZoom must be above -1, not {shown(said)}"
                yield Problem("out-of-range", message, name)


@kind
class RandomShear(Moved):
    """Slants images."""

    dtype: FloatPolicy = None
    x_factor: FromZero = 0.0
    """How far a row moves for each row that it is lower: a list of the least and the most."""
    y_factor: FromZero = 0.0
    """How far a column moves for each column that it is further right: a list of two, too."""
    examples = (
        Example({"x_factor": [0, 0.2]}, (None, 28, None, 3), (None, 28, None, 3)),
        Example(
            {"x_factor": [0.1, 0.2], "y_factor": [0, 0.3]}, (None, 28, 28, 1), (None, 28, 28, 1)
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Keras saves a number as a list that it refuses when the model is loaded."""
        yield from super().conflicts()
        for name in ("x_factor", "y_factor"):
            said = self.checked(name)
            if not isinstance(said, tuple) and said:
                message = f"Keras cannot load a saved RandomShear whose '{name}' is a number"
                suggestion = f"write [0, {shown(said)}]"
                yield Problem("out-of-range", message, name, suggestion=suggestion)


@kind
class RandomPerspective(Augmentation):
    """Shows images as if seen from another place."""

    dtype: FloatPolicy = None
    knows_sizes = True
    factor: FromZero = 1.0
    """How likely an image is changed."""
    scale: UnitInterval = 1.0
    """How far corners may move."""
    interpolation: Interpolation = "bilinear"
    """How the values between pixels are computed."""
    fill_value: Number = 0.0
    """What comes in over the edge."""
    examples = (Example({"scale": 0.3}, (None, 28, 24, 3), (None, 28, 24, 3)),)


@kind
class RandomElasticTransform(ColorAugmentation):
    """Moves pixels by smooth random fields (Simard et al., 2003)."""

    dtype: FloatPolicy = None
    computes_in = ("bfloat16", *WIDE_FLOATS)
    knows_sizes = True
    knows_channels = True
    factor: FromZero = 1.0
    """How likely an image is changed."""
    scale: FromZero = 1.0
    """How strong the change is, at most."""
    interpolation: Interpolation = "bilinear"
    """How the values between pixels are computed."""
    fill_mode: Annotated[str, Choice("reflect", "wrap", "constant", "nearest", "mirror")] = (
        "reflect"
    )
    """What comes in over the edge."""
    fill_value: Number = 0.0
    """What `constant` fills with."""
    examples = (Example({"scale": 0.5}, (None, 28, 24, 3), (None, 28, 24, 3)),)
