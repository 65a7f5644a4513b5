"""Layers that act only in training."""

from typing import Annotated, Any

from cnnspec.declarations import Checked, Declaration, Problem
from cnnspec.fields import Seed, UnitInterval
from cnnspec.layers import shape_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.core import Identity
from cnnspec.layers.fields import DataFormat


class TrainingOnly(Layer):
    """What passes its input on in inference."""

    seed: Seed = None

    shape = shape_rules.same

    def in_inference(self) -> Layer:
        """Nothing happens to the input."""
        return Identity.of({} if self.dtype is None else {"dtype": self.dtype})


def _noise_shape(value: Any, _: type[Declaration]) -> tuple[int | None, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    for position, item in enumerate(value):
        if isinstance(item, bool) or not isinstance(item, int | None):
            raise Problem("wrong-type", "", (position,))
        if item is not None and item < 1:
            raise Problem("out-of-range", "", (position,))
    return tuple(value)


NoiseShape = Annotated[
    tuple[int | None, ...] | None, Checked("a list of sizes and nulls, or null", check=_noise_shape)
]


@kind
class Dropout(TrainingOnly):
    """Sets a share of the values to zero (Srivastava et al., 2014)."""

    rate: UnitInterval
    """Share of the values that is dropped."""
    noise_shape: NoiseShape = None
    """Axes of size 1 drop together."""
    examples = (Example({"rate": 0.5}, (None, 26, 26, 8), (None, 26, 26, 8)),)


@kind
class SpatialDropout2D(TrainingOnly):
    """Drops whole feature maps (Tompson et al., 2014, arXiv:1411.4280)."""

    rank = 2
    absent = ("trainable", "activity_regularizer")
    rate: UnitInterval
    """Share of the feature maps that is dropped."""
    data_format: DataFormat = None

    shape = shape_rules.same_images
    examples = (Example({"rate": 0.5}, (None, 26, None, 8), (None, 26, None, 8)),)


@kind
class GaussianNoise(TrainingOnly):
    """Adds normally distributed noise with the mean 0."""

    stddev: UnitInterval
    """Standard deviation of the noise."""
    examples = (Example({"stddev": 0.1}, (None, 26, 26, 8), (None, 26, 26, 8)),)
