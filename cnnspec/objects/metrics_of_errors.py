"""Losses as metrics, and metrics of regression."""

from typing import Annotated

from cnnspec.declarations.fields import (
    Axes,
    Axis,
    Choice,
    Flag,
    NonNegativeInt,
    OptionalInt,
    UnitInterval,
)
from cnnspec.objects.families import METRICS
from cnnspec.objects.metrics import Metric, MetricName

Aggregation = Annotated[str | None, Choice("uniform_average", "variance_weighted_average", None)]


class Crossentropy(Metric):
    """Base class of cross-entropies."""

    from_logits: Flag = False
    """Whether predictions are logits instead of probabilities."""


class SmoothedCrossentropy(Crossentropy):
    """Base class of cross-entropies with label smoothing."""

    label_smoothing: UnitInterval = 0
    """Amount of label smoothing; 0 means none."""


@METRICS
class BinaryCrossentropy(SmoothedCrossentropy):
    """`-(y log(p) + (1 - y) log(1 - p))`, for labels that are 0 or 1."""

    aliases = ("binary_crossentropy", "bce", "BCE")
    name: MetricName = "binary_crossentropy"


@METRICS
class CategoricalCrossentropy(SmoothedCrossentropy):
    """`-sum(y log(p))`, for one-hot labels."""

    aliases = ("categorical_crossentropy",)
    axis: Axis = -1
    """Axis of the classes."""
    name: MetricName = "categorical_crossentropy"


@METRICS
class SparseCategoricalCrossentropy(Crossentropy):
    """`-log(p[y])`, for integer labels."""

    aliases = ("sparse_categorical_crossentropy",)
    ignore_class: OptionalInt = None
    """Class whose samples are ignored."""
    axis: Axis = -1
    """Axis of the classes."""
    name: MetricName = "sparse_categorical_crossentropy"


@METRICS
class KLDivergence(Metric):
    """`sum(y log(y / p))`, for labels that are distributions."""

    aliases = ("kl_divergence",)
    name: MetricName = "kl_divergence"


@METRICS
class Poisson(Metric):
    """`mean(p - y log(p))`, for counts."""

    aliases = ("poisson",)
    name: MetricName = "poisson"


@METRICS
class Hinge(Metric):
    """`mean(max(1 - y p, 0))`, for labels that are -1 or 1."""

    aliases = ("hinge",)
    name: MetricName = "hinge"


@METRICS
class SquaredHinge(Metric):
    """`mean(max(1 - y p, 0) ** 2)`, for labels that are -1 or 1."""

    aliases = ("squared_hinge",)
    name: MetricName = "squared_hinge"


@METRICS
class CategoricalHinge(Metric):
    """`max(1 + max((1 - y) p) - sum(y p), 0)`, for one-hot labels."""

    aliases = ("categorical_hinge",)
    name: MetricName = "categorical_hinge"


# Regression


@METRICS
class MeanSquaredError(Metric):
    """`mean((y - p) ** 2)`."""

    aliases = ("mean_squared_error", "mse", "MSE")
    name: MetricName = "mean_squared_error"


@METRICS
class RootMeanSquaredError(Metric):
    """`sqrt(mean((y - p) ** 2))`, with the mean over all samples so far."""

    aliases = ("root_mean_squared_error",)
    name: MetricName = "root_mean_squared_error"


@METRICS
class MeanAbsoluteError(Metric):
    """`mean(|y - p|)`."""

    aliases = ("mean_absolute_error", "mae", "MAE")
    name: MetricName = "mean_absolute_error"


@METRICS
class MeanAbsolutePercentageError(Metric):
    """`100 mean(|y - p| / |y|)`."""

    aliases = ("mean_absolute_percentage_error", "mape", "MAPE")
    name: MetricName = "mean_absolute_percentage_error"


@METRICS
class MeanSquaredLogarithmicError(Metric):
    """`mean((log(y + 1) - log(p + 1)) ** 2)`."""

    aliases = ("mean_squared_logarithmic_error", "msle", "MSLE")
    name: MetricName = "mean_squared_logarithmic_error"


@METRICS
class LogCoshError(Metric):
    """`mean(log(cosh(p - y)))`."""

    aliases = ("log_cosh_error",)
    name: MetricName = "logcosh"


@METRICS
class CosineSimilarity(Metric):
    """Cosine similarity of label and prediction."""

    aliases = ("cosine_similarity",)
    axis: Axis = -1
    """Axis of the vectors."""
    name: MetricName = "cosine_similarity"


@METRICS
class R2Score(Metric):
    """R2 score: the fraction of the variance of the labels that the predictions explain."""

    aliases = ("r2_score",)
    class_aggregation: Aggregation = "uniform_average"
    """How to average the scores of the outputs; null returns one score per output."""
    num_regressors: NonNegativeInt = 0
    """Number of independent variables for the adjusted score; 0 gives the plain score."""
    name: MetricName = "r2_score"


class Correlation(Metric):
    """Base class of correlations of labels and predictions."""

    axis: Axes = -1
    """Axes to correlate along."""


@METRICS
class PearsonCorrelation(Correlation):
    """Pearson correlation."""

    aliases = ("pearson_correlation",)
    name: MetricName = "pearson_correlation"


@METRICS
class ConcordanceCorrelation(Correlation):
    """Concordance correlation: lower if means or variances differ."""

    aliases = ("concordance_correlation",)
    name: MetricName = "concordance_correlation"
