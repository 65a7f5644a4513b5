"""Optimizers."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from cnnspec.declarations.declaration import Checked, Declaration, Expects, default
from cnnspec.declarations.fields import (
    Decay,
    Flag,
    NonNegativeInt,
    NonNegativeNumber,
    Number,
    OptionalNonNegativeNumber,
    OptionalPositiveInt,
    PositiveInt,
    PositiveNumber,
    ScopeName,
    UnitInterval,
    bounded,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import OPTIMIZERS, SCHEDULES


def _learning_rate(value: Any, _: type[Declaration]) -> float | Declaration:
    if isinstance(value, str | Mapping | Declaration):
        return SCHEDULES.check(value)
    return float(bounded(value, minimum=0))


def _patterns(value: Any, _: type[Declaration]) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    for position, item in enumerate(value):
        if not isinstance(item, str):
            raise Problem("wrong-type", "", (position,))
        try:
            re.compile(item)
        except re.error:
            raise Problem("unknown-value", "", (position,)) from None
    return list(value)


LearningRate = Annotated[
    float | Declaration,
    Checked(
        "a number of at least 0 or a learning-rate schedule",
        check=_learning_rate,
        schema={
            "anyOf": [{"type": "number", "minimum": 0}, {"$ref": f"#/$defs/{SCHEDULES.namespace}"}]
        },
        family=SCHEDULES,
    ),
]
Patterns = Annotated[
    list[str] | None,
    Checked("a list of regular expressions, or null", check=_patterns, null=lambda _: []),
]
OptionalPositiveNumber = Annotated[
    Annotated[float, Gt(0)] | None, Expects("a number above 0, or null")
]
OptionalSeveral = Annotated[
    Annotated[int, Ge(2)] | None, Expects("a whole number of at least 2, or null")
]
NonPositiveNumber = Annotated[float, Le(0), Expects("a number of at most 0")]
OptimizerName = Annotated[
    str | None, ScopeName(optional=True, null=lambda call: call.kind().lower())
]
NonZeroFraction = Annotated[float, Gt(0), Le(1), Expects("a number above 0, up to 1")]


class Optimizer(Declaration):
    """Base class of optimizers."""

    learning_rate: LearningRate = default(0.001)
    weight_decay: OptionalNonNegativeNumber = None
    """Weight decay: fraction of a weight, times the learning rate, to subtract at each update."""
    clipnorm: OptionalPositiveNumber = None
    """Largest norm of the gradient of each weight."""
    clipvalue: OptionalPositiveNumber = None
    """Largest absolute value in a gradient."""
    global_clipnorm: OptionalPositiveNumber = None
    """Largest norm of all gradients together."""
    use_ema: Flag = False
    """Whether to keep a moving average of the weights and use it at the end."""
    ema_momentum: UnitInterval = 0.99
    ema_overwrite_frequency: OptionalPositiveInt = None
    """Number of steps after which weights are set to their average; null means after training."""
    loss_scale_factor: OptionalPositiveNumber = None
    """Factor of the loss to avoid underflow; gradients are divided by it."""
    gradient_accumulation_steps: OptionalSeveral = None
    """Number of batches per update."""
    name: OptimizerName = None
    """Name of the optimizer; null means its kind in lower case."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that gradients are clipped in only one way."""
        ways = ("clipnorm", "clipvalue", "global_clipnorm")
        used = [way for way in ways if getattr(self, way) is not None]
        if len(used) > 1:
            message = f"{self.kind()} takes only one of 'clipnorm', 'clipvalue', 'global_clipnorm'"
            yield Problem("conflicting-arguments", message, used[-1])


@OPTIMIZERS
class SGD(Optimizer):
    """Gradient descent, optionally with momentum."""

    example = {"learning_rate": 0.01, "momentum": 0.9, "nesterov": True}
    aliases = ("sgd",)
    learning_rate: LearningRate = default(0.01)
    momentum: UnitInterval = 0.0
    nesterov: Flag = False
    """Whether to use Nesterov momentum."""


@OPTIMIZERS
class RMSprop(Optimizer):
    """Divides gradients by the root of a moving average of their squares."""

    example = {"learning_rate": 0.001, "rho": 0.9}
    aliases = ("rmsprop",)
    rho: Decay = 0.9
    """Decay of the moving average."""
    momentum: UnitInterval = 0.0
    epsilon: NonNegativeNumber = 1e-7
    centered: Flag = False
    """Whether to use the variance instead of the mean square."""


@OPTIMIZERS
class Adagrad(Optimizer):
    """Divides gradients by the root of the sum of their squares (Duchi et al., 2011)."""

    example = {"learning_rate": 0.01}
    aliases = ("adagrad",)
    initial_accumulator_value: NonNegativeNumber = 0.1
    epsilon: NonNegativeNumber = 1e-7


@OPTIMIZERS
class Adadelta(Optimizer):
    """Scales steps by moving averages of steps and gradients (Zeiler, arXiv:1212.5701)."""

    example = {"learning_rate": 1.0}
    aliases = ("adadelta",)
    rho: Decay = 0.95
    """Decay of the moving averages."""
    epsilon: NonNegativeNumber = 1e-7


@OPTIMIZERS
class Adafactor(Optimizer):
    """Adam with factored second moments, which saves memory (Shazeer and Stern, 2018)."""

    example = {"learning_rate": 0.01}
    aliases = ("adafactor",)
    beta_2_decay: NonPositiveNumber = -0.8
    """Exponent of the decay of the second moments."""
    epsilon_1: NonNegativeNumber = 1e-30
    """Small number added to the squares of the gradients."""
    epsilon_2: NonNegativeNumber = 0.001
    """Lower bound of the scale of a weight."""
    clip_threshold: PositiveNumber = 1.0
    """Largest root mean square of an update."""
    relative_step: Flag = True
    """Whether to bound a constant learning rate by one over the root of the step."""


class TwoMoments(Optimizer):
    """Base class of optimizers with moving averages of the gradients and of their squares."""

    beta_1: Decay = 0.9
    """Decay of the average of the gradients."""
    beta_2: Decay = 0.999
    """Decay of the average of the squared gradients."""
    epsilon: NonNegativeNumber = 1e-7


@OPTIMIZERS
class Adam(TwoMoments):
    """Adam: mean gradients divided by the root of mean squares (Kingma and Ba, 2014)."""

    example = {"learning_rate": 0.0003}
    aliases = ("adam",)
    amsgrad: Flag = False
    """Whether to use the largest average of squares so far (Reddi et al., 2018)."""


@OPTIMIZERS
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2017)."""

    example = {"learning_rate": 0.001, "weight_decay": 0.01}
    aliases = ("adamw",)
    weight_decay: NonNegativeNumber = 0.004


@OPTIMIZERS
class Adamax(TwoMoments):
    """Adam with the largest absolute gradient instead of the average of squares."""

    example = {"learning_rate": 0.002}
    aliases = ("adamax",)


@OPTIMIZERS
class Nadam(TwoMoments):
    """Adam with Nesterov momentum (Dozat, 2015)."""

    example = {"learning_rate": 0.002}
    aliases = ("nadam",)


@OPTIMIZERS
class Lamb(TwoMoments):
    """Adam with layer-wise scaling, for large batches (You et al., 2019, arXiv:1904.00962)."""

    example = {"learning_rate": 0.01}


@OPTIMIZERS
class ScheduleFreeAdamW(TwoMoments):
    """Adam with averaged weights instead of a schedule (Defazio et al., 2024)."""

    example = {"learning_rate": 0.0025, "warmup_steps": 500}
    aliases = ("schedulefreeadamw",)
    learning_rate: LearningRate = default(0.0025)
    epsilon: NonNegativeNumber = 1e-8
    warmup_steps: NonNegativeInt = 0
    """Number of steps in which the learning rate rises from 0."""


@OPTIMIZERS
class Lion(Optimizer):
    """Uses only the sign of the momentum (Chen et al., 2023, arXiv:2302.06675)."""

    example = {"learning_rate": 0.0001, "weight_decay": 0.1}
    aliases = ("lion",)
    beta_1: NonZeroFraction = 0.9
    """Weight of the momentum, relative to the gradient, in the step."""
    beta_2: Decay = 0.99
    """Decay of the momentum."""


@OPTIMIZERS
class Ftrl(Optimizer):
    """Follow-the-regularized-leader, for large sparse models (McMahan et al., 2013)."""

    example = {"learning_rate": 0.05}
    aliases = ("ftrl",)
    learning_rate_power: NonPositiveNumber = -0.5
    """Exponent of the learning rate decay; 0 keeps the learning rate fixed."""
    initial_accumulator_value: NonNegativeNumber = 0.1
    l1_regularization_strength: NonNegativeNumber = 0.0
    l2_regularization_strength: NonNegativeNumber = 0.0
    l2_shrinkage_regularization_strength: NonNegativeNumber = 0.0
    """Penalty on the size of the weights, added to the gradient."""
    beta: NonNegativeNumber = 0.0


@OPTIMIZERS
class Muon(Optimizer):
    """Orthogonalized momentum for matrices, and AdamW for other weights (Jordan et al., 2024)."""

    example = {"learning_rate": 0.02}
    aliases = ("muon",)
    before = MappingProxyType(
        {"rms_rate": None, "adam_weight_decay": lambda call: call.weight_decay}
    )
    weight_decay: OptionalNonNegativeNumber = 0.004
    adam_beta_1: Decay = 0.9
    adam_beta_2: Decay = 0.999
    adam_weight_decay: OptionalNonNegativeNumber = 0.004
    epsilon: NonNegativeNumber = 1e-7
    exclude_layers: Patterns = None
    """Patterns of the paths of weights that use AdamW."""
    exclude_embeddings: Flag = True
    """Whether embeddings use AdamW."""
    muon_a: Number = 3.4445
    muon_b: Number = -4.775
    muon_c: Number = 2.0315
    adam_lr_ratio: NonNegativeNumber = 1
    """Learning rate of AdamW, as a fraction of that of Muon."""
    momentum: UnitInterval = 0.95
    ns_steps: PositiveInt = 5
    """Number of Newton-Schulz iterations."""
    nesterov: Flag = True
    rms_rate: OptionalNonNegativeNumber = 0.2
    """Root mean square to scale updates to; null disables scaling."""
