"""Functions of images: their sizes and colors."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import (
    FLOAT_TYPES,
    Choice,
    Flag,
    Number,
    OptionalNonNegativeInt,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING, NO_WIDE_UNSIGNED
from cnnspec.layers.fields import DataFormat
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import PairOfSizes
from cnnspec.shapes import Dim, Shape, text


class Images(Operation):
    """Base class of functions of an image or a batch of images."""

    submodule = "image."
    tensors: ClassVar[tuple[str, ...]] = ("images",)
    data_format: DataFormat = None
    """Position of the channels: `channels_last` (the default) or `channels_first`."""

    result_type = dtypes.kept

    def sizes(self, shape: Shape) -> tuple[Dim, Dim, Dim]:
        """Return height, width and channels."""
        rules.check_rank(self, shape, 3, 4)
        first, second, third = shape[-3:]
        if self.data_format == "channels_first":
            return second, third, first
        return first, second, third

    def sized(self, shape: Shape, height: Dim, width: Dim, channels: Dim) -> Shape:
        """Return the shape with other sizes."""
        if self.data_format == "channels_first":
            return (*shape[:-3], channels, height, width)
        return (*shape[:-3], height, width, channels)

    def check_channels(self, shape: Shape, *counts: int) -> None:
        """Check the number of channels."""
        _, _, channels = self.sizes(shape)
        if channels not in counts:
            wanted = " or ".join(map(str, counts))
            message = f"{self.kind()} takes images with {wanted} channels, not {text(shape)}"
            raise Problem("shape-mismatch", message)


@operation
class Resize(Images):
    """Resizes images."""

    keeps_pixels = True
    size: PairOfSizes
    """Height and width of the result."""
    interpolation: Annotated[
        str, Choice("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
    ] = "bilinear"
    """Interpolation between pixels."""
    antialias: Flag = False
    """Whether to smooth images before downsampling."""
    crop_to_aspect_ratio: Flag = False
    """Preserve the aspect ratio by cropping."""
    pad_to_aspect_ratio: Flag = False
    """Preserve the aspect ratio by padding."""
    fill_mode: Annotated[str, Choice("constant")] = "constant"
    fill_value: Number = 0.0
    """Value of the padding."""

    takes = NO_WIDE_UNSIGNED
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"size": [24, 32]}, (None, 28, None, 3), (None, 24, 32, 3)),
        Example(
            {"size": [24, 32], "data_format": "channels_first", "interpolation": "nearest"},
            (None, 3, 48, 48),
            (None, 3, 24, 32),
        ),
        Example(
            {"size": [24, 32], "pad_to_aspect_ratio": True}, (None, 28, 28, 3), (None, 24, 32, 3)
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that cropping and padding are not combined."""
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            message = f"{self.kind()} cannot both crop and pad to keep the proportions"
            yield Problem("conflicting-arguments", message, "pad_to_aspect_ratio")

    def computes_on(self) -> tuple[str, ...]:
        """Padding has a value that is a float."""
        return FLOAT_TYPES if self.pad_to_aspect_ratio else self.takes

    def result(self, shape: Shape) -> Shape:
        """Replace height and width."""
        _, _, channels = self.sizes(shape)
        return self.sized(shape, *self.size, channels)


@operation
class RgbToGrayscale(Images):
    """Makes images with one channel from images with three."""

    recent = (
        Recent(
            "3.15.0",
            None,
            "ops.image.rgb_to_grayscale of images with one channel",
            lambda call, shape: call.sizes(shape)[2] == 1,
            by_inputs=True,
        ),
    )

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 28, None, 3), (None, 28, None, 1)),
        Example({"data_format": "channels_first"}, (None, 3, 28, 28), (None, 1, 28, 28)),
    )

    def result(self, shape: Shape) -> Shape:
        """Replace the channels."""
        height, width, _ = self.sizes(shape)
        self.check_channels(shape, 1, 3)
        return self.sized(shape, height, width, 1)


class Colors(Images):
    """Base class of conversions of colors, whose values are from 0 to 1."""

    takes = FLOAT_TYPES
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 28, None, 3), (None, 28, None, 3)),
    )

    def result(self, shape: Shape) -> Shape:
        """Check the channels."""
        self.check_channels(shape, 3)
        return shape


@operation
class RgbToHsv(Colors):
    """Converts red, green and blue to hue, saturation and value."""


@operation
class HsvToRgb(Colors):
    """Converts hue, saturation and value to red, green and blue."""


class Framed(Images):
    """Base class of functions that add or cut pixels at the edges."""

    keeps_pixels = True
    target_height: OptionalNonNegativeInt = None
    """Height of the result; null for what the other two arguments give."""
    target_width: OptionalNonNegativeInt = None
    """Width of the result; null for what the other two arguments give."""

    takes = ANYTHING
    change: ClassVar[str]
    """The end of the names of the other arguments."""
    grows: ClassVar[bool]

    def conflicts(self) -> Iterator[Problem]:
        """Check that two of three arguments are given along each axis."""
        for before, after, target in (
            (f"top_{self.change}", f"bottom_{self.change}", "target_height"),
            (f"left_{self.change}", f"right_{self.change}", "target_width"),
        ):
            given = [name for name in (before, after, target) if getattr(self, name) is not None]
            if len(given) != 2:
                message = f"{self.kind()} needs exactly two of '{before}', '{after}' and '{target}'"
                yield Problem("conflicting-arguments", message, given[-1] if given else ())

    def result(self, shape: Shape) -> Shape:
        """Change height and width."""
        height, width, channels = self.sizes(shape)
        height = self._changed(shape, height, "top", "bottom", "target_height")
        width = self._changed(shape, width, "left", "right", "target_width")
        return self.sized(shape, height, width, channels)

    def _changed(self, shape: Shape, size: Dim, first: str, second: str, target: str) -> Dim:
        before, after = (getattr(self, f"{each}_{self.change}") for each in (first, second))
        wanted: Any = getattr(self, target)
        sign = 1 if self.grows else -1
        if wanted is None:
            found = None if size is None else size + sign * (before + after)
        else:
            found = wanted
            known = before if after is None else after
            rest = 0 if size is None else sign * (wanted - size) - known
            if rest < 0:
                message = f"{self.kind()} cannot make {wanted} pixels of the {size} of {text(shape)} with {known} at one end"
                raise Problem("no-output-shape", message, target)
        if found is not None and found <= 0:
            message = f"{self.kind()} leaves nothing of its input {text(shape)}"
            raise Problem("no-output-shape", message)
        return found


@operation
class PadImages(Framed):
    """Adds zeros at the edges of images."""

    change = "padding"
    grows = True
    top_padding: OptionalNonNegativeInt = None
    left_padding: OptionalNonNegativeInt = None
    bottom_padding: OptionalNonNegativeInt = None
    right_padding: OptionalNonNegativeInt = None
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"top_padding": 1, "bottom_padding": 2, "left_padding": 3, "target_width": 32},
            (None, 26, 26, 3),
            (None, 29, 32, 3),
        ),
    )


@operation
class CropImages(Framed):
    """Cuts off the edges of images."""

    change = "cropping"
    grows = False
    top_cropping: OptionalNonNegativeInt = None
    left_cropping: OptionalNonNegativeInt = None
    bottom_cropping: OptionalNonNegativeInt = None
    right_cropping: OptionalNonNegativeInt = None
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"top_cropping": 1, "bottom_cropping": 2, "left_cropping": 3, "target_width": 20},
            (None, 26, 26, 3),
            (None, 23, 20, 3),
        ),
    )
