"""How weights are changed by the gradients."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le

from cnnspec.declarations import Checked, Declaration, Expects, Problem, default
from cnnspec.fields import (
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
from cnnspec.objects import OPTIMIZERS, SCHEDULES


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
    Checked("a number of at least 0 or a learning-rate schedule", check=_learning_rate),
]
Patterns = Annotated[
    list[str] | None, Checked("a list of regular expressions, or null", check=_patterns)
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
    """What all optimizers share."""

    learning_rate: LearningRate = default(0.001)
    weight_decay: OptionalNonNegativeNumber = None
    """The part of a weight, times the learning rate, that every update takes off it."""
    clipnorm: OptionalPositiveNumber = None
    """The largest norm that the gradient of one weight may have."""
    clipvalue: OptionalPositiveNumber = None
    """The largest absolute value in a gradient."""
    global_clipnorm: OptionalPositiveNumber = None
    """The largest norm that all gradients together may have."""
    use_ema: Flag = False
    """Whether a running average of the weights is kept, and used in the end."""
    ema_momentum: UnitInterval = 0.99
    ema_overwrite_frequency: OptionalPositiveInt = None
    """After how many steps the weights become their average; null is after training."""
    loss_scale_factor: OptionalPositiveNumber = None
    """A factor for the loss, undone in the gradients, against underflow."""
    gradient_accumulation_steps: OptionalSeveral = None
    """How many batches make one update."""
    name: OptimizerName = None
    """What it is called; null is its kind in small letters."""

    def conflicts(self) -> Iterator[Problem]:
        """Gradients are clipped in one way only."""
        ways = ("clipnorm", "clipvalue", "global_clipnorm")
        used = [way for way in ways if getattr(self, way) is not None]
        if len(used) > 1:
            message = f"{self.kind()} takes only one of 'clipnorm', 'clipvalue', 'global_clipnorm'"
            yield Problem("conflicting-arguments", message, used[-1])


@OPTIMIZERS
class SGD(Optimizer):
    """Gradient descent, with momentum if wanted."""

    aliases = ("sgd",)
    learning_rate: LearningRate = default(0.01)
    momentum: UnitInterval = 0.0
    nesterov: Flag = False
    """Whether the gradient is that of the place where the momentum leads."""


@OPTIMIZERS
class RMSprop(Optimizer):
    """Gradients divided by the root of a running average of their squares."""

    aliases = ("rmsprop",)
    rho: Decay = 0.9
    """How much of the running average a step keeps."""
    momentum: UnitInterval = 0.0
    epsilon: NonNegativeNumber = 1e-7
    centered: Flag = False
    """Whether the variance is used instead of the mean square."""


@OPTIMIZERS
class Adagrad(Optimizer):
    """Gradients divided by the root of the sum of their squares (Duchi et al., 2011)."""

    aliases = ("adagrad",)
    initial_accumulator_value: NonNegativeNumber = 0.1
    epsilon: NonNegativeNumber = 1e-7


@OPTIMIZERS
class Adadelta(Optimizer):
    """Steps scaled by the running averages of steps and gradients (Zeiler, arXiv:1212.5701)."""

    aliases = ("adadelta",)
    rho: Decay = 0.95
    """How much of the running averages a step keeps."""
    epsilon: NonNegativeNumber = 1e-7


@OPTIMIZERS
class Adafactor(Optimizer):
    """Adam with factored second moments, for little memory (Shazeer and Stern, 2018)."""

    aliases = ("adafactor",)
    beta_2_decay: NonPositiveNumber = -0.8
    """The power of the step by which the second moments come to forget more slowly."""
    epsilon_1: NonNegativeNumber = 1e-30
    """Added to the squares of the gradients."""
    epsilon_2: NonNegativeNumber = 0.001
    """The least scale that a weight is taken to have."""
    clip_threshold: PositiveNumber = 1.0
    """The largest root mean square of an update."""
    relative_step: Flag = True
    """Whether a constant learning rate stays below one over the root of the step."""


class TwoMoments(Optimizer):
    """What keeps running averages of the gradients and of their squares."""

    beta_1: Decay = 0.9
    """How much of the average of the gradients a step keeps."""
    beta_2: Decay = 0.999
    """How much of the average of their squares a step keeps."""
    epsilon: NonNegativeNumber = 1e-7


@OPTIMIZERS
class Adam(TwoMoments):
    """Gradient averages divided by the root of square averages (Kingma and Ba, 2014)."""

    aliases = ("adam",)
    amsgrad: Flag = False
    """Whether the largest square average so far is used (Reddi et al., 2018)."""


@OPTIMIZERS
class AdamW(Adam):
    """Adam whose weight decay is apart from its gradients (Loshchilov and Hutter, 2017)."""

    aliases = ("adamw",)
    weight_decay: NonNegativeNumber = 0.004


@OPTIMIZERS
class Adamax(TwoMoments):
    """Adam with the largest absolute gradient instead of square averages."""

    aliases = ("adamax",)


@OPTIMIZERS
class Nadam(TwoMoments):
    """Adam with Nesterov's momentum (Dozat, 2015)."""

    aliases = ("nadam",)


@OPTIMIZERS
class Lamb(TwoMoments):
    """Adam scaled layer by layer, for large batches (You et al., 2019, arXiv:1904.00962)."""


@OPTIMIZERS
class ScheduleFreeAdamW(TwoMoments):
    """Adam that averages its weights instead of lowering its rate (Defazio et al., 2024)."""

    aliases = ("schedulefreeadamw",)
    learning_rate: LearningRate = default(0.0025)
    epsilon: NonNegativeNumber = 1e-8
    warmup_steps: NonNegativeInt = 0
    """In how many steps the learning rate rises from 0."""


@OPTIMIZERS
class Lion(Optimizer):
    """Steps by the sign of the momentum alone (Chen et al., 2023, arXiv:2302.06675)."""

    aliases = ("lion",)
    beta_1: NonZeroFraction = 0.9
    """How much of the step comes from the momentum rather than from the gradient."""
    beta_2: Decay = 0.99
    """How much of the momentum a step keeps."""


@OPTIMIZERS
class Ftrl(Optimizer):
    """Follow the regularized leader, for large sparse models (McMahan et al., 2013)."""

    aliases = ("ftrl",)
    learning_rate_power: NonPositiveNumber = -0.5
    """The power of the summed squares that scales the learning rate; 0 keeps it fixed."""
    initial_accumulator_value: NonNegativeNumber = 0.1
    l1_regularization_strength: NonNegativeNumber = 0.0
    l2_regularization_strength: NonNegativeNumber = 0.0
    l2_shrinkage_regularization_strength: NonNegativeNumber = 0.0
    """A penalty on the size of the weights, added to the gradient."""
    beta: NonNegativeNumber = 0.0


@OPTIMIZERS
class Muon(Optimizer):
    """Orthogonalized momentum for matrices, AdamW for all else (Jordan et al., 2024)."""

    aliases = ("muon",)
    weight_decay: OptionalNonNegativeNumber = 0.004
    adam_beta_1: Decay = 0.9
    adam_beta_2: Decay = 0.999
    adam_weight_decay: OptionalNonNegativeNumber = 0.004
    epsilon: NonNegativeNumber = 1e-7
    exclude_layers: Patterns = None
    """Weights whose path one of these is found in are left to AdamW."""
    exclude_embeddings: Flag = True
    """Whether embeddings are left to AdamW."""
    muon_a: Number = 3.4445
    muon_b: Number = -4.775
    muon_c: Number = 2.0315
    adam_lr_ratio: NonNegativeNumber = 1
    """The learning rate of AdamW, as a fraction of that of Muon."""
    momentum: UnitInterval = 0.95
    ns_steps: PositiveInt = 5
    """The number of Newton-Schulz iterations."""
    nesterov: Flag = True
    rms_rate: OptionalNonNegativeNumber = 0.2
    """The root mean square that updates are scaled to; null leaves them as they are."""
