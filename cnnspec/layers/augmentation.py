"""Random image augmentation layers: base classes, and layers that mix or erase."""

from cnnspec.declarations.declaration import Recent, default
from cnnspec.declarations.fields import DtypePolicy, Flag, FloatPolicy, PositiveInt, PositiveNumber
from cnnspec.layers import dtype_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.core import Rescaling
from cnnspec.layers.image_fields import Fill, FromZero, Interpolation, ValueRange
from cnnspec.layers.images import Images
from cnnspec.layers.regularization import TrainingOnly

WIDE_FLOATS: tuple[str, ...] = ("float32", "float64")
"""The data types that all operations of TensorFlow support."""


class Augmentation(Images, TrainingOnly):
    """Base class of layers that change images at random, but only cast them in inference."""

    output_dtype = dtype_rules.own
    passes_values_on = False  # it makes numbers of the inputs that have fractions
    keeps_pixels = True
    dtype: DtypePolicy = None

    shape = Images.shape
    computes_on = Images.computes_on

    def in_inference(self) -> Layer:
        """Return the inference behaviour: integers become floats, nothing else changes."""
        return Rescaling.of({"scale": 1} | ({} if self.dtype is None else {"dtype": self.dtype}))


class ColorAugmentation(Augmentation):
    """Base class of layers that change pixel values and need to know their range."""

    value_range: ValueRange = default((0, 255))


@kind
class MixUp(Augmentation):
    """MixUp: blends every image with another of its batch (Zhang et al., 2018, arXiv:1710.09412).

    Inside a model only the images are blended; the labels do not change.
    """

    dtype: FloatPolicy = None
    alpha: PositiveNumber = 0.2
    """Parameter of the beta distribution of the blending factor."""
    examples = (Example({}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class CutMix(Augmentation):
    """CutMix: pastes a patch of another image into each image (Yun et al., 2019, arXiv:1905.04899).

    Inside a model only the images are mixed; the labels do not change.
    """

    dtype: FloatPolicy = None
    takes = WIDE_FLOATS
    knows_sizes = True
    factor: FromZero = 1.0
    """Parameter of the beta distribution of the patch size."""
    examples = (Example({"factor": [0.2, 0.8]}, (None, 28, 28, 3), (None, 28, 28, 3)),)


@kind
class RandomErasing(ColorAugmentation):
    """Erases a random rectangle of an image (Zhong et al., 2020, arXiv:1708.04896)."""

    dtype: FloatPolicy = None
    takes = ("bfloat16", *WIDE_FLOATS)
    knows_sizes = True
    factor: FromZero = 1.0
    """Fraction of the images that are changed."""
    scale: FromZero = default((0.02, 0.33))
    """Area of the rectangle, as a fraction of the image."""
    fill_value: Fill = None
    """Value of the erased pixels; null means noise."""
    examples = (
        Example({"factor": 0.5, "fill_value": 0}, (None, 28, 28, 3), (None, 28, 28, 3)),
        Example({"scale": [0.1, 0.2]}, (None, 28, 28, 1), (None, 28, 28, 1)),
    )


@kind
class Solarization(ColorAugmentation):
    """Inverts pixels that are brighter than a random threshold."""

    dtype: FloatPolicy = None
    addition_factor: FromZero = 0.0
    """Largest value to add first, as a fraction of the range."""
    threshold_factor: FromZero = 0.0
    """Largest threshold, as a fraction of the range."""
    examples = (
        Example({"threshold_factor": [0.3, 0.6]}, (None, 28, None, 3), (None, 28, None, 3)),
    )


class Policy(ColorAugmentation):
    """Base class of layers that draw from a list of operations."""

    dtype: FloatPolicy = None
    knows_channels = True
    interpolation: Interpolation = "bilinear"
    """Interpolation between pixels."""

    def channels(self) -> tuple[int, ...]:
        """Check the number of channels: some operations change colors."""
        return (1, 3)


@kind
class RandAugment(Policy):
    """RandAugment: applies random operations in sequence (Cubuk et al., 2020, arXiv:1909.13719)."""

    num_ops: PositiveInt = 2
    """Number of operations."""
    factor: FromZero = 0.5
    """Strength of the operations."""
    examples = (Example({"factor": 0.3}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class AugMix(Policy):
    """AugMix: blends chains of random operations (Hendrycks et al., 2020, arXiv:1912.02781).

    The operations are drawn when the model is traced, so they stay the same during training.
    """

    num_chains: PositiveInt = 3
    """Number of chains."""
    chain_depth: PositiveInt = 3
    """Largest number of operations in a chain."""
    factor: FromZero = 0.3
    """Strength of the operations."""
    alpha: PositiveNumber = 1.0
    """Parameter of the distributions of the blending factors."""
    all_ops: Flag = True
    """Whether to include changes of brightness, color, contrast and sharpness."""
    recent = (  # before, Keras swaps them in model files
        Recent(
            "3.14.0",
            "num_chains",
            "a num_chains that differs from chain_depth",
            lambda call: call.num_chains != call.chain_depth,
        ),
    )
    examples = (
        Example({"num_chains": 2}, (None, 28, None, 3), (None, 28, None, 3)),
        Example({"all_ops": False}, (None, 28, 28, 4), (None, 28, 28, 4)),
    )

    def channels(self) -> tuple[int, ...]:
        """Any number of channels, if color operations are disabled."""
        return super().channels() if self.all_ops else ()
