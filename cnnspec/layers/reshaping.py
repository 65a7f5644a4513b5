"""Layers that rearrange values without changing them."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import dtype_rules, reach_rules, reshaping_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import (
    AxisOrder,
    BothEnds,
    DataFormat,
    Ends,
    Size,
    TargetShape,
    in_any_case,
)


@kind
class Flatten(Layer):
    """Flattens all axes except the batch into one."""

    moves_values = True
    data_format: DataFormat = None

    takes = dtype_rules.ANYTHING
    output_dtype = dtype_rules.kept
    shape = reshaping_rules.flatten
    reach = reach_rules.everything
    examples = (
        Example({}, (None, 13, 13, 32), (None, 5408)),
        Example({}, (None, None, 32), (None, None)),
    )


@kind
class Reshape(Layer):
    """Reshapes its input; the number of values does not change."""

    moves_values = True
    target_shape: TargetShape
    """New sizes without the batch; -1 stands for the remaining size."""

    takes = dtype_rules.ANYTHING
    output_dtype = dtype_rules.kept
    shape = reshaping_rules.reshape
    reach = reach_rules.reshaped
    examples = (
        Example({"target_shape": [7, -1]}, (None, 49, 2), (None, 7, 14)),
        Example({"target_shape": [4, -1]}, (None, None, 2), (None, 4, None)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that sizes are positive, and that at most one is -1."""
        if any(size < -1 or size == 0 for size in self.target_shape):
            message = f"'target_shape' of {self.kind()} must contain sizes of at least 1, or -1"
            yield Problem("out-of-range", message, "target_shape")
        elif self.target_shape.count(-1) > 1:
            message = f"'target_shape' of {self.kind()} may contain only one -1"
            yield Problem("conflicting-arguments", message, "target_shape")


@kind
class Permute(Layer):
    """Permutes the axes."""

    dims: AxisOrder
    """The old axes in their new order, counted from 1; the batch stays first."""

    takes = dtype_rules.ANYTHING
    output_dtype = dtype_rules.kept
    shape = reshaping_rules.permute
    examples = (Example({"dims": [3, 1, 2]}, (None, 4, 5, 6), (None, 6, 4, 5)),)

    def conflicts(self) -> Iterator[Problem]:
        """Check that every axis occurs once."""
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            message = f"'dims' of {self.kind()} must contain each of 1 to {len(self.dims)} once"
            yield Problem("conflicting-arguments", message, "dims")


@kind
class RepeatVector(Layer):
    """Repeats a vector to make a sequence."""

    n: PositiveInt
    """Number of repetitions."""

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.repeat
    examples = (
        Example({"n": 3}, (None, 8), (None, 3, 8)),
        Example({"n": 3}, (None, None), (None, 3, None)),
    )


@kind
class ZeroPadding1D(Layer):
    """Pads a sequence with zeros."""

    rank = 1
    padding: BothEnds = default(1)
    """Number of steps to add: one number, or a pair for the two ends."""
    data_format: DataFormat = None

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.pad
    reach = reach_rules.padded
    examples = (
        Example({}, (None, 20, 4), (None, 22, 4)),
        Example({"padding": [2, 0], "data_format": "channels_first"}, (None, 4, 20), (None, 4, 22)),
    )


@kind
class ZeroPadding2D(Layer):
    """Pads an image with zeros."""

    keeps_pixels = True
    rank = 2
    padding: Ends = default(1)
    """Number of rows and columns to add: one number, one per axis, or a pair per axis."""
    data_format: DataFormat = None

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.pad
    reach = reach_rules.padded
    examples = (
        Example({}, (None, 26, None, 3), (None, 28, None, 3)),
        Example({"padding": [[0, 1], [2, 3]]}, (None, 26, 26, 3), (None, 27, 31, 3)),
    )


@kind
class ZeroPadding3D(Layer):
    """Pads a volume with zeros."""

    rank = 3
    padding: Ends = default(1)
    """Size to add along each axis: one number, one per axis, or a pair per axis."""
    data_format: DataFormat = None

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.pad
    reach = reach_rules.padded
    examples = (
        Example({}, (None, 4, None, 8, 2), (None, 6, None, 10, 2)),
        Example(
            {"padding": [1, [0, 2], 0], "data_format": "channels_first"},
            (None, 2, 4, 8, 8),
            (None, 2, 6, 10, 8),
        ),
    )


@kind
class Cropping1D(Layer):
    """Crops the ends of a sequence."""

    rank = 1
    cropping: BothEnds = default(1)
    """Number of steps to cut: one number, or a pair for the two ends."""

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.crop
    reach = reach_rules.cropped
    examples = (
        Example({}, (None, 20, 4), (None, 18, 4)),
        Example({"cropping": [2, 0]}, (None, None, 4), (None, None, 4)),
    )


@kind
class Cropping2D(Layer):
    """Crops the edges of an image."""

    keeps_pixels = True
    rank = 2
    cropping: Ends = default(0)
    """Number of rows and columns to cut: one number, one per axis, or a pair per axis."""
    data_format: DataFormat = None

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.crop
    reach = reach_rules.cropped
    examples = (
        Example({"cropping": [2, 4]}, (None, 28, 28, 3), (None, 24, 20, 3)),
        Example({"cropping": [[0, 1], [0, 0]]}, (None, 28, None, 3), (None, 27, None, 3)),
    )


@kind
class Cropping3D(Layer):
    """Crops the sides of a volume."""

    rank = 3
    cropping: Ends = default(1)
    """Size to cut along each axis: one number, one per axis, or a pair per axis."""
    data_format: DataFormat = None

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.crop
    reach = reach_rules.cropped
    examples = (
        Example({}, (None, 4, None, 8, 2), (None, 2, None, 6, 2)),
        Example(
            {"cropping": [1, [0, 2], 0], "data_format": "channels_first"},
            (None, 2, 4, 8, 8),
            (None, 2, 2, 6, 8),
        ),
    )


@kind
class UpSampling1D(Layer):
    """Upsamples a sequence by repeating every step."""

    rank = 1
    size: PositiveInt = 2
    """Factor of the length."""

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.upsample
    reach = reach_rules.upsampling
    examples = (
        Example({}, (None, 20, 4), (None, 40, 4)),
        Example({"size": 3}, (None, None, 4), (None, None, 4)),
    )


@kind
class UpSampling2D(Layer):
    """Upsamples images by repetition or interpolation."""

    rank = 2
    size: Size = default(2)
    """Factors of height and width."""
    data_format: DataFormat = None
    interpolation: Annotated[
        str, in_any_case("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "area")
    ] = "nearest"

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.upsample
    reach = reach_rules.upsampling
    examples = (Example({"size": [2, 3]}, (None, 14, None, 8), (None, 28, None, 8)),)

    def computes_on(self) -> tuple[str, ...]:
        """TensorFlow repeats everything, but interpolates only some types."""
        return self.takes if self.interpolation == "nearest" else dtype_rules.NO_WIDE_UNSIGNED


@kind
class UpSampling3D(Layer):
    """Upsamples volumes by repetition."""

    rank = 3
    size: Size = default(2)
    """Factors of the three axes."""
    data_format: DataFormat = None

    output_dtype = dtype_rules.kept
    shape = reshaping_rules.upsample
    reach = reach_rules.upsampling
    examples = (
        Example({}, (None, 4, None, 8, 2), (None, 8, None, 16, 2)),
        Example(
            {"size": [1, 2, 3], "data_format": "channels_first"},
            (None, 2, 4, 8, 8),
            (None, 2, 4, 16, 24),
        ),
    )
