"""What is reported of a model beside its loss."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from annotated_types import Ge, Gt, Le

from cnnspec.declarations import Declaration, Expects, Problem, default
from cnnspec.fields import (
    DEFAULT_TYPE,
    FLOAT_TYPES,
    INT_TYPES,
    Axes,
    Axis,
    Choice,
    Flag,
    NonNegativeInt,
    Number,
    Numbers,
    OptionalInt,
    OptionalNonNegativeInt,
    OptionalPositiveInt,
    PositiveInt,
    PositiveNumber,
    UnitInterval,
)
from cnnspec.naming import snake_case
from cnnspec.objects import METRICS

Several = Annotated[int, Ge(2), Expects("a whole number of at least 2")]
Thresholds = Annotated[
    float | list[float] | None,
    Numbers(
        "a number from 0 to 1, a list of them, or null",
        minimum=0,
        maximum=1,
        single=True,
        optional=True,
    ),
]
CurveThresholds = Annotated[
    list[float] | None,
    Numbers("a list of numbers from 0 to 1, or null", minimum=0, maximum=1, optional=True),
]
LabelWeights = Annotated[
    list[float] | None,
    Numbers("a list of numbers of at least 0, or null", minimum=0, optional=True),
]
ClassIds = Annotated[
    list[int], Numbers("a list of whole numbers of at least 0", minimum=0, whole=True)
]
BinaryClassIds = Annotated[
    list[int], Numbers("a list of the classes 0 and 1", minimum=0, maximum=1, whole=True)
]
OptionalPositiveFraction = Annotated[
    Annotated[float, Gt(0), Le(1)] | None, Expects("a number above 0, up to 1, or null")
]
Curve = Annotated[
    str,
    Choice("ROC", "PR", "PRGAIN", synonyms={"roc": "ROC", "pr": "PR", "prgain": "PRGAIN"}),
]
Summation = Annotated[
    str,
    Choice(
        "interpolation",
        "majoring",
        "minoring",
        synonyms={
            "Interpolation": "interpolation",
            "Majoring": "majoring",
            "Minoring": "minoring",
        },
    ),
]
MetricName = Annotated[
    str | None, Expects("text or null", null=lambda call: snake_case(call.kind()))
]
MetricDtype = Annotated[
    str | None, Choice(*FLOAT_TYPES, *INT_TYPES, "bool", None, null=DEFAULT_TYPE)
]
Average = Annotated[str | None, Choice("micro", "macro", "weighted", None)]
Aggregation = Annotated[str | None, Choice("uniform_average", "variance_weighted_average", None)]


class Metric(Declaration):
    """What all metrics share."""

    name: MetricName = None
    """What the metric is called in logs; null is its kind in snake case."""
    dtype: MetricDtype = None
    """The type that the metric is computed in; null is Keras's choice."""

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Check arguments and keep them. Keras calls a metric by the word that names it, if any.

        Raises:
            Problems: any argument is unknown, missing, or not of its type.

        """
        metric = super().of(arguments, word=word)
        if not arguments and metric.word in cls.aliases:
            metric.name = metric.word
        return metric

    def alias(self) -> str:
        """The word for a call without arguments, which is also what Keras calls it."""
        return self.name if self.name in self.aliases else self.kind()


# Classes


@METRICS
class Accuracy(Metric):
    """How often the prediction is the label itself; as a word, the accuracy that fits."""

    open_words = ("accuracy", "acc")
    aliases = open_words
    name: MetricName = "accuracy"

    def conflicts(self) -> Iterator[Problem]:
        """Refuse arguments of a word that leaves the kind open."""
        if self.word in self.open_words and self.given:
            message = f"'{self.word}' takes no arguments, as it does not say which accuracy"
            suggestion = "name one, such as 'CategoricalAccuracy'"
            first = next(iter(self.given))
            yield Problem("unknown-argument", message, first, where="key", suggestion=suggestion)


@METRICS
class BinaryAccuracy(Metric):
    """How often the prediction is on the label's side of a threshold."""

    aliases = ("binary_accuracy",)
    threshold: Number = 0.5
    name: MetricName = "binary_accuracy"


@METRICS
class CategoricalAccuracy(Metric):
    """How often the largest prediction is that of the one-hot label."""

    aliases = ("categorical_accuracy",)
    name: MetricName = "categorical_accuracy"


@METRICS
class SparseCategoricalAccuracy(Metric):
    """How often the largest prediction is that of the class number."""

    aliases = ("sparse_categorical_accuracy",)
    name: MetricName = "sparse_categorical_accuracy"


@METRICS
class TopKCategoricalAccuracy(Metric):
    """How often the one-hot label is among the `k` largest predictions."""

    aliases = ("top_k_categorical_accuracy",)
    k: PositiveInt = 5
    name: MetricName = "top_k_categorical_accuracy"


@METRICS
class SparseTopKCategoricalAccuracy(Metric):
    """How often the class number is among the `k` largest predictions."""

    aliases = ("sparse_top_k_categorical_accuracy",)
    k: PositiveInt = 5
    from_sorted_ids: Flag = False
    """Whether the model gives class numbers, the best first, instead of a value for each class."""
    name: MetricName = "sparse_top_k_categorical_accuracy"


# Positives and negatives


class Count(Metric):
    """What counts one of the four sorts of outcomes."""

    thresholds: Thresholds = None
    """From where on a prediction is positive; null is 0.5."""


@METRICS
class TruePositives(Count):
    """How many positives are predicted to be positive."""

    aliases = ("true_positives",)


@METRICS
class TrueNegatives(Count):
    """How many negatives are predicted to be negative."""

    aliases = ("true_negatives",)


@METRICS
class FalsePositives(Count):
    """How many negatives are predicted to be positive."""

    aliases = ("false_positives",)


@METRICS
class FalseNegatives(Count):
    """How many positives are predicted to be negative."""

    aliases = ("false_negatives",)


class Rate(Count):
    """What relates the true positives to others."""

    top_k: OptionalPositiveInt = None
    """Takes the largest `top_k` predictions as the positive ones."""
    class_id: OptionalNonNegativeInt = None
    """The one class that is looked at; null is all of them."""


@METRICS
class Precision(Rate):
    """Which part of the predicted positives is positive."""

    aliases = ("precision",)


@METRICS
class Recall(Rate):
    """Which part of the positives is predicted to be positive."""

    aliases = ("recall",)


class Tradeoff(Metric):
    """What is best of one rate while another is at least a given one."""

    num_thresholds: PositiveInt = 200
    """How many thresholds are tried."""
    class_id: OptionalNonNegativeInt = None
    """The one class that is looked at; null is all of them."""


@METRICS
class PrecisionAtRecall(Tradeoff):
    """The best precision where the recall is at least `recall`."""

    aliases = ("precision_at_recall",)
    recall: UnitInterval


@METRICS
class RecallAtPrecision(Tradeoff):
    """The best recall where the precision is at least `precision`."""

    aliases = ("recall_at_precision",)
    precision: UnitInterval


@METRICS
class SensitivityAtSpecificity(Tradeoff):
    """The best sensitivity where the specificity is at least `specificity`."""

    aliases = ("sensitivity_at_specificity",)
    specificity: UnitInterval


@METRICS
class SpecificityAtSensitivity(Tradeoff):
    """The best specificity where the sensitivity is at least `sensitivity`."""

    aliases = ("specificity_at_sensitivity",)
    sensitivity: UnitInterval


@METRICS
class AUC(Metric):
    """The area under a curve over all thresholds."""

    aliases = ("auc",)
    num_thresholds: Several = 200
    """How many thresholds the curve has; not used if `thresholds` is given."""
    curve: Curve = "ROC"
    """Recall over the rate of false positives, precision over recall, or the gains of these."""
    summation_method: Summation = "interpolation"
    """Between thresholds: a line, the higher of both ends, or the lower."""
    thresholds: CurveThresholds = None
    multi_label: Flag = False
    """Whether every label has a curve of its own, and the areas are averaged."""
    num_labels: OptionalPositiveInt = None
    label_weights: LabelWeights = None
    from_logits: Flag = False
    """Whether the model gives logits; otherwise it gives probabilities."""

    def conflicts(self) -> Iterator[Problem]:
        """Labels are counted where each has a curve."""
        if self.num_labels is None:
            return
        if not self.multi_label:
            message = f"'num_labels' of {self.kind()} needs 'multi_label: true'"
            yield Problem("conflicting-arguments", message, "num_labels")
        elif self.label_weights is not None and len(self.label_weights) != self.num_labels:
            message = (
                f"'label_weights' of {self.kind()} must be {self.num_labels} numbers,"
                f" as 'num_labels' says, not {len(self.label_weights)}"
            )
            yield Problem("conflicting-arguments", message, "label_weights")


@METRICS
class FBetaScore(Metric):
    """The harmonic mean of precision and recall, recall counted `beta` times."""

    aliases = ("f_beta_score",)
    average: Average = None
    """How the scores of the classes become one; null gives one score for each class."""
    beta: PositiveNumber = 1.0
    threshold: OptionalPositiveFraction = None
    """From where on a prediction is positive; null takes the largest one."""
    name: MetricName = "fbeta_score"


@METRICS
class F1Score(FBetaScore):
    """The harmonic mean of precision and recall."""

    aliases = ("f1_score",)
    absent = ("beta",)
    name: MetricName = "f1_score"


# Overlap


class Overlap(Metric):
    """What averages the intersection over union of classes, typically of pixels."""

    num_classes: PositiveInt
    ignore_class: OptionalInt = None
    """A class number whose examples do not count."""
    sparse_y_true: Flag = True
    """Whether labels are class numbers; otherwise they are one-hot."""
    sparse_y_pred: Flag = True
    """Whether predictions are class numbers; otherwise there is a value for each class."""
    axis: Axis = -1
    """The axis of the classes, where they are not class numbers."""


@METRICS
class MeanIoU(Overlap):
    """The mean over all classes."""

    aliases = ("mean_io_u",)


@METRICS
class OneHotMeanIoU(Overlap):
    """The mean over all classes, for one-hot labels."""

    aliases = ("one_hot_mean_io_u",)
    absent = ("sparse_y_true",)
    sparse_y_pred: Flag = False


@METRICS
class IoU(Overlap):
    """The mean over some classes."""

    aliases = ("io_u",)
    target_class_ids: ClassIds
    """The classes that are averaged."""

    def conflicts(self) -> Iterator[Problem]:
        """Classes are counted from 0."""
        for position, target in enumerate(self.target_class_ids):
            if target >= self.num_classes:
                message = (
                    f"'target_class_ids' of {self.kind()} must be below"
                    f" 'num_classes' ({self.num_classes}), not {target}"
                )
                yield Problem("conflicting-arguments", message, ("target_class_ids", position))


@METRICS
class OneHotIoU(IoU):
    """The mean over some classes, for one-hot labels."""

    aliases = ("one_hot_io_u",)
    absent = ("sparse_y_true",)
    sparse_y_pred: Flag = False


@METRICS
class BinaryIoU(Metric):
    """The mean over one or both sides of a threshold."""

    aliases = ("binary_io_u",)
    target_class_ids: BinaryClassIds = default((0, 1))
    """The classes that are averaged."""
    threshold: Number = 0.5


# Losses as metrics


class Crossentropy(Metric):
    """What the cross-entropies share."""

    from_logits: Flag = False
    """Whether the model gives logits; otherwise it gives probabilities."""


class SmoothedCrossentropy(Crossentropy):
    """What the cross-entropies that can smooth their labels share."""

    label_smoothing: UnitInterval = 0
    """How far the labels are moved towards being all alike."""


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
    """The axis of the classes."""
    name: MetricName = "categorical_crossentropy"


@METRICS
class SparseCategoricalCrossentropy(Crossentropy):
    """`-log(p[y])`, for labels that are class numbers."""

    aliases = ("sparse_categorical_crossentropy",)
    ignore_class: OptionalInt = None
    """A class number whose examples do not count."""
    axis: Axis = -1
    """The axis of the classes."""
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
    """`sqrt(mean((y - p) ** 2))`, the mean over everything seen."""

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
    """The cosine of the angle between label and prediction."""

    aliases = ("cosine_similarity",)
    axis: Axis = -1
    """The axis along which the vectors lie."""
    name: MetricName = "cosine_similarity"


@METRICS
class R2Score(Metric):
    """Which part of the labels' variance the predictions explain."""

    aliases = ("r2_score",)
    class_aggregation: Aggregation = "uniform_average"
    """How the scores of the outputs become one; null gives one score for each output."""
    num_regressors: NonNegativeInt = 0
    """The number of independent variables, for the adjusted score; 0 is the plain one."""
    name: MetricName = "r2_score"


class Correlation(Metric):
    """What correlates labels and predictions."""

    axis: Axes = -1
    """The axes along which they are correlated."""


@METRICS
class PearsonCorrelation(Correlation):
    """The linear correlation."""

    aliases = ("pearson_correlation",)
    name: MetricName = "pearson_correlation"


@METRICS
class ConcordanceCorrelation(Correlation):
    """The linear correlation, lowered where means or variances differ."""

    aliases = ("concordance_correlation",)
    name: MetricName = "concordance_correlation"
