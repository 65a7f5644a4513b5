"""Functions that convert values to another type, or replace them by fixed ones."""

from types import MappingProxyType
from typing import ClassVar

from cnnspec.declarations.fields import INT_TYPES, Dtype, Number
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS, WHOLE
from cnnspec.operations import dtypes
from cnnspec.operations.base import operation
from cnnspec.operations.elementwise import Elementwise
from cnnspec.operations.number_fields import NumberType, OptionalNumber, Single, Whole

_SHAPE = (None, 26, 26, 8)


class Conversion(Elementwise):
    """Base class of functions that convert values to a data type."""

    held_in = MappingProxyType({"dtype": "to"})  # that of layers has a default
    absent = ("trainable", "activity_regularizer")
    to: NumberType
    """The data type of the result."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"dtype": "float16"}, _SHAPE, _SHAPE),
        Example({"dtype": "int32"}, _SHAPE, _SHAPE),
    )

    def result_type(self, *types: str) -> str:
        """Return the type that the values are converted to."""
        return self.to


@operation
class Cast(Conversion):
    """Converts values to another data type."""


@operation
class SaturateCast(Conversion):
    """Converts values to another data type; those out of its range become the nearest in it."""

    takes = tuple(dtype for dtype in NUMBERS if dtype != "uint64")


class Filled(Elementwise):
    """Base class of functions that replace values by a fixed one."""

    absent = ("trainable", "activity_regularizer")
    dtype: Dtype = None
    """The data type of the result; null for that of the tensor."""

    result_type = dtypes.own
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, _SHAPE, _SHAPE),
        Example({"dtype": "int32"}, _SHAPE, _SHAPE),
    )


@operation
class ZerosLike(Filled):
    """Zeros in the shape of a tensor."""


@operation
class OnesLike(Filled):
    """Ones in the shape of a tensor."""


@operation
class FullLike(Filled):
    """One number in the shape of a tensor."""

    fill_value: Single
    """The number."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"fill_value": 0.5}, _SHAPE, _SHAPE),
        Example({"fill_value": 2, "dtype": "int32"}, _SHAPE, _SHAPE),
    )

    def result_type(self, *types: str) -> str:
        """The type that is told, else that of the tensor."""
        return dtypes.filled(self, dtypes.own(self, *types))

    def check_dtypes(self, *inputs: str) -> None:
        """Check that the number is in the data type of the result.

        Raises:
            Problem: it is not.

        """
        super().check_dtypes(*inputs)
        dtypes.check_fits(self.fill_value, self.result_type(*inputs), "fill_value")


@operation
class Clip(Elementwise):
    """Replaces values below `x_min` by it, and values above `x_max` by that."""

    x_min: Single
    """The smallest value of the result."""
    x_max: Single
    """The largest value of the result."""

    result_type = dtypes.counted
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x_min": 0, "x_max": 6}, _SHAPE, _SHAPE),
        Example({"x_min": -0.5, "x_max": 0.5}, _SHAPE, _SHAPE),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data type of the tensor.

        Raises:
            Problem: it cannot hold the bounds.

        """
        super().check_dtypes(*inputs)
        for name in ("x_min", "x_max"):
            check_bound(getattr(self, name), dtypes.counted(self, *inputs), name)


def check_bound(bound: float, dtype: str, argument: str) -> None:
    """Check that a number is in a data type, to which Keras converts it.

    Raises:
        Problem: it is not.

    """
    if dtype in INT_TYPES and isinstance(bound, float):
        message = f"'{argument}' must be a whole number for a tensor of {dtype}, not {bound}"
        raise Problem("wrong-dtype", message, argument)
    dtypes.check_fits(bound, dtype, argument)


@operation
class Round(Elementwise):
    """Rounds values to a number of decimals; halves go to the even neighbour."""

    decimals: Whole = 0
    """The number of decimals; below 0 to tens, hundreds and so on."""

    takes = WHOLE
    result_type = dtypes.kept


@operation
class NanToNum(Elementwise):
    """Replaces NaN and the infinite values."""

    nan: Number = 0.0
    """The number for NaN."""
    posinf: OptionalNumber = None
    """The number for infinity; null for the largest one of the data type."""
    neginf: OptionalNumber = None
    """The number for negative infinity; null for the smallest one of the data type."""

    result_type = dtypes.kept
