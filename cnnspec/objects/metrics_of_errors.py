"""Losses as metrics, and metrics of regression.

A loss as a metric takes what the loss takes, and has its description.
"""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.fields import (
    Axes,
    Axis,
    Choice,
    Flag,
    NonNegativeInt,
    OptionalInt,
    UnitInterval,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects import losses
from cnnspec.objects.families import METRICS
from cnnspec.objects.loss import Loss, Regression, Scores
from cnnspec.objects.metric import Metric, MetricName

Aggregation = Annotated[str | None, Choice("uniform_average", "variance_weighted_average", None)]


class LossMetric(Metric):
    """Base class of losses as metrics."""

    better = "min"
    loss: ClassVar[type[Loss]]
    """The loss that it is."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Take over the facts of the loss."""
        super().__init_subclass__(**options)
        if (loss := vars(cls).get("loss")) is not None:
            cls.labels, cls.fits, cls.takes = loss.labels, loss.fits, loss.takes
            cls.is_of_numbers = issubclass(loss, Regression)
            cls.is_of_scores = issubclass(loss, Scores)
            if (
                not cls.is_of_numbers
            ):  # errors of probabilities can be measured, if not learned from
                cls.unfit = loss.unfit
            cls.counts_axis_from_start = loss.counts_axis_from_start
            cls.takes_other_axes = loss.takes_other_axes
            cls.is_over_classes = loss.labels in ("one-hot", "classes")
            cls.logits_of = loss.fits if cls.for_logits else frozenset()
            cls.example, cls.last_layer = loss.example, loss.last_layer
            cls.usual_loss = loss.aliases[0]
            cls.__doc__ = loss.__doc__


class Crossentropy(LossMetric):
    """Base class of cross-entropies."""

    for_logits = "use 'from_logits: true' in the metric, too"

    instead = {
        **Metric.instead,
        "classes": "use 'sparse_categorical_crossentropy'",
        "one-hot": "use 'categorical_crossentropy'",
        "0 to 1": "use 'binary_crossentropy'",
    }

    from_logits: Flag = False
    """Whether predictions are logits instead of probabilities."""


class SmoothedCrossentropy(Crossentropy):
    """Base class of cross-entropies with label smoothing."""

    label_smoothing: UnitInterval = 0
    """Amount of label smoothing; 0 means none."""


@METRICS
class BinaryCrossentropy(SmoothedCrossentropy):
    loss = losses.BinaryCrossentropy
    aliases = ("binary_crossentropy", "bce", "BCE")
    name: MetricName = "binary_crossentropy"


@METRICS
class CategoricalCrossentropy(SmoothedCrossentropy):
    loss = losses.CategoricalCrossentropy
    aliases = ("categorical_crossentropy",)
    axis: Axis = -1
    """Axis of the classes."""
    name: MetricName = "categorical_crossentropy"


@METRICS
class SparseCategoricalCrossentropy(Crossentropy):
    loss = losses.SparseCategoricalCrossentropy
    aliases = ("sparse_categorical_crossentropy",)
    ignore_class: OptionalInt = None
    """Class whose samples are ignored."""
    axis: Axis = -1
    """Axis of the classes."""
    name: MetricName = "sparse_categorical_crossentropy"

    def size_errors(self, size: int) -> Iterator[Problem]:
        """Check that there are classes besides number 0."""
        if size == 1:
            message = f"{self.kind()} takes one value per class, but there is one value"
            suggestion = self.instead["0 to 1"]
            yield Problem("unusable-metric", message, suggestion=suggestion)


@METRICS
class KLDivergence(LossMetric):
    loss = losses.KLDivergence
    aliases = ("kl_divergence",)
    name: MetricName = "kl_divergence"


@METRICS
class Poisson(LossMetric):
    loss = losses.Poisson
    aliases = ("poisson",)
    name: MetricName = "poisson"


@METRICS
class Hinge(LossMetric):
    loss = losses.Hinge
    aliases = ("hinge",)
    name: MetricName = "hinge"


@METRICS
class SquaredHinge(LossMetric):
    loss = losses.SquaredHinge
    aliases = ("squared_hinge",)
    name: MetricName = "squared_hinge"


@METRICS
class CategoricalHinge(LossMetric):
    loss = losses.CategoricalHinge
    aliases = ("categorical_hinge",)
    name: MetricName = "categorical_hinge"


# Regression


@METRICS
class MeanSquaredError(LossMetric):
    loss = losses.MeanSquaredError
    aliases = ("mean_squared_error", "mse", "MSE")
    name: MetricName = "mean_squared_error"


@METRICS
class RootMeanSquaredError(Metric):
    """`sqrt(mean((y - p) ** 2))`, with the mean over all samples so far."""

    better = "min"
    is_of_numbers = True
    aliases = ("root_mean_squared_error",)
    name: MetricName = "root_mean_squared_error"


@METRICS
class MeanAbsoluteError(LossMetric):
    loss = losses.MeanAbsoluteError
    aliases = ("mean_absolute_error", "mae", "MAE")
    name: MetricName = "mean_absolute_error"


@METRICS
class MeanAbsolutePercentageError(LossMetric):
    loss = losses.MeanAbsolutePercentageError
    aliases = ("mean_absolute_percentage_error", "mape", "MAPE")
    name: MetricName = "mean_absolute_percentage_error"


@METRICS
class MeanSquaredLogarithmicError(LossMetric):
    loss = losses.MeanSquaredLogarithmicError
    aliases = ("mean_squared_logarithmic_error", "msle", "MSLE")
    name: MetricName = "mean_squared_logarithmic_error"


@METRICS
class LogCoshError(LossMetric):
    loss = losses.LogCosh
    aliases = ("log_cosh_error",)
    name: MetricName = "logcosh"


@METRICS
class CosineSimilarity(Metric):
    """Cosine similarity of label and prediction."""

    last_layer = {"units": 64}
    aliases = ("cosine_similarity",)
    axis: Axis = -1
    """Axis of the vectors."""
    name: MetricName = "cosine_similarity"

    def size_warnings(self, size: int) -> Iterator[Problem]:
        """Warn about vectors of one value."""
        if self.axis == -1 and size == 1:
            yield _of_one_value(self, "only compares signs", "use 'mean_absolute_error'")


@METRICS
class R2Score(Metric):
    """R2 score: the fraction of the variance of the labels that the predictions explain."""

    is_of_numbers = True
    is_of_rows = True
    aliases = ("r2_score",)
    class_aggregation: Aggregation = "uniform_average"
    """How to average the scores of the outputs; null returns one score per output."""
    num_regressors: NonNegativeInt = 0
    """Number of independent variables for the adjusted score; 0 gives the plain score."""
    name: MetricName = "r2_score"

    def several(self) -> str:
        """Return the argument that keeps a score for each value of the output."""
        return "" if self.class_aggregation else "class_aggregation"


class Correlation(Metric):
    """Base class of correlations of labels and predictions."""

    last_layer = {"units": 10}
    axis: Axes = -1
    """Axes to correlate along."""

    def size_warnings(self, size: int) -> Iterator[Problem]:
        """Warn about the correlation of a single value."""
        if self.axis in (-1, (-1,)) and size == 1:
            suggestion = f"use '{self.kind()}: {{axis: 0}}', for the samples of a batch"
            yield _of_one_value(self, "has nothing to correlate", suggestion)


def _of_one_value(metric: Metric, what: str, suggestion: str) -> Problem:
    message = f"along a last axis of one value {metric.kind()} {what}"
    at = "axis" if "axis" in metric.given else ()
    return Problem("metric-units", message, at, suggestion=suggestion)


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
