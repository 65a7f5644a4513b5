"""Random changes of images that act only in training: what they share, and those that mix or erase."""

from cnnspec.declarations import default
from cnnspec.fields import DtypePolicy, Flag, FloatPolicy, PositiveInt, PositiveNumber
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.core import Rescaling
from cnnspec.layers.image_fields import Fill, FromZero, Interpolation, ValueRange
from cnnspec.layers.images import Images
from cnnspec.layers.regularization import TrainingOnly

WIDE_FLOATS = ("float32", "float64")
"""What every operation of TensorFlow works in."""


class Augmentation(Images, TrainingOnly):
    """What changes images at random in training, and in inference only gives them its data type."""

    dtype: DtypePolicy = None

    shape = Images.shape

    def in_inference(self) -> Layer:
        """Whole numbers become floats, as they do here; nothing else happens to the images."""
        return Rescaling.of({"scale": 1} | ({} if self.dtype is None else {"dtype": self.dtype}))


class ColorAugmentation(Augmentation):
    """What changes the values of pixels, which it must know the range of."""

    value_range: ValueRange = default((0, 255))


@kind
class MixUp(Augmentation):
    """Blends every image with another of its batch (Zhang et al., 2018, arXiv:1710.09412).

    In a model only the images are blended: their labels stay as they are.
    """

    dtype: FloatPolicy = None
    alpha: PositiveNumber = 0.2
    """Of the beta distribution that the share of the other image is drawn from."""
    examples = (Example({}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class CutMix(Augmentation):
    """Puts a piece of another image of the batch into every image (Yun et al., 2019, arXiv:1905.04899).

    In a model only the images are mixed: their labels stay as they are.
    """

    dtype: FloatPolicy = None
    computes_in = WIDE_FLOATS
    knows_sizes = True
    factor: FromZero = 1.0
    """Of the beta distribution that the size of the piece is drawn from."""
    examples = (Example({"factor": [0.2, 0.8]}, (None, 28, 28, 3), (None, 28, 28, 3)),)


@kind
class RandomErasing(ColorAugmentation):
    """Covers a rectangle of an image (Zhong et al., 2020, arXiv:1708.04896)."""

    dtype: FloatPolicy = None
    computes_in = ("bfloat16", *WIDE_FLOATS)
    knows_sizes = True
    factor: FromZero = 1.0
    """How likely an image is changed."""
    scale: FromZero = default((0.02, 0.33))
    """Share of the image that the rectangle may have."""
    fill_value: Fill = None
    """What it is covered with; null for noise."""
    examples = (
        Example({"factor": 0.5, "fill_value": 0}, (None, 28, 28, 3), (None, 28, 28, 3)),
        Example({"scale": [0.1, 0.2]}, (None, 28, 28, 1), (None, 28, 28, 1)),
    )


@kind
class Solarization(ColorAugmentation):
    """Inverts the pixels that are brighter than a random threshold."""

    dtype: FloatPolicy = None
    addition_factor: FromZero = 0.0
    """Share of the range that is added first, at most."""
    threshold_factor: FromZero = 0.0
    """Where the threshold lies in the range, at most."""
    examples = (
        Example({"threshold_factor": [0.3, 0.6]}, (None, 28, None, 3), (None, 28, None, 3)),
    )


class Policy(ColorAugmentation):
    """What draws from a list of changes."""

    dtype: FloatPolicy = None
    knows_channels = True
    interpolation: Interpolation = "bilinear"
    """How the values between pixels are computed."""

    def channels(self) -> tuple[int, ...]:
        """Some of the changes are those of colors."""
        return (1, 3)


@kind
class RandAugment(Policy):
    """Does several random changes in a row (Cubuk et al., 2020, arXiv:1909.13719)."""

    num_ops: PositiveInt = 2
    """Number of changes."""
    factor: FromZero = 0.5
    """How strong they are."""
    examples = (Example({"factor": 0.3}, (None, 28, None, 3), (None, 28, None, 3)),)


@kind
class AugMix(Policy):
    """Blends an image with the results of several chains of changes (Hendrycks et al., 2020, arXiv:1912.02781).

    The changes of a chain are drawn when the model is traced, so they stay the same in a training run.
    """

    num_chains: PositiveInt = 3
    """Number of chains."""
    chain_depth: PositiveInt = 3
    """Number of changes in a chain, at most."""
    factor: FromZero = 0.3
    """How strong they are."""
    alpha: PositiveNumber = 1.0
    """Of the distributions that the shares of the chains are drawn from."""
    all_ops: Flag = True
    """Whether changes of brightness, color, contrast and sharpness are among them."""
    examples = (
        Example({"num_chains": 2}, (None, 28, None, 3), (None, 28, None, 3)),
        Example({"all_ops": False}, (None, 28, 28, 4), (None, 28, 28, 4)),
    )

    def channels(self) -> tuple[int, ...]:
        """Without the changes of colors, any number."""
        return super().channels() if self.all_ops else ()
