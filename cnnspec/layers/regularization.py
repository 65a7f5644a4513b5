"""Layers that are active only in training, and one that adds to the loss."""

from typing import Annotated

from annotated_types import Ge, Lt

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import (
    FLOAT_TYPES,
    PENALIZED_TYPES,
    Flag,
    FloatPolicy,
    NonNegativeNumber,
    Seed,
    UnitInterval,
)
from cnnspec.layers import dtype_rules, reach_rules, shape_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.core import Identity
from cnnspec.layers.fields import DataFormat, NoiseShape


class TrainingOnly(Layer):
    """Base class of layers that pass their input on in inference."""

    passes_values_on = True
    dtype: FloatPolicy = None
    seed: Seed = None

    output_dtype = dtype_rules.kept
    shape = shape_rules.same
    reach = reach_rules.pointwise

    def acts(self) -> bool:
        """Return whether it computes anything in training."""
        raise NotImplementedError

    def computes_on(self) -> tuple[str, ...]:
        """What acts in training multiplies by floats, or adds them."""
        return FLOAT_TYPES if self.acts() else self.takes

    def in_inference(self) -> Layer:
        """Return the inference behaviour: the input does not change."""
        return Identity.of({} if self.dtype is None else {"dtype": self.dtype})


class ActsIfTold(TrainingOnly):
    """Base class of layers that can act where a model is called, too."""

    in_call = ("training",)
    training: Flag = False
    """Whether it also acts in `model(x)`; Keras decides for `fit` and `predict`."""


RateBelowOne = Annotated[float, Ge(0), Lt(1), Expects("a number from 0 to below 1")]


@kind
class Dropout(ActsIfTold):
    """Sets a random fraction of the values to zero (Srivastava et al., 2014)."""

    hands_masks_on = True
    rate: UnitInterval
    """Fraction of the values to drop."""
    noise_shape: NoiseShape = None
    """Shape of the noise; along axes of size 1, values drop together."""

    shape = shape_rules.drop
    examples = (
        Example({"rate": 0.5}, (None, 26, 26, 8), (None, 26, 26, 8)),
        Example({"rate": 0.5, "noise_shape": [None, 1, 8]}, (None, None, 8), (None, None, 8)),
    )

    def acts(self) -> bool:
        """Return whether some values are dropped; TensorFlow makes zeros of all of them."""
        return 0 < self.rate < 1


@kind
class AlphaDropout(ActsIfTold):
    """Dropout that keeps mean and variance, for SELU (Klambauer et al., 2017, arXiv:1706.02515)."""

    hands_masks_on = True
    rate: RateBelowOne
    """Fraction of the values to drop."""
    noise_shape: NoiseShape = None
    """Shape of the noise; along axes of size 1, values drop together."""

    shape = shape_rules.drop
    examples = (
        Example({"rate": 0.5}, (None, 26, 26, 8), (None, 26, 26, 8)),
        Example({"rate": 0.5, "noise_shape": [None, 1, 8]}, (None, None, 8), (None, None, 8)),
    )

    def acts(self) -> bool:
        """Return whether it changes anything."""
        return self.rate > 0


@kind
class GaussianDropout(ActsIfTold):
    """Multiplies by Gaussian noise with mean 1 (Srivastava et al., 2014)."""

    hands_masks_on = True
    rate: RateBelowOne
    """Dropout rate of the same strength: the standard deviation is `sqrt(rate / (1 - rate))`."""
    examples = (Example({"rate": 0.5}, (None, 26, 26, 8), (None, 26, 26, 8)),)

    def acts(self) -> bool:
        """Return whether it changes anything."""
        return self.rate > 0


class SpatialDropout(ActsIfTold):
    """Base class of layers that drop whole feature maps (Tompson et al., 2014, arXiv:1411.4280)."""

    hands_masks_on = True
    absent = ("trainable", "activity_regularizer")
    rate: UnitInterval
    """Fraction of the feature maps to drop."""

    shape = shape_rules.same_images

    def acts(self) -> bool:
        """Return whether some values are dropped; TensorFlow makes zeros of all of them."""
        return 0 < self.rate < 1


@kind
class SpatialDropout1D(SpatialDropout):
    """Drops whole feature maps of sequences."""

    rank = 1
    examples = (Example({"rate": 0.5}, (None, None, 8), (None, None, 8)),)


@kind
class SpatialDropout2D(SpatialDropout):
    """Drops whole feature maps of images."""

    rank = 2
    data_format: DataFormat = None
    examples = (Example({"rate": 0.5}, (None, 26, None, 8), (None, 26, None, 8)),)


@kind
class SpatialDropout3D(SpatialDropout):
    """Drops whole feature maps of volumes."""

    rank = 3
    data_format: DataFormat = None
    examples = (Example({"rate": 0.5}, (None, 4, 26, None, 8), (None, 4, 26, None, 8)),)


@kind
class GaussianNoise(ActsIfTold):
    """Adds Gaussian noise with mean 0."""

    hands_masks_on = True
    stddev: UnitInterval
    """Standard deviation of the noise."""
    examples = (Example({"stddev": 0.1}, (None, 26, 26, 8), (None, 26, 26, 8)),)

    def acts(self) -> bool:
        """Return whether it changes anything."""
        return self.stddev > 0


@kind
class ActivityRegularization(Layer):
    """Adds a penalty on the size of its input to the loss, and returns the input unchanged."""

    hands_masks_on = True
    passes_values_on = True
    absent = ("activity_regularizer",)
    output_dtype = dtype_rules.kept
    l1: NonNegativeNumber = 0.0
    """Factor of the sum of absolute values."""
    l2: NonNegativeNumber = 0.0
    """Factor of the sum of squares."""

    shape = shape_rules.same
    reach = reach_rules.pointwise
    examples = (Example({"l1": 0.01}, (None, 26, None, 8), (None, 26, None, 8)),)

    def computes_on(self) -> tuple[str, ...]:
        """Return the types for which TensorFlow computes the penalty."""
        return PENALIZED_TYPES if self.l1 or self.l2 else self.takes
