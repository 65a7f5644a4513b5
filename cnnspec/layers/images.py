"""What the layers that work on images share, and those that always do the same to them."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations import Problem, default
from cnnspec.fields import FLOAT_TYPES, INT_TYPES, Choice, Flag, FloatPolicy, Number, PositiveInt
from cnnspec.layers import shape_rules
from cnnspec.layers.base import Example, Layer, compute_dtype, kind, known
from cnnspec.layers.fields import DataFormat, Size
from cnnspec.layers.image_fields import ValueRange
from cnnspec.shapes import Shape


def unchanged(layer: "Images", shape: Shape) -> Shape:
    """Images keep their size; what the layer must know of them is known."""
    sizes, channels = shape_rules.images(layer, shape)
    axis = 1 if shape_rules.channels_first(layer) else 3
    wanted = layer.channels()
    if wanted and channels not in (*wanted, None):
        said = " or ".join(map(str, wanted))
        message = f"{layer.kind()} works on images of {said} channels, not of {channels}"
        raise Problem("shape-mismatch", message)
    if layer.knows_channels:
        known(channels, axis, shape, layer)
    if layer.knows_sizes:
        for place, size in enumerate(sizes, start=2 if axis == 1 else 1):
            known(size, place, shape, layer)
    return shape


def tiled(layer: "ContrastLimitedAdaptiveHistogramEqualization", shape: Shape) -> Shape:
    """Images keep their size; tiles that go over the edge are filled with the image, mirrored."""
    unchanged(layer, shape)
    sizes, _ = shape_rules.images(layer, shape)
    for size, tiles in zip(sizes, layer.tile_grid_size, strict=True):
        if size is not None and -size % tiles > size:
            grid, has = (" x ".join(map(str, each)) for each in (layer.tile_grid_size, sizes))
            message = f"images of {has} are too small for {grid} tiles"
            raise Problem("kernel-too-large", message, "tile_grid_size")
    return shape


def resized(layer: "Resized", shape: Shape) -> Shape:
    """Images get the height and width that the layer names."""
    _, channels = shape_rules.images(layer, shape)
    return shape_rules.with_sizes(layer, shape, (layer.height, layer.width), channels)


class Images(Layer):
    """What works on a batch of images."""

    rank = 2
    data_format: DataFormat = None
    """Where the channels are: `channels_last` (the default) or `channels_first`."""

    computes_in: ClassVar[tuple[str, ...]] = (*FLOAT_TYPES, *INT_TYPES)
    """The data types that TensorFlow can do its work in."""
    knows_sizes: ClassVar[bool] = False
    """Whether height and width must be known before there is data."""
    knows_channels: ClassVar[bool] = False
    """Whether the number of channels must be."""

    shape = unchanged

    def channels(self) -> tuple[int, ...]:
        """How many channels an image may have; empty for any number."""
        return ()

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Keras takes these layers to be in training wherever nothing is said, even in an export."""
        return tuple(inputs), {"training": False}

    def check_dtypes(self, *inputs: str) -> None:
        """Refuse a data type that TensorFlow cannot do the work of the layer in."""
        super().check_dtypes(*inputs)
        computed = compute_dtype(self.dtype)
        if computed not in self.computes_in:
            message = f"{self.kind()} cannot work in {computed}"
            raise Problem("wrong-dtype", message, "dtype")


class Resized(Images):
    """What gives images of another size."""

    height: PositiveInt
    """Height of the output."""
    width: PositiveInt
    """Width of the output."""

    shape = resized


@kind
class Resizing(Resized):
    """Scales images to a height and width."""

    interpolation: Annotated[
        str, Choice("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
    ] = "bilinear"
    """How the values between pixels are computed."""
    crop_to_aspect_ratio: Flag = False
    """Keeps the proportions, and cuts off what is too long."""
    pad_to_aspect_ratio: Flag = False
    """Keeps the proportions, and fills up what is too short."""
    fill_mode: Annotated[str, Choice("constant")] = "constant"
    fill_value: Number = 0.0
    """What is filled up with."""
    antialias: Flag = False
    """Whether images are smoothed before they are made smaller."""
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
        """What is too long cannot be cut where what is too short is filled up."""
        yield from super().conflicts()
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            message = "Resizing cannot both crop and pad to keep the proportions"
            yield Problem("conflicting-arguments", message, "pad_to_aspect_ratio")


@kind
class CenterCrop(Resized):
    """Cuts out the middle; images that are too small are scaled up first."""

    examples = (
        Example({"height": 24, "width": 20}, (None, 28, 28, 3), (None, 24, 20, 3)),
        Example({"height": 32, "width": 40}, (None, 28, None, 3), (None, 32, 40, 3)),
    )


@kind
class AutoContrast(Images):
    """Stretches the values of every channel of an image over the whole range, also in inference."""

    dtype: FloatPolicy = None
    value_range: ValueRange = default((0, 255))
    examples = (Example({}, (None, 28, None, 3), (None, 28, None, 3)),)

    def conflicts(self) -> Iterator[Problem]:
        """Keras takes the axes 1 and 2 for height and width in either data format."""
        yield from super().conflicts()
        if shape_rules.channels_first(self):
            message = "AutoContrast works on the axes 1 and 2, so the channels must come last"
            yield Problem("conflicting-arguments", message, "data_format")


@kind
class ContrastLimitedAdaptiveHistogramEqualization(Images):
    """Evens out the contrast tile by tile, also in inference (Zuiderveld, 1994)."""

    knows_sizes = True
    value_range: ValueRange = default((0, 255))
    clip_limit: Number = 4.0
    """How steep the curve of a tile may be; 0 or less sets no limit."""
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
