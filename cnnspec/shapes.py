"""Shapes with unknown sizes, and their arithmetic."""

import math
from collections.abc import Sequence

from cnnspec.records import Record

Dim = int | None
"""A size, or None if it is unknown until there is data."""
Shape = tuple[Dim, ...]
"""The sizes of all axes, the batch axis first."""

MAX_SIZE = 2**63 - 1
"""The limit of sizes, which are 64-bit numbers in Keras's backends."""

BATCH = 1_000_003
"""A size of batches for which shapes are inferred again: where it returns, there is the batch axis."""


class _Unknown(tuple[Dim, ...]):
    """The type of a shape with an unknown number of axes."""

    __slots__ = ()


UNKNOWN: Shape = _Unknown()
"""The shape of the output of code that cnnspec does not run; compare with `is`."""


class TensorSpec(Record):
    """What is known about a tensor statically."""

    shape: Shape
    dtype: str = "float32"


def product(sizes: Sequence[Dim]) -> Dim:
    """Return the product of sizes; None if one is unknown, unless another one is zero."""
    known = math.prod(size for size in sizes if size is not None)
    return known if None not in sizes or known == 0 else None


def text(shape: Sequence[Dim]) -> str:
    """Format a shape as Keras does."""
    if shape is UNKNOWN:
        return "unknown"
    inner = ", ".join(str(size) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
