"""Constraints on weights, applied after every update."""

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.fields import Axes, NonNegativeNumber, UnitInterval
from cnnspec.objects.families import CONSTRAINTS


@CONSTRAINTS
class MaxNorm(Declaration):
    """Limits the norm along `axis` to `max_value`."""

    example = {"max_value": 3}
    aliases = ("max_norm",)
    max_value: NonNegativeNumber = 2
    axis: Axes = 0


@CONSTRAINTS
class MinMaxNorm(Declaration):
    """Keeps the norm along `axis` between two values."""

    example = {"min_value": 0.5, "max_value": 2}
    aliases = ("min_max_norm",)
    min_value: NonNegativeNumber = 0.0
    max_value: NonNegativeNumber = 1.0
    rate: UnitInterval = 1.0
    axis: Axes = 0


@CONSTRAINTS
class NonNeg(Declaration):
    """Keeps weights non-negative."""

    aliases = ("non_neg",)


@CONSTRAINTS
class UnitNorm(Declaration):
    """Keeps the norm along `axis` at 1."""

    aliases = ("unit_norm",)
    axis: Axes = 0
