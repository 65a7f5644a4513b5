"""How the learning rate changes with the steps of training."""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Ge

from cnnspec.declarations import Declaration, Expects, Problem
from cnnspec.fields import (
    Flag,
    NonNegativeNumber,
    Numbers,
    OptionalNonNegativeNumber,
    PositiveNumber,
    ScopeName,
    UnitInterval,
)
from cnnspec.objects import SCHEDULES

Name = Annotated[str, ScopeName()]
Boundaries = Annotated[
    list[int], Numbers("a list of whole numbers of at least 0", minimum=0, whole=True)
]
Rates = Annotated[list[float], Numbers("a list of numbers of at least 0", minimum=0)]
Growth = Annotated[float, Ge(1), Expects("a number of at least 1")]


class Decaying(Declaration):
    """What falls from a first learning rate."""

    initial_learning_rate: NonNegativeNumber
    """The learning rate of the first step."""


class Stepped(Decaying):
    """What falls by a rate, once in a number of steps."""

    decay_steps: PositiveNumber
    """The number of steps in which `decay_rate` takes effect once."""
    decay_rate: NonNegativeNumber
    staircase: Flag = False
    """Whether the rate stays the same between two multiples of `decay_steps`."""


@SCHEDULES
class ExponentialDecay(Stepped):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`."""

    name: Name = "ExponentialDecay"


@SCHEDULES
class InverseTimeDecay(Stepped):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`."""

    name: Name = "InverseTimeDecay"


@SCHEDULES
class PolynomialDecay(Decaying):
    """From the first learning rate to the last along `(1 - step / decay_steps) ** power`."""

    decay_steps: PositiveNumber
    """The number of steps until the last learning rate is reached."""
    end_learning_rate: NonNegativeNumber = 0.0001
    power: NonNegativeNumber = 1.0
    cycle: Flag = False
    """Whether it goes on beyond `decay_steps`, from ever lower rates."""
    name: Name = "PolynomialDecay"


@SCHEDULES
class CosineDecay(Decaying):
    """Half a cosine wave, after an optional linear warmup (Loshchilov and Hutter, 2016)."""

    decay_steps: PositiveNumber
    """The number of steps of the half wave."""
    alpha: UnitInterval = 0.0
    """The last learning rate, as a fraction of that at the start of the wave."""
    warmup_target: OptionalNonNegativeNumber = None
    """The learning rate that the warmup leads to; null is no warmup."""
    warmup_steps: NonNegativeNumber = 0
    name: Name = "CosineDecay"


@SCHEDULES
class CosineDecayRestarts(Decaying):
    """Half a cosine wave, again and again (Loshchilov and Hutter, 2016, arXiv:1608.03983)."""

    first_decay_steps: PositiveNumber
    """The number of steps of the first wave."""
    t_mul: Growth = 2.0
    """How many times longer a wave is than the one before."""
    m_mul: NonNegativeNumber = 1.0
    """How many times higher a wave starts than the one before."""
    alpha: UnitInterval = 0.0
    """The lowest learning rate, as a fraction of the first."""
    name: Name = "SGDRDecay"


@SCHEDULES
class PiecewiseConstantDecay(Declaration):
    """One learning rate after another."""

    boundaries: Boundaries
    """The last step of every learning rate but the final one."""
    values: Rates
    """The learning rates, one more than there are boundaries."""
    name: Name = "PiecewiseConstant"

    def conflicts(self) -> Iterator[Problem]:
        """Boundaries rise, and part the values."""
        for position, (before, after) in enumerate(
            zip(self.boundaries, self.boundaries[1:], strict=False), start=1
        ):
            if after <= before:
                message = f"'boundaries' of {self.kind()} must rise: {after} follows {before}"
                yield Problem("out-of-range", message, ("boundaries", position))
        wanted = len(self.boundaries) + 1
        if len(self.values) != wanted:
            message = (
                f"'values' of {self.kind()} must be {wanted} numbers, one more than 'boundaries'"
                f" has, not {len(self.values)}"
            )
            yield Problem("conflicting-arguments", message, "values")
