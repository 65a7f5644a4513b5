"""The inverse of the short-time Fourier transform."""

from typing import Annotated, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import Choice, Flag, OptionalPositiveInt, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.signals import FULL_FLOATS
from cnnspec.shapes import Shape, text

Window = Annotated[str | None, Choice("hann", "hamming", None)]


class ShortTime(Operation):
    """Base class of the short-time Fourier transform and its inverse."""

    sequence_length: PositiveInt
    """The length of a sequence."""
    sequence_stride: PositiveInt
    """The distance between sequences."""
    fft_length: PositiveInt
    """The length to which a sequence is filled up."""
    window: Window = "hann"
    """What a sequence is multiplied by; null for nothing."""
    center: Flag = True
    """Whether sequences are centered, by padding the signal."""

    def check_lengths(self) -> None:
        """Check that a sequence fits.

        Raises:
            Problem: it is longer than the transform.

        """
        if self.fft_length < self.sequence_length:
            message = f"'fft_length' of {self.kind()} must be at least 'sequence_length', {self.sequence_length}"
            raise Problem("conflicting-arguments", message, "fft_length")


@operation
class Istft(ShortTime):
    """The signal whose short-time Fourier transform is given."""

    recent = (
        Recent(
            "3.14.0",
            "length",
            "'length' of ops.istft",
            lambda call: call.length is not None,
        ),
    )

    merges = True
    min_inputs = 2
    max_inputs = 2
    length: OptionalPositiveInt = None
    """The length of the signal; null for what the sequences give."""

    takes = FULL_FLOATS
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"sequence_length": 8, "sequence_stride": 4, "fft_length": 8},
            [(None, 9, 5), (None, 9, 5)],
            (None, 32),
        ),
    )

    def result(self, real: Shape, imaginary: Shape) -> Shape:
        """Replace sequences and frequencies by the length."""
        self.check_lengths()
        shape = real
        rules.check_alike(self, real, imaginary)
        rules.check_rank(self, shape, 2)
        if shape[-1] != self.fft_length // 2 + 1:
            message = f"{self.kind()} needs {self.fft_length // 2 + 1} frequencies on the last axis of its input, not {text(shape)}"
            raise Problem("shape-mismatch", message, "fft_length")
        count = shape[-2]
        if count is None:
            return (*shape[:-2], self.length)
        whole = (count - 1) * self.sequence_stride + self.fft_length
        around = self.fft_length // 2 if self.center else 0
        length = self.length or whole - 2 * around
        if not 0 < length <= whole - around:
            message = (
                f"{self.kind()} has {whole - 2 * around} values in {text(shape)}, not {length}"
            )
            raise Problem("out-of-range", message, "length" if self.length else ())
        return (*shape[:-2], length)
