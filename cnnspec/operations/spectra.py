"""Fourier transforms of windows."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from cnnspec.declarations.fields import Choice, Flag, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import rules
from cnnspec.operations.base import operation
from cnnspec.operations.signals import ToComplex
from cnnspec.shapes import Shape, text


@operation
class Stft(ToComplex):
    """The Fourier transforms of windows along the last axis."""

    sequence_length: PositiveInt
    """The length of a window."""
    sequence_stride: PositiveInt
    """The distance between windows."""
    fft_length: PositiveInt
    """To how many values a window is padded."""
    window: Annotated[str | None, Choice("hann", "hamming", None)] = "hann"
    """By what the values of a window are multiplied; null for nothing."""
    center: Flag = True
    """Whether the axis is padded by reflection, so that each window is centred on its position."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"sequence_length": 4, "sequence_stride": 2, "fft_length": 4},
            (None, 16),
            [(None, 9, 3), (None, 9, 3)],
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Yield a problem with the lengths."""
        if self.fft_length < self.sequence_length:
            message = "'fft_length' must be at least 'sequence_length'"
            yield Problem("conflicting-arguments", message, "fft_length")

    def result(self, shape: Shape) -> list[Shape]:
        """The shape with the windows and their frequencies, twice."""
        rules.check_rank(self, shape, 1)
        size, half = shape[-1], self.fft_length // 2
        count = None
        if size is not None:
            padded = size + 2 * half if self.center else size
            if padded < self.fft_length or (self.center and size <= half):
                message = (
                    f"{self.kind()} finds no window of {self.fft_length} values in {text(shape)}"
                )
                raise Problem("out-of-range", message, "fft_length")
            count = 1 + (padded - self.fft_length) // self.sequence_stride
        return [(*shape[:-1], count, half + 1)] * 2
