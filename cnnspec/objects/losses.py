"""What training makes smaller, output by output."""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Gt, Lt

from cnnspec.declarations import Declaration, Expects, Problem
from cnnspec.fields import (
    Axis,
    Choice,
    Flag,
    FloatPolicy,
    NonNegativeNumber,
    Number,
    Numbers,
    OptionalAxes,
    OptionalInt,
    PositiveNumber,
    ScopeName,
    UnitInterval,
)
from cnnspec.naming import snake_case
from cnnspec.objects import LOSSES

Reduction = Annotated[
    str | None,
    Choice("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None),
]
LossName = Annotated[
    str | None, ScopeName(optional=True, null=lambda call: snake_case(call.kind()))
]
ClassWeights = Annotated[
    float | list[float],
    Numbers("a number of at least 0, or a list of them", minimum=0, single=True),
]
OpenUnitInterval = Annotated[
    float, Gt(0), Lt(1), Expects("a number between 0 and 1, neither of them included")
]


class Loss(Declaration):
    """What all losses share."""

    reduction: Reduction = "sum_over_batch_size"
    """How the losses of the examples become one number; `none` leaves them as they are."""
    name: LossName = None
    dtype: FloatPolicy = None
    """The type that the loss is computed in; null is Keras's float type."""


class Crossentropy(Loss):
    """What the cross-entropies share."""

    from_logits: Flag = False
    """Whether the model gives logits; otherwise it gives probabilities."""
    axis: Axis = -1
    """The axis of the classes."""


class SmoothedCrossentropy(Crossentropy):
    """What the cross-entropies that can smooth their labels share."""

    label_smoothing: UnitInterval = 0.0
    """How far the labels are moved towards being all alike."""


@LOSSES
class BinaryCrossentropy(SmoothedCrossentropy):
    """`-(y log(p) + (1 - y) log(1 - p))`, for labels that are 0 or 1."""

    aliases = ("binary_crossentropy", "bce", "BCE")
    name: LossName = "binary_crossentropy"


@LOSSES
class CategoricalCrossentropy(SmoothedCrossentropy):
    """`-sum(y log(p))`, for one-hot labels."""

    open_words = ("crossentropy", "ce")
    aliases = ("categorical_crossentropy", *open_words)
    name: LossName = "categorical_crossentropy"

    def conflicts(self) -> Iterator[Problem]:
        """Refuse arguments of a word that leaves the kind open."""
        if self.word in self.open_words and self.given:
            message = f"'{self.word}' takes no arguments, as it does not say which cross-entropy"
            suggestion = "name one, such as 'CategoricalCrossentropy'"
            first = next(iter(self.given))
            yield Problem("unknown-argument", message, first, where="key", suggestion=suggestion)


@LOSSES
class SparseCategoricalCrossentropy(Crossentropy):
    """`-log(p[y])`, for labels that are class numbers."""

    aliases = ("sparse_categorical_crossentropy",)
    ignore_class: OptionalInt = None
    """A class number whose examples do not count."""
    name: LossName = "sparse_categorical_crossentropy"


@LOSSES
class BinaryFocalCrossentropy(SmoothedCrossentropy):
    """Binary cross-entropy, easy examples scaled down (Lin et al., 2017, arXiv:1708.02002)."""

    aliases = ("binary_focal_crossentropy",)
    apply_class_balancing: Flag = False
    """Whether class 1 is weighted by `alpha` and class 0 by `1 - alpha`."""
    alpha: UnitInterval = 0.25
    gamma: NonNegativeNumber = 2.0
    """How strongly easy examples are scaled down; 0 is plain cross-entropy."""
    name: LossName = "binary_focal_crossentropy"


@LOSSES
class CategoricalFocalCrossentropy(SmoothedCrossentropy):
    """Categorical cross-entropy, easy examples scaled down (Lin et al., 2017)."""

    aliases = ("categorical_focal_crossentropy",)
    alpha: ClassWeights = 0.25
    """The weight of all classes, or a list with the weight of each."""
    gamma: NonNegativeNumber = 2.0
    """How strongly easy examples are scaled down; 0 is plain cross-entropy."""
    name: LossName = "categorical_focal_crossentropy"


@LOSSES
class CategoricalGeneralizedCrossEntropy(Loss):
    """`(1 - p[y] ** q) / q`, for noisy class numbers (Zhang and Sabuncu, arXiv:1805.07836)."""

    q: OpenUnitInterval = 0.5
    """Near 0 it is cross-entropy, near 1 the more robust absolute error."""
    name: LossName = "categorical_generalized_cross_entropy"


@LOSSES
class KLDivergence(Loss):
    """`sum(y log(y / p))`, for labels that are distributions."""

    aliases = ("kl_divergence", "kld", "KLD")
    name: LossName = "kl_divergence"


@LOSSES
class Poisson(Loss):
    """`mean(p - y log(p))`, for counts."""

    aliases = ("poisson",)
    name: LossName = "poisson"


@LOSSES
class MeanSquaredError(Loss):
    """`mean((y - p) ** 2)`."""

    aliases = ("mean_squared_error", "mse", "MSE")
    name: LossName = "mean_squared_error"


@LOSSES
class MeanAbsoluteError(Loss):
    """`mean(|y - p|)`."""

    aliases = ("mean_absolute_error", "mae", "MAE")
    name: LossName = "mean_absolute_error"


@LOSSES
class MeanAbsolutePercentageError(Loss):
    """`100 mean(|y - p| / |y|)`."""

    aliases = ("mean_absolute_percentage_error", "mape", "MAPE")
    name: LossName = "mean_absolute_percentage_error"


@LOSSES
class MeanSquaredLogarithmicError(Loss):
    """`mean((log(y + 1) - log(p + 1)) ** 2)`."""

    aliases = ("mean_squared_logarithmic_error", "msle", "MSLE")
    name: LossName = "mean_squared_logarithmic_error"


@LOSSES
class CosineSimilarity(Loss):
    """Minus the cosine of the angle between label and prediction."""

    aliases = ("cosine_similarity",)
    axis: Axis = -1
    """The axis along which the vectors lie."""
    name: LossName = "cosine_similarity"


@LOSSES
class LogCosh(Loss):
    """`mean(log(cosh(p - y)))`."""

    aliases = ("log_cosh",)
    name: LossName = "log_cosh"


@LOSSES
class Huber(Loss):
    """Squared error up to `delta`, absolute error beyond it."""

    aliases = ("huber",)
    delta: PositiveNumber = 1.0
    name: LossName = "huber_loss"


@LOSSES
class Hinge(Loss):
    """`mean(max(1 - y p, 0))`, for labels that are -1 or 1."""

    aliases = ("hinge",)
    name: LossName = "hinge"


@LOSSES
class SquaredHinge(Loss):
    """`mean(max(1 - y p, 0) ** 2)`, for labels that are -1 or 1."""

    aliases = ("squared_hinge",)
    name: LossName = "squared_hinge"


@LOSSES
class CategoricalHinge(Loss):
    """`max(1 + max((1 - y) p) - sum(y p), 0)`, for one-hot labels."""

    aliases = ("categorical_hinge",)
    name: LossName = "categorical_hinge"


@LOSSES
class Dice(Loss):
    """One minus the Dice coefficient, `2 sum(y p) / (sum(y) + sum(p))`."""

    aliases = ("dice",)
    axis: OptionalAxes = None
    """The axes that are summed over; null is all of them."""
    name: LossName = "dice"


@LOSSES
class Tversky(Loss):
    """Dice with a weight for each sort of mistake (Salehi et al., 2017, arXiv:1706.05721)."""

    aliases = ("tversky",)
    alpha: NonNegativeNumber = 0.5
    """The weight of false positives."""
    beta: NonNegativeNumber = 0.5
    """The weight of false negatives."""
    axis: OptionalAxes = None
    """The axes that are summed over; null is all of them."""
    name: LossName = "tversky"


@LOSSES
class Circle(Loss):
    """Pulls embeddings of a class together (Sun et al., 2020, arXiv:2002.10857)."""

    aliases = ("circle",)
    gamma: PositiveNumber = 80.0
    """Scale of the similarities."""
    margin: Number = 0.4
    """How far from perfect a similarity may stay."""
    remove_diagonal: Flag = True
    """Whether an example is not compared with itself."""
    name: LossName = "circle"


@LOSSES
class CTC(Loss):
    """Sequences whose alignment with the input is not known, such as speech or handwriting."""

    aliases = ("ctc",)
    name: LossName = "ctc"
