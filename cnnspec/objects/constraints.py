"""Constraints on weights, applied after every update."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnspec.declarations.fields import Axes, NonNegativeNumber, UnitInterval, listed
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import CONSTRAINTS
from cnnspec.objects.of_values import OfValues, counted

CONSTRAINTS.base = OfValues


class OfNorm(OfValues):
    """Base class of constraints on a norm, which adds up squares along `axis`.

    Each declares the argument itself, where Keras has it among the positions.
    """

    if TYPE_CHECKING:
        axis: Axes

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check that there is each axis, and that it is named once.

        Raises:
            Problem: an axis does not exist, or is named twice.

        """
        axes = listed(self.axis)
        for axis in axes:
            if not -len(shape) <= axis < len(shape):
                message = (
                    f"{self.kind()} works on axis {axis}, but the {what} has {counted(len(shape))}"
                )
                raise Problem("out-of-range", message, "axis")
        if len({axis % len(shape) for axis in axes}) < len(axes):
            message = f"{self.kind()} names an axis of the {what} twice"
            raise Problem("conflicting-arguments", message, "axis")


@CONSTRAINTS
class MaxNorm(OfNorm):
    """Limits the norm along `axis` to `max_value`."""

    example = {"max_value": 3}
    aliases = ("max_norm",)
    max_value: NonNegativeNumber = 2
    axis: Axes = 0


@CONSTRAINTS
class MinMaxNorm(OfNorm):
    """Keeps the norm along `axis` between two values."""

    example = {"min_value": 0.5, "max_value": 2}
    aliases = ("min_max_norm",)
    min_value: NonNegativeNumber = 0.0
    max_value: NonNegativeNumber = 1.0
    rate: UnitInterval = 1.0
    axis: Axes = 0


@CONSTRAINTS
class NonNeg(OfValues):
    """Keeps weights non-negative."""

    aliases = ("non_neg",)


@CONSTRAINTS
class UnitNorm(OfNorm):
    """Keeps the norm along `axis` at 1."""

    aliases = ("unit_norm",)
    axis: Axes = 0
