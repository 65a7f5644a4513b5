"""What weights are held to after every update."""

from cnnspec.declarations import Declaration
from cnnspec.fields import Axes, NonNegativeNumber, UnitInterval
from cnnspec.objects import CONSTRAINTS


@CONSTRAINTS
class MaxNorm(Declaration):
    """The norm along `axis` stays at or below `max_value`."""

    aliases = ("max_norm",)
    max_value: NonNegativeNumber = 2
    axis: Axes = 0


@CONSTRAINTS
class MinMaxNorm(Declaration):
    """The norm along `axis` stays between two values."""

    aliases = ("min_max_norm",)
    min_value: NonNegativeNumber = 0.0
    max_value: NonNegativeNumber = 1.0
    rate: UnitInterval = 1.0
    axis: Axes = 0


@CONSTRAINTS
class NonNeg(Declaration):
    """No weight falls below zero."""

    aliases = ("non_neg",)


@CONSTRAINTS
class UnitNorm(Declaration):
    """The norm along `axis` is one."""

    aliases = ("unit_norm",)
    axis: Axes = 0
