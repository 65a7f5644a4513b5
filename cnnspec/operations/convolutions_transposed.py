"""Transposed convolutions, and patches that are put together again."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import Counts, WholeNumbers
from cnnspec.shapes import Shape, text

Widths = Annotated[
    int | tuple[int, ...],
    WholeNumbers("a whole number of at least 0, or a list of two", minimum=0, single=True),
]


@operation
class Fold(Operation):
    """Adds up overlapping patches to images, with the channels on axis 1."""

    output_size: Counts
    """Height and width of the images."""
    kernel_size: Counts
    """Height and width of a patch."""
    dilation: Counts = 1
    """Distance between the values of a patch."""
    padding: Widths = 0
    """Number of rows and columns that are cut off at the edges."""
    stride: Counts = 1
    """Distance between patches."""

    takes = WHOLE
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"output_size": [4, 6], "kernel_size": 2, "stride": 2}, (None, 8, 6), (None, 2, 4, 6)
        ),
        Example({"output_size": 3, "kernel_size": 2, "padding": 1}, (None, 4, 16), (None, 1, 3, 3)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that lists have two values."""
        for name in self.arguments():
            value = self.checked(name)
            if isinstance(value, tuple) and len(value) != 2:
                message = f"'{name}' of {self.kind()} must be one number or two"
                yield Problem("wrong-type", message, name)

    def both(self, name: str) -> tuple[int, int]:
        """Return an argument for height and width."""
        value = self.checked(name)
        return (value, value) if isinstance(value, int) else value

    def result(self, shape: Shape) -> Shape:
        """Put patches together."""
        rules.check_rank(self, shape, 3, 3)
        kernel = self.both("kernel_size")
        values, count = shape[1:]
        area = kernel[0] * kernel[1]
        if values is None or values % area:
            message = f"{self.kind()} needs patches of {area} values for each channel on axis 1, not {text(shape)}"
            raise Problem("shape-mismatch", message, "kernel_size")
        facts = (self.both(name) for name in ("output_size", "dilation", "padding", "stride"))
        steps = [
            (size + 2 * pad - rate * (extent - 1) - 1) // step + 1
            for extent, size, rate, pad, step in zip(kernel, *facts, strict=True)
        ]
        if min(steps) < 1 or count not in (None, steps[0] * steps[1]):
            message = f"{self.kind()} needs {max(steps[0], 0)} x {max(steps[1], 0)} patches on axis 2, not {text(shape)}"
            raise Problem("shape-mismatch", message, "output_size")
        return (shape[0], values // area, *self.both("output_size"))
