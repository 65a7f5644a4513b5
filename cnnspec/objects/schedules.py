"""Learning-rate schedules."""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Ge

from cnnspec.declarations.declaration import Declaration, Expects
from cnnspec.declarations.fields import (
    Flag,
    NonNegativeNumber,
    Numbers,
    OptionalNonNegativeNumber,
    PositiveNumber,
    ScopeName,
    UnitInterval,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import SCHEDULES

Name = Annotated[str, ScopeName()]
Boundaries = Annotated[
    list[int], Numbers("a list of whole numbers of at least 0", minimum=0, whole=True)
]
Rates = Annotated[list[float], Numbers("a list of numbers of at least 0", minimum=0)]
Growth = Annotated[float, Ge(1), Expects("a number of at least 1")]


class Decaying(Declaration):
    """Base class of schedules that start at a learning rate and decrease."""

    initial_learning_rate: NonNegativeNumber
    """Learning rate of the first step."""


class Stepped(Decaying):
    """Base class of schedules that decay by a rate every number of steps."""

    decay_steps: PositiveNumber
    """Number of steps after which the decay is `decay_rate`."""
    decay_rate: NonNegativeNumber
    staircase: Flag = False
    """Whether to decay in discrete steps."""


@SCHEDULES
class ExponentialDecay(Stepped):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`."""

    example = {"initial_learning_rate": 0.1, "decay_steps": 1000, "decay_rate": 0.96}
    name: Name = "ExponentialDecay"


@SCHEDULES
class InverseTimeDecay(Stepped):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`."""

    example = {"initial_learning_rate": 0.1, "decay_steps": 1000, "decay_rate": 0.5}
    name: Name = "InverseTimeDecay"


@SCHEDULES
class PolynomialDecay(Decaying):
    """Decay from the first learning rate to the last along `(1 - step / decay_steps) ** power`."""

    example = {"initial_learning_rate": 0.1, "decay_steps": 10000, "power": 2}
    decay_steps: PositiveNumber
    """Number of steps until the last learning rate."""
    end_learning_rate: NonNegativeNumber = 0.0001
    power: NonNegativeNumber = 1.0
    cycle: Flag = False
    """Whether to repeat the decay after `decay_steps`, from lower and lower rates."""
    name: Name = "PolynomialDecay"


@SCHEDULES
class CosineDecay(Decaying):
    """Half a cosine wave after an optional linear warmup (Loshchilov and Hutter, 2016)."""

    example = {"initial_learning_rate": 0.001, "decay_steps": 10000}
    decay_steps: PositiveNumber
    """Number of steps of the decay."""
    alpha: UnitInterval = 0.0
    """Last learning rate, as a fraction of the one at the start of the decay."""
    warmup_target: OptionalNonNegativeNumber = None
    """Learning rate at the end of the warmup; null means no warmup."""
    warmup_steps: NonNegativeNumber = 0
    name: Name = "CosineDecay"


@SCHEDULES
class CosineDecayRestarts(Decaying):
    """Half a cosine wave with restarts (Loshchilov and Hutter, 2016, arXiv:1608.03983)."""

    example = {"initial_learning_rate": 0.001, "first_decay_steps": 1000}
    first_decay_steps: PositiveNumber
    """Number of steps of the first wave."""
    t_mul: Growth = 2.0
    """Factor of the length of each wave."""
    m_mul: NonNegativeNumber = 1.0
    """Factor of the initial learning rate of each wave."""
    alpha: UnitInterval = 0.0
    """Lowest learning rate, as a fraction of the first."""
    name: Name = "SGDRDecay"


@SCHEDULES
class PiecewiseConstantDecay(Declaration):
    """Piecewise constant learning rates."""

    example = {"boundaries": [1000, 2000], "values": [0.1, 0.01, 0.001]}
    boundaries: Boundaries
    """Last step of each learning rate except the final one."""
    values: Rates
    """Learning rates, one more than boundaries."""
    name: Name = "PiecewiseConstant"

    def conflicts(self) -> Iterator[Problem]:
        """Check that the boundaries increase and match the values."""
        for position, (before, after) in enumerate(
            zip(self.boundaries, self.boundaries[1:], strict=False), start=1
        ):
            if after <= before:
                message = f"'boundaries' of {self.kind()} must increase: {after} follows {before}"
                yield Problem("out-of-range", message, ("boundaries", position))
        wanted = len(self.boundaries) + 1
        if len(self.values) != wanted:
            message = (
                f"'values' of {self.kind()} must be {wanted} numbers, one more than 'boundaries',"
                f" not {len(self.values)}"
            )
            yield Problem("conflicting-arguments", message, "values")
