"""Shapes with unknown sizes, and the arithmetic over them."""

import math
from collections.abc import Sequence

from cnnspec.records import Record

Dim = int | None
"""A size, or None where it is legally unknown until data comes."""
Shape = tuple[Dim, ...]
"""Sizes of every axis, the batch axis first."""


class _Unknown(tuple[Dim, ...]):
    """The shape of which not even the number of axes is known."""

    __slots__ = ()


UNKNOWN: Shape = _Unknown()
"""What comes out of code that cnnspec does not run; compare with `is`."""


class TensorSpec(Record):
    """What is known of a tensor before there is one."""

    shape: Shape
    dtype: str = "float32"


def product(sizes: Sequence[Dim]) -> Dim:
    """The product of sizes; unknown if any is unknown, unless another is zero."""
    known = math.prod(size for size in sizes if size is not None)
    return known if None not in sizes or known == 0 else None


def text(shape: Sequence[Dim]) -> str:
    """A shape as Keras prints it."""
    if shape is UNKNOWN:
        return "unknown"
    inner = ", ".join(str(size) for size in shape)
    return f"({inner},)" if len(shape) == 1 else f"({inner})"
