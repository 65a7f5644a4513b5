"""Functions that exchange pixels and channels."""

from typing import Annotated, Any, ClassVar

from annotated_types import Ge

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import Choice
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Shape, text

BlockSize = Annotated[int, Ge(2), Expects("a whole number of at least 2")]


class Exchange(Operation):
    """Base class of functions that exchange pixels and channels."""

    moves_values = True
    block_size: BlockSize
    """The height and width of a block of pixels."""
    data_format: Annotated[str, Choice("channels_last", "channels_first")] = "channels_last"

    takes = ANYTHING
    result_type = dtypes.kept

    def sizes(self, shape: Shape) -> tuple[Any, Any, Any]:
        """Return height, width and channels."""
        rules.check_rank(self, shape, 4, 4)
        if self.data_format == "channels_first":
            return shape[2], shape[3], shape[1]
        return shape[1], shape[2], shape[3]

    def together(self, shape: Shape, height: Any, width: Any, channels: Any) -> Shape:
        """Return the shape with other sizes."""
        if self.data_format == "channels_first":
            return (shape[0], channels, height, width)
        return (shape[0], height, width, channels)


@operation
class DepthToSpace(Exchange):
    """Makes a block of pixels from the channels of each pixel, as a pixel shuffle does."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"block_size": 2}, (None, 13, 14, 8), (None, 26, 28, 2)),
        Example(
            {"block_size": 2, "data_format": "channels_first"}, (None, 8, 13, 14), (None, 2, 26, 28)
        ),
    )

    def result(self, shape: Shape) -> Shape:
        """Multiply height and width, and divide the channels."""
        height, width, channels = self.sizes(shape)
        block = self.block_size
        if channels is None:
            message = f"{self.kind()} needs to know the channels of its input {text(shape)}"
            raise Problem("unknown-size", message)
        if channels % block**2:
            message = f"{self.kind()} cannot make blocks of {block} x {block} pixels from the {channels} channels of {text(shape)}"
            raise Problem("shape-mismatch", message, "block_size")
        height, width = (None if size is None else size * block for size in (height, width))
        return self.together(shape, height, width, channels // block**2)


@operation
class SpaceToDepth(Exchange):
    """Makes the channels of one pixel from each block of pixels."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"block_size": 2}, (None, 26, 28, 3), (None, 13, 14, 12)),
        Example(
            {"block_size": 2, "data_format": "channels_first"},
            (None, 3, 26, 28),
            (None, 12, 13, 14),
        ),
    )

    def result(self, shape: Shape) -> Shape:
        """Divide height and width, and multiply the channels."""
        height, width, channels = self.sizes(shape)
        block = self.block_size
        if any(size is not None and size % block for size in (height, width)):
            message = f"{self.kind()} cannot divide {height} x {width} pixels into blocks of {block} x {block}"
            raise Problem("shape-mismatch", message, "block_size")
        height, width = (None if size is None else size // block for size in (height, width))
        more = None if channels is None else channels * block**2
        return self.together(shape, height, width, more)
