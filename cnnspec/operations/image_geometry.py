"""Functions of images that look at neighbours: transformations, patches, filters."""

from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Recent, default
from cnnspec.declarations.fields import FLOAT_TYPES, INT_TYPES, Choice, Number, PositiveNumber
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import shape_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NO_FLOAT16
from cnnspec.layers.fields import DataFormat, PoolingPadding
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import ListOperand, Operand, Operation, operation
from cnnspec.operations.fields import Counts, OddSizes, OptionalCounts, PositiveNumbers
from cnnspec.operations.images import Images
from cnnspec.operations.windows import window_of
from cnnspec.shapes import Shape, product, text

TRANSFORMED = ("float16", "float32", "float64", "int32", "int64", "uint8")
"""The data types of images that TensorFlow transforms, with a gradient for floats."""


@operation
class AffineTransform(Images):
    """Rotates, scales, shears and moves images."""

    tensors = ("images", "transform")
    min_inputs = 1
    max_inputs = 2
    transform: Operand = None
    """The eight numbers of the transformation, or a list of them for each image."""
    interpolation: Annotated[str, Choice("nearest", "bilinear")] = "bilinear"
    """Interpolation between pixels."""
    fill_mode: Annotated[str, Choice("constant", "nearest", "wrap", "reflect")] = "constant"
    """What is around the images."""
    fill_value: Number = 0
    """The value around images for `constant`."""

    takes = TRANSFORMED
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"transform": [1.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0]},
            (None, 28, 28, 3),
            (None, 28, 28, 3),
        ),
        Example({}, [(None, 28, 28, 3), (None, 8)], (None, 28, 28, 3)),
    )

    def result(self, shape: Shape, transform: Shape) -> Shape:
        """Check the numbers of the transformation."""
        self.sizes(shape)
        if len(transform) not in (1, 2) or transform[-1] != 8:
            message = f"{self.kind()} takes 8 numbers for each image as 'transform', not {text(transform)}"
            at = "transform" if "transform" in self.given else ()
            raise Problem("shape-mismatch", message, at)
        return shape


class Patches(Operation):
    """Base class of functions that make one value of many channels from each window."""

    submodule = "image."
    spatial: ClassVar[int]
    size: Counts
    """Size of a patch."""
    strides: OptionalCounts = None
    """Distance between patches; null for their size."""
    dilation_rate: Counts = 1
    """Distance between the values of a patch."""
    padding: PoolingPadding = "valid"
    """`valid` for complete patches only; `same` adds zeros around the images."""
    data_format: DataFormat = None

    takes: ClassVar[tuple[str, ...]] = (*FLOAT_TYPES, "int32")
    result_type = dtypes.kept

    def _canonical(self, argument: str, value: Any) -> Any:
        """Return sizes and strides as one number for each axis."""
        if argument == "strides" and value is None:
            value = self.size
        is_number = argument in ("size", "strides", "dilation_rate") and isinstance(value, int)
        return (value,) * self.spatial if is_number else super()._canonical(argument, value)

    def result(self, shape: Shape) -> Shape:
        """Replace the sizes by the number of patches, and the channels by their values."""
        rank = self.spatial + 2
        rules.check_rank(self, shape, rank, rank)
        window = window_of(self, shape)
        window.kernel_size = window.size
        window.strides = window.strides or window.size
        _, channels = shape_rules.images(window, shape)
        if channels is None:
            message = f"{self.kind()} needs to know the channels of its input {text(shape)}"
            raise Problem("unknown-size", message)
        if max(window.strides) > 1 and max(window.dilation_rate) > 1:
            message = f"{self.kind()} cannot have both strides and a dilation rate above 1"
            raise Problem("conflicting-arguments", message, "dilation_rate")
        sizes = shape_rules.slide(window, shape, shape_rules.dilated(window), "size")
        return shape_rules.with_sizes(window, shape, sizes, product((*window.size, channels)))


@operation
class ExtractPatches(Patches):
    """Takes images apart into patches, whose values become channels."""

    tensors = ("images",)
    spatial = 2
    recent = (
        Recent(
            "3.14.0",
            "strides",
            "'strides' of ops.image.extract_patches",
            lambda call: call.strides is not None,
        ),
    )
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"size": 7}, (None, 28, 28, 3), (None, 4, 4, 147)),
        Example(
            {"size": [3, 3], "strides": 1, "padding": "same"}, (None, 28, 26, 1), (None, 28, 26, 9)
        ),
    )


@operation
class ExtractPatches3d(Patches):
    """Takes volumes apart into patches, whose values become channels."""

    tensors = ("volumes",)
    spatial = 3
    takes = FLOAT_TYPES
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"size": 2}, (None, 8, 6, 4, 3), (None, 4, 3, 2, 24)),
    )

    @classmethod
    def function_name(cls) -> str:
        """Return the name of the function, whose digit is a word of its own."""
        return "extract_patches_3d"


@operation
class PerspectiveTransform(Images):
    """Moves four points of images to four others, with all that is between."""

    tensors = ("images", "start_points", "end_points")
    min_inputs = 1
    max_inputs = 3
    start_points: ListOperand = None
    """Four pairs of coordinates, or those of each image, if they are constants."""
    end_points: ListOperand = None
    """Where they are in the result, if that is constant."""
    interpolation: Annotated[str, Choice("nearest", "bilinear")] = "bilinear"
    """Interpolation between pixels."""
    fill_value: Number = 0
    """The value around images."""

    takes = TRANSFORMED
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {
                "start_points": [[0.0, 0.0], [0.0, 27.0], [27.0, 0.0], [27.0, 27.0]],
                "end_points": [[3.0, 5.0], [7.0, 20.0], [15.0, 2.0], [20.0, 24.0]],
            },
            (None, 28, 28, 3),
            (None, 28, 28, 3),
        ),
        Example({}, [(None, 28, 28, 3), (None, 4, 2), (None, 4, 2)], (None, 28, 28, 3)),
    )

    def result(self, shape: Shape, start: Shape, end: Shape) -> Shape:
        """Check that there are four points."""
        self.sizes(shape)
        if start != end or len(start) not in (2, 3) or start[-2:] != (4, 2):
            message = f"{self.kind()} takes four points for each image, (4, 2), not {text(start)} and {text(end)}"
            raise Problem("shape-mismatch", message)
        return shape


@operation
class GaussianBlur(Images):
    """Smooths images with a Gaussian kernel."""

    kernel_size: OddSizes = default((3, 3))
    """Height and width of the kernel."""
    sigma: PositiveNumbers = default((1.0, 1.0))
    """Standard deviations along height and width."""

    takes = NO_FLOAT16
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 28, 26, 3), (None, 28, 26, 3)),
        Example({"kernel_size": [5, 3], "sigma": [2.0, 1.0]}, (None, 28, 26, 3), (None, 28, 26, 3)),
    )

    def result(self, shape: Shape) -> Shape:
        """Check the axes."""
        _, _, channels = self.sizes(shape)
        if channels is None:
            message = f"{self.kind()} needs to know the channels of its input {text(shape)}"
            raise Problem("unknown-size", message)
        return shape


@operation
class SobelEdges(Images):
    """The gradients of images along height and width, on a new last axis."""

    takes = FLOAT_TYPES
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 28, 26, 3), (None, 28, 26, 3, 2)),
    )

    def result(self, shape: Shape) -> Shape:
        """Add an axis."""
        rules.check_rank(self, shape, 4, 4)
        if self.sizes(shape)[2] is None:
            message = f"{self.kind()} needs to know the channels of its input {text(shape)}"
            raise Problem("unknown-size", message)
        if 1 in self.sizes(shape)[:2]:
            message = (
                f"{self.kind()} mirrors the edges, so images must be larger than in {text(shape)}"
            )
            raise Problem("shape-mismatch", message)
        return (*shape, 2)


@operation
class Ssim(Images):
    """The structural similarity of two images (Wang et al., 2004), one number for each pair."""

    tensors = ("image1", "image2")
    min_inputs = 1
    max_inputs = 2
    image1: Operand = None
    """The first images, if they are constants."""
    image2: Operand = None
    """The second images, if they are constants."""
    max_val: PositiveNumber = 1.0
    """The largest value that a pixel can have."""
    filter_size: Counts = 11
    """Size of the window of the comparison."""
    filter_sigma: PositiveNumber = 1.5
    """Standard deviation of the window."""
    k1: PositiveNumber = 0.01
    k2: PositiveNumber = 0.03

    takes = (*NO_FLOAT16, *INT_TYPES, "bool")
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 28, 28, 3), (None, 28, 28, 3)], (None,)),
    )

    def result(self, first: Shape, second: Shape) -> Shape:
        """Return a number for each pair."""
        rules.check_rank(self, first, 4, 4)
        rules.check_alike(self, first, second)
        window: tuple[int, ...] = self.canonical("filter_size")
        for size, least in zip(self.sizes(first)[:2], window * 2, strict=False):
            if size is not None and size < least:
                message = (
                    f"{self.kind()} compares windows of {least}, but its input is {text(first)}"
                )
                raise Problem("out-of-range", message, "filter_size")
        return first[:1]
