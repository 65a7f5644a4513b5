"""Loss functions."""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Gt, Lt

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import (
    Axis,
    Flag,
    NonNegativeNumber,
    Numbers,
    OptionalAxes,
    OptionalInt,
    PositiveNumber,
    UnitInterval,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.activations import PROBABILITIES
from cnnspec.objects.families import LOSSES
from cnnspec.objects.loss import (
    Areas,
    Crossentropy,
    Loss,
    LossName,
    OverClasses,
    Regression,
    Scores,
    SmoothedCrossentropy,
    YesOrNo,
)
from cnnspec.objects.measure import Labels
from cnnspec.shapes import Shape

ClassWeights = Annotated[
    float | list[float],
    Numbers("a number of at least 0, or a list of them", minimum=0, single=True),
]
OpenUnitInterval = Annotated[float, Gt(0), Lt(1), Expects("a number above 0 and below 1")]

LOSSES.base = Loss


@LOSSES
class BinaryCrossentropy(YesOrNo, SmoothedCrossentropy):
    """`-(y log(p) + (1 - y) log(1 - p))`, for labels that are 0 or 1."""

    example = {"label_smoothing": 0.1}
    aliases = ("binary_crossentropy", "bce", "BCE")
    name: LossName = "binary_crossentropy"


@LOSSES
class CategoricalCrossentropy(OverClasses, SmoothedCrossentropy):
    """`-sum(y log(p))`, for one-hot labels: `[0, 0, 1]` for class 2 of the classes 0, 1 and 2."""

    example = {"label_smoothing": 0.1}
    open_words = ("crossentropy", "ce")
    counts_axis_from_start = True
    aliases = ("categorical_crossentropy", *open_words)
    labels = "one-hot"
    name: LossName = "categorical_crossentropy"

    def chosen(self, size: int | None) -> type[Loss]:
        """Return the binary cross-entropy for one value, if the call leaves the kind open."""
        return BinaryCrossentropy if self.is_open and size == 1 else type(self)

    def labels_for(self, size: int | None) -> tuple[Labels, ...]:
        """Return class numbers as well if the call leaves the kind open."""
        labels = super().labels_for(size)
        return (*labels, "classes") if self.is_open and size != 1 else labels

    def conflicts(self) -> Iterator[Problem]:
        """Reject arguments of a word that stands for several kinds."""
        if self.word in self.open_words and self.given:
            message = f"'{self.word}' takes no arguments, because it does not name a specific cross-entropy"
            suggestion = "use a specific one, such as 'CategoricalCrossentropy'"
            first = next(iter(self.given))
            yield Problem("unknown-argument", message, first, where="key", suggestion=suggestion)


@LOSSES
class SparseCategoricalCrossentropy(OverClasses, Crossentropy):
    """`-log(p[y])`, for integer labels: `2` for class 2 of the classes 0, 1 and 2."""

    example = {"ignore_class": 255}
    aliases = ("sparse_categorical_crossentropy",)
    labels = "classes"
    takes_other_axes = False
    ignore_class: OptionalInt = None
    """Class whose samples are ignored."""
    name: LossName = "sparse_categorical_crossentropy"


@LOSSES
class BinaryFocalCrossentropy(YesOrNo, SmoothedCrossentropy):
    """Binary cross-entropy that down-weights easy samples (Lin et al., 2017, arXiv:1708.02002)."""

    example = {"gamma": 3}
    aliases = ("binary_focal_crossentropy",)
    apply_class_balancing: Flag = False
    """Whether to weight class 1 by `alpha` and class 0 by `1 - alpha`."""
    alpha: UnitInterval = 0.25
    gamma: NonNegativeNumber = 2.0
    """How strongly easy samples are down-weighted; 0 gives the plain cross-entropy."""
    name: LossName = "binary_focal_crossentropy"


@LOSSES
class CategoricalFocalCrossentropy(OverClasses, SmoothedCrossentropy):
    """Categorical cross-entropy that down-weights easy samples (Lin et al., 2017)."""

    example = {"alpha": 0.5, "gamma": 3}
    aliases = ("categorical_focal_crossentropy",)
    labels = "one-hot"
    alpha: ClassWeights = 0.25
    """Weight of all classes, or a list with one weight per class."""
    gamma: NonNegativeNumber = 2.0
    """How strongly easy samples are down-weighted; 0 gives the plain cross-entropy."""
    name: LossName = "categorical_focal_crossentropy"

    def shape_errors(self, name: str, shape: Shape) -> Iterator[Problem]:
        """Check that there is a weight for each class."""
        problems = [*super().shape_errors(name, shape)]
        yield from problems
        size = None if problems else shape[self.axis]
        if isinstance(self.alpha, list) and size is not None and len(self.alpha) not in (1, size):
            message = f"'alpha' of {self.kind()} must be {size} numbers, not {len(self.alpha)}"
            yield Problem(self.unusable, message, "alpha")


@LOSSES
class CategoricalGeneralizedCrossEntropy(OverClasses):
    """`(1 - p[y] ** q) / q`, for noisy integer labels (Zhang and Sabuncu, arXiv:1805.07836)."""

    example = {"q": 0.7}
    labels = "classes"
    q: OpenUnitInterval = 0.5
    """Near 0 it behaves like cross-entropy, near 1 like the more robust absolute error."""
    name: LossName = "categorical_generalized_cross_entropy"


@LOSSES
class KLDivergence(Loss):
    """`sum(y log(y / p))`, for labels that are distributions."""

    last_layer = {"units": 10, "activation": "softmax"}
    aliases = ("kl_divergence", "kld", "KLD")
    fits = PROBABILITIES
    takes = "probabilities"
    name: LossName = "kl_divergence"


@LOSSES
class Poisson(Loss):
    """`mean(p - y log(p))`, for counts."""

    last_layer = {"units": 1, "activation": "softplus"}
    aliases = ("poisson",)
    unfit = frozenset(("linear", "tanh"))
    takes = "counts, which are positive"
    is_of_numbers = True
    name: LossName = "poisson"


@LOSSES
class MeanSquaredError(Regression):
    """`mean((y - p) ** 2)`."""

    aliases = ("mean_squared_error", "mse", "MSE")
    name: LossName = "mean_squared_error"


@LOSSES
class MeanAbsoluteError(Regression):
    """`mean(|y - p|)`."""

    aliases = ("mean_absolute_error", "mae", "MAE")
    name: LossName = "mean_absolute_error"


@LOSSES
class MeanAbsolutePercentageError(Regression):
    """`100 mean(|y - p| / |y|)`."""

    aliases = ("mean_absolute_percentage_error", "mape", "MAPE")
    name: LossName = "mean_absolute_percentage_error"


@LOSSES
class MeanSquaredLogarithmicError(Regression):
    """`mean((log(y + 1) - log(p + 1)) ** 2)`."""

    aliases = ("mean_squared_logarithmic_error", "msle", "MSLE")
    name: LossName = "mean_squared_logarithmic_error"


@LOSSES
class CosineSimilarity(Loss):
    """Negative cosine similarity of label and prediction."""

    last_layer = {"units": 64}
    aliases = ("cosine_similarity",)
    axis: Axis = -1
    """Axis of the vectors."""
    name: LossName = "cosine_similarity"


@LOSSES
class LogCosh(Regression):
    """`mean(log(cosh(p - y)))`."""

    aliases = ("log_cosh",)
    name: LossName = "log_cosh"


@LOSSES
class Huber(Regression):
    """Squared error up to `delta`, absolute error beyond it."""

    example = {"delta": 0.5}
    aliases = ("huber",)
    delta: PositiveNumber = 1.0
    name: LossName = "huber_loss"


@LOSSES
class Hinge(Scores):
    """`mean(max(1 - y p, 0))`, for labels that are -1 or 1."""

    aliases = ("hinge",)
    name: LossName = "hinge"


@LOSSES
class SquaredHinge(Scores):
    """`mean(max(1 - y p, 0) ** 2)`, for labels that are -1 or 1."""

    aliases = ("squared_hinge",)
    name: LossName = "squared_hinge"


@LOSSES
class CategoricalHinge(Loss):
    """`max(1 + max((1 - y) p) - sum(y p), 0)`, for one-hot labels."""

    last_layer = {"units": 10}
    aliases = ("categorical_hinge",)
    labels = "one-hot"
    name: LossName = "categorical_hinge"


@LOSSES
class Dice(Areas):
    """One minus the Dice coefficient, `2 sum(y p) / (sum(y) + sum(p))`."""

    aliases = ("dice",)
    axis: OptionalAxes = None
    """Axes to sum over; null means all."""
    name: LossName = "dice"


@LOSSES
class Tversky(Areas):
    """Dice with a weight for each kind of error (Salehi et al., 2017, arXiv:1706.05721)."""

    example = {"alpha": 0.3, "beta": 0.7}
    aliases = ("tversky",)
    alpha: NonNegativeNumber = 0.5
    """Weight of false positives."""
    beta: NonNegativeNumber = 0.5
    """Weight of false negatives."""
    axis: OptionalAxes = None
    """Axes to sum over; null means all."""
    name: LossName = "tversky"
