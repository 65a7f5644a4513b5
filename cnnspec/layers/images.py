"""Base classes of image layers, and deterministic image layers."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import (
    Choice,
    Flag,
    FloatPolicy,
    Number,
    PositiveInt,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import dtype_rules, shape_rules
from cnnspec.layers.base import Example, Layer, kind, known
from cnnspec.layers.fields import DataFormat, Size
from cnnspec.layers.image_fields import ValueRange
from cnnspec.shapes import Shape


def unchanged(layer: "Images", shape: Shape) -> Shape:
    """Shape rule: images keep their size; the axes that the layer needs are known."""
    sizes, channels = shape_rules.images(layer, shape)
    axis = 1 if shape_rules.channels_first(layer) else 3
    wanted = layer.channels()
    if wanted and channels not in (*wanted, None):
        counts = " or ".join(map(str, wanted))
        message = f"{layer.kind()} takes images with {counts} channels, not {channels}"
        raise Problem("shape-mismatch", message)
    if layer.knows_channels:
        known(channels, axis, shape, layer)
    if layer.knows_sizes:
        for place, size in enumerate(sizes, start=2 if axis == 1 else 1):
            known(size, place, shape, layer)
    return shape


def tiled(layer: "ContrastLimitedAdaptiveHistogramEqualization", shape: Shape) -> Shape:
    """Shape rule: images keep their size; incomplete tiles are filled by mirroring."""
    unchanged(layer, shape)
    sizes, _ = shape_rules.images(layer, shape)
    for size, tiles in zip(sizes, layer.tile_grid_size, strict=True):
        if size is not None and -size % tiles > size:
            grid, has = (" x ".join(map(str, each)) for each in (layer.tile_grid_size, sizes))
            message = f"images of {has} are too small for {grid} tiles"
            raise Problem("kernel-too-large", message, "tile_grid_size")
    return shape


def resized(layer: "Resized", shape: Shape) -> Shape:
    """Shape rule: images get the given height and width."""
    _, channels = shape_rules.images(layer, shape)
    return shape_rules.with_sizes(layer, shape, (layer.height, layer.width), channels)


class Images(Layer):
    """Base class of layers that take a batch of images."""

    rank = 2
    data_format: DataFormat = None
    """Position of the channels: `channels_last` (the default) or `channels_first`."""

    takes = dtype_rules.WHOLE
    converts = dtype_rules.NUMBERS
    knows_sizes: ClassVar[bool] = False
    """Whether height and width must be known."""
    knows_channels: ClassVar[bool] = False
    """Whether the number of channels must be known."""

    shape = unchanged

    def channels(self) -> tuple[int, ...]:
        """The numbers of channels an image may have; empty for any number."""
        return ()

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Keras runs these layers in training mode by default, even in an exported model."""
        return tuple(inputs), {"training": False}


class Resized(Images):
    """Base class of layers that change the size of images."""

    height: PositiveInt
    """Height of the output."""
    width: PositiveInt
    """Width of the output."""

    shape = resized


@kind
class Resizing(Resized):
    """Resizes images."""

    keeps_pixels = True
    interpolation: Annotated[
        str, Choice("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
    ] = "bilinear"
    """Interpolation between pixels."""
    crop_to_aspect_ratio: Flag = False
    """Preserve the aspect ratio by cropping."""
    pad_to_aspect_ratio: Flag = False
    """Preserve the aspect ratio by padding."""
    fill_mode: Annotated[str, Choice("constant")] = "constant"
    fill_value: Number = 0.0
    """Value of the padding."""
    antialias: Flag = False
    """Whether to smooth images before downsampling."""
    examples = (
        Example({"height": 24, "width": 32}, (None, 28, None, 3), (None, 24, 32, 3)),
        Example(
            {"height": 24, "width": 32, "data_format": "channels_first"},
            (None, 3, 48, 48),
            (None, 3, 24, 32),
        ),
        Example(
            {"height": 24, "width": 32, "pad_to_aspect_ratio": True, "interpolation": "nearest"},
            (None, None, None, 1),
            (None, 24, 32, 1),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that cropping and padding are not combined."""
        yield from super().conflicts()
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            message = "Resizing cannot both crop and pad to keep the proportions"
            yield Problem("conflicting-arguments", message, "pad_to_aspect_ratio")


@kind
class CenterCrop(Resized):
    """Crops the center of images; images that are too small are scaled up first."""

    keeps_pixels = True
    examples = (
        Example({"height": 24, "width": 20}, (None, 28, 28, 3), (None, 24, 20, 3)),
        Example({"height": 32, "width": 40}, (None, 28, None, 3), (None, 32, 40, 3)),
    )


@kind
class AutoContrast(Images):
    """Stretches the values of each channel over the whole range, also in inference."""

    dtype: FloatPolicy = None
    value_range: ValueRange = default((0, 255))
    examples = (Example({}, (None, 28, None, 3), (None, 28, None, 3)),)

    def conflicts(self) -> Iterator[Problem]:
        """Check the data format: Keras always treats axes 1 and 2 as height and width."""
        yield from super().conflicts()
        if shape_rules.channels_first(self):
            message = "AutoContrast works on axes 1 and 2, so the channels must be last"
            yield Problem("conflicting-arguments", message, "data_format")


@kind
class ContrastLimitedAdaptiveHistogramEqualization(Images):
    """Adaptive histogram equalization, also in inference (Zuiderveld, 1994)."""

    only_lists = ("tile_grid_size",)
    knows_sizes = True
    value_range: ValueRange = default((0, 255))
    clip_limit: Number = 4.0
    """Limit of the contrast in each tile; 0 or less means no limit."""
    tile_grid_size: Size = default((8, 8))
    """Number of tiles along height and width."""

    shape = tiled
    examples = (
        Example({}, (None, 64, 60, 3), (None, 64, 60, 3)),
        Example(
            {"tile_grid_size": [4, 2], "data_format": "channels_first"},
            (None, 1, 30, 30),
            (None, 1, 30, 30),
        ),
    )
