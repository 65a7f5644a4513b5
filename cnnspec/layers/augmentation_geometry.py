"""Random geometric augmentation layers."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations.fields import Choice, FloatPolicy, Number, UnitInterval
from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.layers import shape_rules
from cnnspec.layers.augmentation import WIDE_FLOATS, Augmentation, ColorAugmentation
from cnnspec.layers.base import Example, kind
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.layers.image_fields import (
    BothWays,
    FillMode,
    FromZero,
    Interpolation,
    OptionalBothWays,
    SignedFromZero,
)
from cnnspec.layers.images import Images, unchanged
from cnnspec.shapes import Shape, text

NO_BFLOAT16 = tuple(dtype for dtype in WHOLE if dtype != "bfloat16")
"""The data types in which Keras makes the matrices of transformations."""


def with_corners(layer: Images, shape: Shape) -> Shape:
    """Shape rule: images keep their size, and have four different corners."""
    sizes, _ = shape_rules.images(layer, unchanged(layer, shape))
    if 1 in sizes:
        message = f"{layer.kind()} moves the corners of images, but those of {text(shape)} coincide"
        raise Problem("shape-mismatch", message)
    return shape


@kind
class RandomFlip(Augmentation):
    """Flips half of the images."""

    mode: Annotated[str, Choice("horizontal", "vertical", "horizontal_and_vertical")] = (
        "horizontal_and_vertical"
    )
    """Direction: horizontal, vertical, or both."""
    examples = (
        Example({"mode": "horizontal"}, (None, 28, None, 3), (None, 28, None, 3)),
        Example({"data_format": "channels_first"}, (None, 3, 28, 28), (None, 3, 28, 28)),
    )


class Moved(Augmentation):
    """Base class of layers that move pixels to positions between others or outside the image."""

    takes = NO_BFLOAT16
    interpolation: Interpolation = "bilinear"
    """Interpolation between pixels."""
    fill_mode: FillMode = "reflect"
    """Values outside the image: the image repeated or mirrored, its edge, or `fill_value`."""
    fill_value: Number = 0.0
    """Value used by `constant`."""


@kind
class RandomRotation(Moved):
    """Rotates images around their center."""

    factor: BothWays
    """Largest rotation, as a fraction of a full turn."""
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
    """Largest shift, as a fraction of the height; positive values shift down."""
    width_factor: BothWays
    """Largest shift, as a fraction of the width; positive values shift right."""
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
    """Relative change of the visible height; negative values zoom in. -1 would leave nothing."""
    width_factor: OptionalBothWays = None
    """The same for the width; null preserves the aspect ratio."""
    examples = (
        Example({"height_factor": 0.2}, (None, 28, None, 3), (None, 28, None, 3)),
        Example(
            {"height_factor": [-0.3, -0.1], "width_factor": 0.1},
            (None, 28, 28, 1),
            (None, 28, 28, 1),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that part of the image stays visible."""
        yield from super().conflicts()
        for name in ("height_factor", "width_factor"):
            factor = self.checked(name)
            if factor is not None and -1 in (factor if isinstance(factor, tuple) else (factor,)):
                message = f"'{name}' of RandomZoom must be above -1, not {shown(factor)}"
                yield Problem("out-of-range", message, name)


@kind
class RandomShear(Moved):
    """Shears images."""

    dtype: FloatPolicy = None
    x_factor: SignedFromZero = 0.0
    """Horizontal shear: a list of the smallest and the largest shift per row."""
    y_factor: SignedFromZero = 0.0
    """Vertical shear: a list of the smallest and the largest shift per column."""
    examples = (
        Example({"x_factor": [0, 0.2]}, (None, 28, None, 3), (None, 28, None, 3)),
        Example(
            {"x_factor": [0.1, 0.2], "y_factor": [0, 0.3]}, (None, 28, 28, 1), (None, 28, 28, 1)
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check for a plain number, which Keras saves as a list that it rejects on loading."""
        yield from super().conflicts()
        for name in ("x_factor", "y_factor"):
            factor = self.checked(name)
            if not isinstance(factor, tuple) and factor:
                message = f"Keras cannot load a saved RandomShear whose '{name}' is a number"
                suggestion = f"use [0, {shown(factor)}]"
                yield Problem("out-of-range", message, name, suggestion=suggestion)


@kind
class RandomPerspective(Augmentation):
    """Changes the perspective of images."""

    takes = NO_BFLOAT16
    dtype: FloatPolicy = None
    knows_sizes = True
    factor: FromZero = 1.0
    """Fraction of the images that are changed."""
    scale: UnitInterval = 1.0
    """Largest shift of the corners."""
    interpolation: Interpolation = "bilinear"
    """Interpolation between pixels."""
    fill_value: Number = 0.0
    """Values outside the image."""
    shape = with_corners
    examples = (Example({"scale": 0.3}, (None, 28, 24, 3), (None, 28, 24, 3)),)


@kind
class RandomElasticTransform(ColorAugmentation):
    """Elastic deformation: moves pixels by smooth random fields (Simard et al., 2003)."""

    dtype: FloatPolicy = None
    takes = ("bfloat16", *WIDE_FLOATS)
    knows_sizes = True
    knows_channels = True
    factor: FromZero = 1.0
    """Fraction of the images that are changed."""
    scale: FromZero = 1.0
    """Largest strength."""
    interpolation: Interpolation = "bilinear"
    """Interpolation between pixels."""
    fill_mode: Annotated[str, Choice("reflect", "wrap", "constant", "nearest")] = "reflect"
    """Values outside the image."""
    fill_value: Number = 0.0
    """Value used by `constant`."""
    examples = (Example({"scale": 0.5}, (None, 28, 24, 3), (None, 28, 24, 3)),)
