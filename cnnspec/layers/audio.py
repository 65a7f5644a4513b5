"""Layers that compute spectrograms of sound."""

import math
from collections.abc import Iterator
from typing import Annotated, Any

from cnnspec.counts import counted
from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import (
    Choice,
    Flag,
    FloatPolicy,
    NonNegativeNumber,
    Number,
    PositiveInt,
    PositiveNumber,
    bounded,
    positive_or,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules
from cnnspec.layers.base import Example, Layer, Weight, kind, known
from cnnspec.layers.fields import DataFormat, PoolingPadding
from cnnspec.layers.shape_rules import channels_first, images, windows
from cnnspec.shapes import Shape, text

NAMED_WINDOWS = ("hann", "hamming")


def _window(value: Any, _: type[Declaration]) -> str | list[float] | None:
    if value is None or (isinstance(value, str) and value in NAMED_WINDOWS):
        return value
    if isinstance(value, str):
        raise Problem("unknown-value", "")
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    return [bounded(item, -math.inf, at=(place,)) for place, item in enumerate(value)]


Window = Annotated[
    str | list[float] | None,
    Checked("'hann', 'hamming', a list of numbers, or null", check=_window),
]
"""Window function that each frame is multiplied by."""


def check_window(layer: Layer, length: int) -> Iterator[Problem]:
    """Check that a window has one number per sample of a frame."""
    window = layer.checked("window")
    if isinstance(window, list) and len(window) != length:
        message = f"'window' of {layer.kind()} has {counted(len(window), 'number')}, but frames have {length} samples"
        yield Problem("conflicting-arguments", message, "window")


def mel_frames(layer: "MelSpectrogram", shape: Shape) -> Shape:
    """Shape rule: one column per stride. Keras declares one too many after an incomplete stride."""
    if len(shape) != 2:
        message = f"MelSpectrogram takes an input with 2 axes (batch, samples), not {text(shape)}"
        raise Problem("wrong-rank", message)
    batch, samples = shape
    if samples is None:
        return (batch, layer.num_mel_bins, None)
    padding = layer.fft_length // 2
    if samples <= padding:
        message = f"MelSpectrogram needs more than {padding} samples, but its input has {samples}"
        raise Problem("kernel-too-large", message, "fft_length")
    announced = (samples + layer.sequence_stride + 1) // layer.sequence_stride
    frames = (samples + 2 * padding - layer.fft_length) // layer.sequence_stride + 1
    if announced != frames:
        message = f"Keras declares {announced} columns for {samples} samples, but MelSpectrogram computes {frames}; use one sample more or less"
        raise Problem("shape-mismatch", message, "sequence_stride")
    return (batch, layer.num_mel_bins, frames)


WindowLength = Annotated[PositiveInt | None, positive_or(lambda call: call.fft_length)]
FrameStep = Annotated[PositiveInt | None, positive_or(lambda call: call.frame_length // 2)]
TransformLength = Annotated[
    PositiveInt | None, positive_or(lambda call: 2 ** math.ceil(math.log2(call.frame_length)))
]


@kind
class MelSpectrogram(Layer):
    """Mel spectrogram: loudness over time and pitch (Stevens et al., 1937)."""

    fft_length: PositiveInt = 2048
    """Number of samples of each Fourier transform."""
    sequence_stride: PositiveInt = 512
    """Number of samples between columns."""
    sequence_length: WindowLength = None
    """Length of the window; null means `fft_length`."""
    window: Window = "hann"
    sampling_rate: PositiveInt = 16000
    """Samples per second."""
    num_mel_bins: PositiveInt = 128
    """Number of mel bands."""
    min_freq: NonNegativeNumber = 20.0
    """Lowest frequency, in hertz."""
    max_freq: Annotated[
        float | None,
        Checked(
            "a number above 0, or null",
            check=lambda value, _: _above_0(value),
            null=lambda call: call.sampling_rate // 2,
        ),
    ] = None
    """Highest frequency, in hertz; null means half the sampling rate."""
    power_to_db: Flag = True
    """Whether to convert power to decibels."""
    top_db: NonNegativeNumber = 80.0
    """Decibels below the maximum at which values are cut off."""
    mag_exp: Number = 2.0
    """1 for magnitude, 2 for power."""
    min_power: PositiveNumber = 1e-10
    """Lower bound of the power, before conversion to decibels."""
    ref_power: Number = 1.0
    """The power that corresponds to 0 decibels."""

    shape = mel_frames
    examples = (
        Example({}, (None, 16000), (None, 128, 32)),
        Example(
            {"fft_length": 400, "sequence_stride": 160, "num_mel_bins": 40},
            (None, None),
            (None, 40, None),
        ),
        Example(
            {"fft_length": 512, "sequence_length": 400, "window": None, "power_to_db": False},
            (None, 4000),
            (None, 128, 8),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that the window fits the transform, and that the frequency range is not empty."""
        yield from super().conflicts()
        length = self.meant("sequence_length")
        if length > self.fft_length:
            message = f"'sequence_length' of MelSpectrogram is {length}, but 'fft_length' is only {self.fft_length}"
            yield Problem("conflicting-arguments", message, "sequence_length")
        yield from check_window(self, length)
        highest = self.meant("max_freq")
        if self.min_freq >= highest:
            message = f"'min_freq' of MelSpectrogram must be below the highest frequency, {highest}"
            yield Problem("conflicting-arguments", message, "min_freq")

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data type: decibels are computed in float32 only."""
        super().check_dtypes(*inputs)
        if self.power_to_db and self.dtype == "float64":
            message = "MelSpectrogram cannot work in float64 with 'power_to_db'"
            raise Problem("wrong-dtype", message, "dtype")
        if self.dtype in ("bool", "string"):
            raise Problem("wrong-dtype", f"MelSpectrogram cannot output {self.dtype}", "dtype")


def _above_0(value: Any) -> float | None:
    if value is not None and bounded(value, 0) == 0:
        raise Problem("out-of-range", "")
    return value  # type: ignore[no-any-return]


def transformed(layer: "STFTSpectrogram", shape: Shape) -> Shape:
    """Shape rule: one row per frame step, with the frequencies of every channel."""
    (samples,), channels = images(layer, shape)
    axis = 1 if channels_first(layer) else 2
    count = known(channels, axis, shape, layer)
    steps = windows(samples, layer.frame_length, layer.step(), layer.padding)
    if steps is not None and steps <= 0:
        message = f"STFTSpectrogram takes frames of {layer.frame_length} samples, but its input has only {samples}"
        raise Problem("kernel-too-large", message, "frame_length")
    frequencies = layer.frequencies() * (2 if layer.mode == "stft" else 1)
    if layer.expand_dims:
        last: Shape = (count, steps, frequencies) if axis == 1 else (steps, frequencies, count)
    else:
        last = (count * frequencies, steps) if axis == 1 else (steps, count * frequencies)
    return (shape[0], *last)


def fourier_kernels(layer: "STFTSpectrogram", shape: Shape) -> tuple[Weight, ...]:
    """Weight rule: the waves that frames are convolved with. Keras makes them trainable."""
    size = (layer.frame_length, 1, layer.frequencies())
    return (
        *((Weight("real_kernel", size),) if layer.mode != "imag" else ()),
        *((Weight("imag_kernel", size),) if layer.mode != "real" else ()),
    )


@kind
class STFTSpectrogram(Layer):
    """Spectrogram by short-time Fourier transform, computed as a convolution with waves.

    The named windows come from SciPy, which must be installed for them.
    """

    rank = 1
    takes = ("float16", "float32", "float64")
    dtype: FloatPolicy = None
    mode: Annotated[str, Choice("log", "magnitude", "psd", "real", "imag", "angle", "stft")] = "log"
    """What to compute per frequency: the logarithm of the magnitude, the magnitude, the power, the real
    or the imaginary part, the angle, or both parts."""
    frame_length: PositiveInt = 256
    """Number of samples of each frame."""
    frame_step: FrameStep = None
    """Number of samples between frames; null means half a frame."""
    fft_length: TransformLength = None
    """Length of the transform; null means the smallest power of two that holds a frame."""
    window: Window = "hann"
    periodic: Flag = False
    """Whether the window is periodic rather than symmetric."""
    scaling: Annotated[str | None, Choice("density", "spectrum", None)] = "density"
    """Divisor of the result: the power of the window, its sum, or none."""
    padding: PoolingPadding = "valid"
    """`valid` adds nothing; `same` adds zeros at both ends."""
    expand_dims: Flag = False
    """Whether to put the channels on a separate axis, as in images."""
    data_format: DataFormat = None
    """Position of the channels: `channels_last` (the default) or `channels_first`."""

    shape = transformed
    weights = fourier_kernels
    macs = cost_rules.waves
    examples = (
        Example({"window": None}, (None, 1600, 2), (None, 11, 258)),
        Example(
            {"window": None, "frame_length": 100, "padding": "same", "expand_dims": True},
            (None, None, 1),
            (None, None, 65, 1),
        ),
        Example(
            {"window": None, "frame_length": 64, "mode": "stft", "data_format": "channels_first"},
            (None, 2, 640),
            (None, 132, 19),
        ),
        Example(
            {"window": [1, 2, 2, 1], "frame_length": 4, "fft_length": 8, "mode": "imag"},
            (None, 20, 1),
            (None, 9, 5),
        ),
    )

    def step(self) -> int:
        """The number of samples between frames."""
        return int(self.meant("frame_step"))

    def frequencies(self) -> int:
        """The number of frequencies."""
        return int(self.meant("fft_length")) // 2 + 1

    def conflicts(self) -> Iterator[Problem]:
        """Check that a frame fits the transform, and that frames leave no gaps."""
        yield from super().conflicts()
        length = self.frame_length
        if self.step() > length or self.step() == 0:
            message = f"'frame_step' of STFTSpectrogram must be from 1 to 'frame_length', {length}"
            yield Problem("conflicting-arguments", message, "frame_step")
        if self.fft_length is not None and self.fft_length < length:
            message = f"'fft_length' of STFTSpectrogram must be at least 'frame_length', {length}"
            yield Problem("conflicting-arguments", message, "fft_length")
        yield from check_window(self, length)
