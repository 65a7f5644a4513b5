"""Weight initializers."""

from typing import Annotated

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.fields import (
    Choice,
    Flag,
    NonNegativeNumber,
    Number,
    OptionalAxes,
    PositiveNumber,
    Seed,
)
from cnnspec.objects.families import INITIALIZERS


@INITIALIZERS
class Zeros(Declaration):
    """All zeros."""

    aliases = ("zeros", "zero")


@INITIALIZERS
class Ones(Declaration):
    """All ones."""

    aliases = ("ones", "one")


@INITIALIZERS
class Constant(Declaration):
    """A constant value."""

    example = {"value": 0.1}
    aliases = ("constant",)
    value: Number = 0.0


@INITIALIZERS
class Identity(Declaration):
    """The identity matrix, multiplied by a gain; for two-dimensional weights."""

    example = {"gain": 0.5}
    aliases = ("identity", "IdentityInitializer")
    gain: Number = 1.0


@INITIALIZERS
class Orthogonal(Declaration):
    """A random orthogonal matrix (Saxe et al., 2014, arXiv:1312.6120)."""

    aliases = ("orthogonal", "OrthogonalInitializer")
    gain: Number = 1.0
    seed: Seed = None


@INITIALIZERS
class RandomNormal(Declaration):
    """Values from a normal distribution."""

    example = {"stddev": 0.01}
    aliases = ("random_normal", "normal")
    mean: Number = 0.0
    stddev: NonNegativeNumber = 0.05
    seed: Seed = None


@INITIALIZERS
class TruncatedNormal(Declaration):
    """Values from a truncated normal distribution, within two standard deviations."""

    example = {"stddev": 0.02}
    aliases = ("truncated_normal",)
    mean: Number = 0.0
    stddev: NonNegativeNumber = 0.05
    seed: Seed = None


@INITIALIZERS
class RandomUniform(Declaration):
    """Values from a uniform distribution."""

    example = {"minval": -0.1, "maxval": 0.1}
    aliases = ("random_uniform", "uniform")
    minval: Number = -0.05
    maxval: Number = 0.05
    seed: Seed = None


class Scaled(Declaration):
    """Base class of initializers whose scale depends on the number of connections of a unit."""

    seed: Seed = None
    input_axes: OptionalAxes = None
    output_axes: OptionalAxes = None


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
class STFT(Declaration):
    """The kernel of a short-time Fourier transform."""

    aliases = ("stft", "STFTInitializer")
    side: Annotated[str, Choice("real", "imag")] = "real"
    window: Annotated[str | None, Choice("hann", "hamming", None)] = "hann"
    scaling: Annotated[str | None, Choice("density", "spectrum", None)] = "density"
    periodic: Flag = False
