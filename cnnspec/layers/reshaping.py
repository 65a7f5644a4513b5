"""Layers that move values without changing them."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations import Problem, default
from cnnspec.fields import Choice
from cnnspec.layers import shape_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import AxisOrder, DataFormat, Ends, Size, TargetShape


@kind
class Flatten(Layer):
    """Makes one axis of all axes but the batch."""

    data_format: DataFormat = None

    passes_dtype = True
    shape = shape_rules.flatten
    examples = (
        Example({}, (None, 13, 13, 32), (None, 5408)),
        Example({}, (None, None, 32), (None, None)),
    )


@kind
class Reshape(Layer):
    """Gives its input other axes; the number of values stays."""

    target_shape: TargetShape
    """The new sizes without the batch; -1 takes what is left."""

    passes_dtype = True
    shape = shape_rules.reshape
    examples = (
        Example({"target_shape": [7, -1]}, (None, 49, 2), (None, 7, 14)),
        Example({"target_shape": [4, -1]}, (None, None, 2), (None, 4, None)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Sizes are positive, and at most one is -1."""
        if any(size < -1 or size == 0 for size in self.target_shape):
            message = f"'target_shape' of {self.kind()} takes sizes of at least 1, and -1"
            yield Problem("out-of-range", message, "target_shape")
        elif self.target_shape.count(-1) > 1:
            message = f"'target_shape' of {self.kind()} may have one -1"
            yield Problem("conflicting-arguments", message, "target_shape")


@kind
class Permute(Layer):
    """Puts the axes in another order."""

    dims: AxisOrder
    """The old axes in their new order, counted from 1; the batch stays first."""

    passes_dtype = True
    shape = shape_rules.permute
    examples = (Example({"dims": [3, 1, 2]}, (None, 4, 5, 6), (None, 6, 4, 5)),)

    def conflicts(self) -> Iterator[Problem]:
        """Every axis stands once."""
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            message = f"'dims' of {self.kind()} must hold each of 1 to {len(self.dims)} once"
            yield Problem("conflicting-arguments", message, "dims")


@kind
class ZeroPadding2D(Layer):
    """Puts zeros around an image."""

    rank = 2
    padding: Ends = default(1)
    """Rows and columns added: one number, one for each axis, or a pair for each."""
    data_format: DataFormat = None

    shape = shape_rules.pad
    examples = (
        Example({}, (None, 26, None, 3), (None, 28, None, 3)),
        Example({"padding": [[0, 1], [2, 3]]}, (None, 26, 26, 3), (None, 27, 31, 3)),
    )


@kind
class Cropping2D(Layer):
    """Cuts the edges of an image."""

    rank = 2
    cropping: Ends = default(0)
    """Rows and columns cut: one number, one for each axis, or a pair for each."""
    data_format: DataFormat = None

    shape = shape_rules.crop
    examples = (
        Example({"cropping": [2, 4]}, (None, 28, 28, 3), (None, 24, 20, 3)),
        Example({"cropping": [[0, 1], [0, 0]]}, (None, 28, None, 3), (None, 27, None, 3)),
    )


@kind
class UpSampling2D(Layer):
    """Makes images larger by repeating or interpolating."""

    rank = 2
    size: Size = default(2)
    """Factors of height and width."""
    data_format: DataFormat = None
    interpolation: Annotated[
        str, Choice("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
    ] = "nearest"

    shape = shape_rules.upsample
    examples = (Example({"size": [2, 3]}, (None, 14, None, 8), (None, 28, None, 8)),)
