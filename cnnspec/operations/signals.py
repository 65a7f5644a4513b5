"""Fourier transforms, and sequences of windows."""

from typing import ClassVar

from cnnspec.declarations.fields import OptionalPositiveInt, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example, known
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Shape, text

FULL_FLOATS = ("float32", "float64")
_PAIR = ((None, 16, 8), (None, 16, 8))


@operation
class ExtractSequences(Operation):
    """Windows along the last axis, which become a new axis in front of it."""

    sequence_length: PositiveInt
    """The length of a window."""
    sequence_stride: PositiveInt
    """The distance between windows."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"sequence_length": 4, "sequence_stride": 2}, (None, 16), (None, 7, 4)),
    )

    def result(self, shape: Shape) -> Shape:
        """The shape with the windows; only whole ones count."""
        rules.check_rank(self, shape, 1)
        size = shape[-1]
        if size is not None and size < self.sequence_length:
            message = (
                f"{self.kind()} finds no window of {self.sequence_length} values in {text(shape)}"
            )
            raise Problem("out-of-range", message, "sequence_length")
        count = None if size is None else 1 + (size - self.sequence_length) // self.sequence_stride
        return (*shape[:-1], count, self.sequence_length)


class Complex(Operation):
    """Base class of functions of complex numbers: a tensor of real parts, one of imaginary parts."""

    merges = True
    min_inputs = 2
    max_inputs = 2
    axes: ClassVar[int] = 1
    """How many of the last axes are transformed."""

    takes = FULL_FLOATS
    result_type = dtypes.kept

    def one(self, *shapes: Shape) -> Shape:
        """Return the shape of both tensors."""
        if not rules.match(*shapes):
            message = f"the real and the imaginary parts of {self.kind()} must have one shape, not {text(shapes[0])} and {text(shapes[1])}"
            raise Problem("shape-mismatch", message)
        rules.check_rank(self, shapes[0], self.axes)
        return tuple(a if b is None else b for a, b in zip(*shapes, strict=True))

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: they differ, or the function does not compute on them.

        """
        super().check_dtypes(*inputs)
        if len(set(inputs)) > 1:
            message = f"{self.kind()} takes parts of one data type, not {' and '.join(inputs)}"
            raise Problem("wrong-dtype", message)


class ToComplex(Operation):
    """Base class of functions that return real parts (`name/0`) and imaginary parts (`name/1`)."""

    takes = FULL_FLOATS

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the results."""
        return ("0", "1")

    def output_dtype(self, *inputs: str) -> list[str]:
        """Both have the data type of the tensor."""
        return [inputs[0]] * 2


class Transform(Complex, ToComplex):
    """Base class of transforms of complex numbers."""

    examples: ClassVar[tuple[Example, ...]] = (Example({}, list(_PAIR), list(_PAIR)),)

    def result(self, *shapes: Shape) -> list[Shape]:
        """The shape of the input, twice."""
        shape = self.one(*shapes)
        for axis in range(-self.axes, 0):
            known(shape[axis], axis, shape, self)
        return [shape] * 2


@operation
class Fft(Transform):
    """The Fourier transform along the last axis."""


@operation
class Fft2(Transform):
    """The Fourier transform along the last two axes."""

    axes = 2


@operation
class Ifft2(Transform):
    """The inverse Fourier transform along the last two axes."""

    axes = 2


@operation
class Rfft(ToComplex):
    """The Fourier transform of real numbers along the last axis."""

    fft_length: OptionalPositiveInt = None
    """To how many values the axis is padded or cut; null for its size."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 16), [(None, 9), (None, 9)]),
        Example({"fft_length": 8}, (None, 16), [(None, 5), (None, 5)]),
    )

    def result(self, shape: Shape) -> list[Shape]:
        """The shape with the frequencies, twice."""
        rules.check_rank(self, shape, 1)
        size = self.fft_length or shape[-1]
        return [(*shape[:-1], None if size is None else size // 2 + 1)] * 2


@operation
class Irfft(Complex):
    """The inverse Fourier transform along the last axis, to real numbers."""

    fft_length: OptionalPositiveInt = None
    """The number of values of the result; null for twice the frequencies but one."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 9), (None, 9)], (None, 16)),
        Example({"fft_length": 17}, [(None, 9), (None, 9)], (None, 17)),
    )

    def result(self, *shapes: Shape) -> Shape:
        """The shape with the values."""
        shape = self.one(*shapes)
        size = shape[-1]
        if size and self.fft_length and self.fft_length // 2 + 1 != size:
            message = f"{self.kind()} cannot be trained on {size} frequencies for {self.fft_length} values, which have {self.fft_length // 2 + 1}"
            raise Problem("out-of-range", message, "fft_length")
        return (*shape[:-1], self.fft_length or (None if size is None else 2 * (size - 1)))
