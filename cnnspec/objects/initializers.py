"""Weight initializers."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from cnnspec.declarations.fields import (
    Choice,
    Flag,
    NonNegativeNumber,
    Number,
    OptionalListOfAxes,
    PositiveNumber,
    Seed,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import INITIALIZERS
from cnnspec.objects.of_values import OfValues, counted


class Initializer(OfValues):
    """Base class of initializers."""

    axes: ClassVar[tuple[int, int | None]] = (0, None)
    """The least and the largest number of axes of the weights that it makes; None for any."""
    makes_bfloat16: ClassVar[bool] = True
    """Whether TensorFlow can make its values in bfloat16."""

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check the number of axes of a weight, and its data type.

        Raises:
            Problem: it cannot make such a weight.

        """
        (least, most), count = self.axes, len(shape)
        if count < least or (most is not None and count > most):
            message = f"{self.kind()} cannot make the {what}, which has {counted(count)}"
            raise Problem("shape-mismatch", message)
        if dtype == "bfloat16" and not self.makes_bfloat16:
            message = f"{self.kind()} cannot make the {what} in bfloat16; a mixed_bfloat16 layer has float32 weights"
            raise Problem("wrong-dtype", message)


INITIALIZERS.base = Initializer


@INITIALIZERS
class Zeros(Initializer):
    """All zeros."""

    aliases = ("zeros", "zero")


@INITIALIZERS
class Ones(Initializer):
    """All ones."""

    aliases = ("ones", "one")


@INITIALIZERS
class Constant(Initializer):
    """A constant value."""

    example = {"value": 0.1}
    aliases = ("constant",)
    value: Number = 0.0


@INITIALIZERS
class Identity(Initializer):
    """The identity matrix, multiplied by a gain; for two-dimensional weights."""

    example = {"gain": 0.5}
    aliases = ("identity", "IdentityInitializer")
    axes = (2, 2)
    gain: Number = 1.0


@INITIALIZERS
class Orthogonal(Initializer):
    """A random orthogonal matrix (Saxe et al., 2014, arXiv:1312.6120)."""

    aliases = ("orthogonal", "OrthogonalInitializer")
    axes = (2, None)
    makes_bfloat16 = False
    gain: Number = 1.0
    seed: Seed = None


@INITIALIZERS
class RandomNormal(Initializer):
    """Values from a normal distribution."""

    example = {"stddev": 0.01}
    aliases = ("random_normal", "normal")
    mean: Number = 0.0
    stddev: NonNegativeNumber = 0.05
    seed: Seed = None


@INITIALIZERS
class TruncatedNormal(Initializer):
    """Values from a truncated normal distribution, within two standard deviations."""

    example = {"stddev": 0.02}
    aliases = ("truncated_normal",)
    mean: Number = 0.0
    stddev: NonNegativeNumber = 0.05
    seed: Seed = None


@INITIALIZERS
class RandomUniform(Initializer):
    """Values from a uniform distribution."""

    example = {"minval": -0.1, "maxval": 0.1}
    aliases = ("random_uniform", "uniform")
    minval: Number = -0.05
    maxval: Number = 0.05
    seed: Seed = None


class Scaled(Initializer):
    """Base class of initializers whose scale depends on the number of connections of a unit."""

    seed: Seed = None
    input_axes: OptionalListOfAxes = None
    """The axes of inputs; null for the last but one, and the axes before it."""
    output_axes: OptionalListOfAxes = None
    """The axes of outputs; null for the last one, and all axes before the last but one."""

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check that the weight has the axes, and that both lists are given: Keras ignores a single one.

        Raises:
            Problem: it has not, or a list is missing.

        """
        super().check(shape, dtype, what)
        for name, other in (("input_axes", "output_axes"), ("output_axes", "input_axes")):
            if self.checked(name) is not None and self.checked(other) is None:
                message = f"{self.kind()} uses '{name}' only together with '{other}'"
                raise Problem("conflicting-arguments", message, name)
        for name in ("input_axes", "output_axes"):
            for position, axis in enumerate(self.checked(name) or ()):
                if not -len(shape) <= axis < len(shape):
                    message = (
                        f"{self.kind()} names axis {axis}, but the {what} has {counted(len(shape))}"
                    )
                    raise Problem("out-of-range", message, (name, position))


@INITIALIZERS
class VarianceScaling(Scaled):
    """Random values with variance `scale / n`, where n depends on the mode."""

    example = {"scale": 2, "mode": "fan_out"}
    aliases = ("variance_scaling",)
    scale: PositiveNumber = 1.0
    mode: Annotated[str, Choice("fan_in", "fan_out", "fan_avg")] = "fan_in"
    distribution: Annotated[str, Choice("truncated_normal", "untruncated_normal", "uniform")] = (
        "truncated_normal"
    )


@INITIALIZERS
class GlorotUniform(Scaled):
    """Uniform within sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010)."""

    aliases = ("glorot_uniform",)


@INITIALIZERS
class GlorotNormal(Scaled):
    """Truncated normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010)."""

    aliases = ("glorot_normal",)


@INITIALIZERS
class HeUniform(Scaled):
    """Uniform within sqrt(6 / fan_in) (He et al., 2015, arXiv:1502.01852)."""

    aliases = ("he_uniform",)


@INITIALIZERS
class HeNormal(Scaled):
    """Truncated normal with variance 2 / fan_in (He et al., 2015, arXiv:1502.01852)."""

    aliases = ("he_normal",)


@INITIALIZERS
class LecunUniform(Scaled):
    """Uniform within sqrt(3 / fan_in) (LeCun et al., 1998)."""

    aliases = ("lecun_uniform",)


@INITIALIZERS
class LecunNormal(Scaled):
    """Truncated normal with variance 1 / fan_in (LeCun et al., 1998)."""

    aliases = ("lecun_normal",)


@INITIALIZERS
class STFT(Initializer):
    """The kernel of a short-time Fourier transform."""

    aliases = ("stft", "STFTInitializer")
    axes = (3, 3)
    side: Annotated[str, Choice("real", "imag")] = "real"
    window: Annotated[str | None, Choice("hann", "hamming", None)] = "hann"
    scaling: Annotated[str | None, Choice("density", "spectrum", None)] = "density"
    periodic: Flag = False

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check the axes of a weight, and its data type.

        Raises:
            Problem: it cannot make such a weight; Keras makes one of another shape without a word.

        """
        super().check(shape, dtype, what)
        if shape[1] not in (1, None):
            message = f"{self.kind()} makes weights of one input channel, but the {what} has size {shape[1]} along its second axis"
            raise Problem("shape-mismatch", message)
