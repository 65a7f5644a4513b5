"""Metrics."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from annotated_types import Ge, Gt, Le

from cnnspec.declarations.declaration import Declaration, Expects, default
from cnnspec.declarations.fields import (
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
    listed,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.naming import snake_case
from cnnspec.objects.families import METRICS

Several = Annotated[int, Ge(2), Expects("a whole number of at least 2")]
Thresholds = Annotated[
    float | list[float] | None,
    Numbers(
        "a number from 0 to 1, a list of them, or null",
        minimum=0,
        maximum=1,
        single=True,
        optional=True,
        null=lambda call: 0.5 if getattr(call, "top_k", None) is None else None,
        alike=listed,
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
_TYPES = (*FLOAT_TYPES, *INT_TYPES, "bool", None)
MetricDtype = Annotated[str | None, Choice(*_TYPES, null=DEFAULT_TYPE)]
OverlapDtype = Annotated[str | None, Choice(*_TYPES, null="int64")]
Average = Annotated[str | None, Choice("micro", "macro", "weighted", None)]
Aggregation = Annotated[str | None, Choice("uniform_average", "variance_weighted_average", None)]


class Metric(Declaration):
    """Base class of metrics."""

    name: MetricName = None
    """Name of the metric in logs; null means the kind in snake case."""
    dtype: MetricDtype = None
    """Data type of the computation; null means the default of Keras."""

    @classmethod
    def of(cls, arguments: Mapping[str, Any], *, word: str | None = None) -> Self:
        """Check and store the arguments. A word used as the kind also names the metric in Keras.

        Raises:
            Problems: an argument is unknown, missing, or has the wrong type.

        """
        metric = super().of(arguments, word=word)
        if not arguments and metric.word in cls.aliases:
            metric.name = metric.word
        return metric

    def alias(self) -> str:
        """The word of a call without arguments, which Keras uses as the name."""
        name = str(self.meant("name"))
        return name if name in self.aliases else self.kind()


# Classes


@METRICS
class Accuracy(Metric):
    """Fraction of correct predictions; as a word, the kind of accuracy that matches the output."""

    open_words = ("accuracy", "acc")
    aliases = open_words
    name: MetricName = "accuracy"

    def conflicts(self) -> Iterator[Problem]:
        """Reject arguments of a word that stands for several kinds."""
        if self.word in self.open_words and self.given:
            message = (
                f"'{self.word}' takes no arguments, because it does not name a specific accuracy"
            )
            suggestion = "use a specific one, such as 'CategoricalAccuracy'"
            first = next(iter(self.given))
            yield Problem("unknown-argument", message, first, where="key", suggestion=suggestion)


@METRICS
class BinaryAccuracy(Metric):
    """Fraction of predictions on the same side of a threshold as the label."""

    aliases = ("binary_accuracy",)
    threshold: Number = 0.5
    name: MetricName = "binary_accuracy"


@METRICS
class CategoricalAccuracy(Metric):
    """Fraction of samples whose largest prediction matches the one-hot label."""

    aliases = ("categorical_accuracy",)
    name: MetricName = "categorical_accuracy"


@METRICS
class SparseCategoricalAccuracy(Metric):
    """Fraction of samples whose largest prediction matches the integer label."""

    aliases = ("sparse_categorical_accuracy",)
    name: MetricName = "sparse_categorical_accuracy"


@METRICS
class TopKCategoricalAccuracy(Metric):
    """Fraction of samples whose one-hot label is among the `k` largest predictions."""

    aliases = ("top_k_categorical_accuracy",)
    k: PositiveInt = 5
    name: MetricName = "top_k_categorical_accuracy"


@METRICS
class SparseTopKCategoricalAccuracy(Metric):
    """Fraction of samples whose integer label is among the `k` largest predictions."""

    aliases = ("sparse_top_k_categorical_accuracy",)
    k: PositiveInt = 5
    from_sorted_ids: Flag = False
    """Whether predictions are ranked classes, best first, instead of one score per class."""
    name: MetricName = "sparse_top_k_categorical_accuracy"


# Positives and negatives


class Count(Metric):
    """Base class of metrics that count one of the four outcomes."""

    thresholds: Thresholds = None
    """Threshold above which a prediction is positive; null means 0.5."""


@METRICS
class TruePositives(Count):
    """Number of positives predicted as positive."""

    aliases = ("true_positives",)


@METRICS
class TrueNegatives(Count):
    """Number of negatives predicted as negative."""

    aliases = ("true_negatives",)


@METRICS
class FalsePositives(Count):
    """Number of negatives predicted as positive."""

    aliases = ("false_positives",)


@METRICS
class FalseNegatives(Count):
    """Number of positives predicted as negative."""

    aliases = ("false_negatives",)


class Rate(Count):
    """Base class of precision and recall."""

    top_k: OptionalPositiveInt = None
    """Treat the largest `top_k` predictions as positive."""
    class_id: OptionalNonNegativeInt = None
    """The only class to evaluate; null means all."""


@METRICS
class Precision(Rate):
    """Fraction of the predicted positives that are positive."""

    aliases = ("precision",)


@METRICS
class Recall(Rate):
    """Fraction of the positives that are predicted as positive."""

    aliases = ("recall",)


class Tradeoff(Metric):
    """Base class of metrics that maximize one rate subject to a bound on another."""

    num_thresholds: PositiveInt = 200
    """Number of thresholds to try."""
    class_id: OptionalNonNegativeInt = None
    """The only class to evaluate; null means all."""


@METRICS
class PrecisionAtRecall(Tradeoff):
    """The best precision with a recall of at least `recall`."""

    aliases = ("precision_at_recall",)
    recall: UnitInterval


@METRICS
class RecallAtPrecision(Tradeoff):
    """The best recall with a precision of at least `precision`."""

    aliases = ("recall_at_precision",)
    precision: UnitInterval


@METRICS
class SensitivityAtSpecificity(Tradeoff):
    """The best sensitivity with a specificity of at least `specificity`."""

    aliases = ("sensitivity_at_specificity",)
    specificity: UnitInterval


@METRICS
class SpecificityAtSensitivity(Tradeoff):
    """The best specificity with a sensitivity of at least `sensitivity`."""

    aliases = ("specificity_at_sensitivity",)
    sensitivity: UnitInterval


@METRICS
class AUC(Metric):
    """The area under a curve over all thresholds."""

    aliases = ("auc",)
    num_thresholds: Several = 200
    """Number of thresholds; ignored if `thresholds` is given."""
    curve: Curve = "ROC"
    """ROC curve, precision-recall curve, or precision-recall-gain curve."""
    summation_method: Summation = "interpolation"
    """How to interpolate between thresholds."""
    thresholds: CurveThresholds = None
    multi_label: Flag = False
    """Whether to compute a curve per label and average the areas."""
    num_labels: OptionalPositiveInt = None
    label_weights: LabelWeights = None
    from_logits: Flag = False
    """Whether predictions are logits instead of probabilities."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that arguments for labels are used only with one curve per label."""
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
    """F-beta score: the harmonic mean of precision and recall, with recall weighted by `beta`."""

    aliases = ("f_beta_score",)
    average: Average = None
    """How to average the scores of the classes; null returns one score per class."""
    beta: PositiveNumber = 1.0
    threshold: OptionalPositiveFraction = None
    """Threshold above which a prediction is positive; null means the largest one."""
    name: MetricName = "fbeta_score"


@METRICS
class F1Score(FBetaScore):
    """F1 score: the harmonic mean of precision and recall."""

    aliases = ("f1_score",)
    absent = ("beta",)
    name: MetricName = "f1_score"


# Overlap


class Overlap(Metric):
    """Base class of the mean intersection over union (IoU), typically of pixels."""

    dtype: OverlapDtype = None
    """The type that outcomes are counted in; null is int64."""
    num_classes: PositiveInt
    ignore_class: OptionalInt = None
    """Class whose samples are ignored."""
    sparse_y_true: Flag = True
    """Whether labels are integers instead of one-hot vectors."""
    sparse_y_pred: Flag = True
    """Whether predictions are integers instead of one score per class."""
    axis: Axis = -1
    """Axis of the classes, if they are not integers."""


@METRICS
class MeanIoU(Overlap):
    """Mean IoU over all classes."""

    aliases = ("mean_io_u",)


@METRICS
class OneHotMeanIoU(Overlap):
    """Mean IoU over all classes, for one-hot labels."""

    aliases = ("one_hot_mean_io_u",)
    absent = ("sparse_y_true",)
    sparse_y_pred: Flag = False


@METRICS
class IoU(Overlap):
    """Mean IoU over the given classes."""

    aliases = ("io_u",)
    target_class_ids: ClassIds
    """Classes to average."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that the classes are within the number of classes."""
        for position, target in enumerate(self.target_class_ids):
            if target >= self.num_classes:
                message = (
                    f"'target_class_ids' of {self.kind()} must be below"
                    f" 'num_classes' ({self.num_classes}), not {target}"
                )
                yield Problem("conflicting-arguments", message, ("target_class_ids", position))


@METRICS
class OneHotIoU(IoU):
    """Mean IoU over the given classes, for one-hot labels."""

    aliases = ("one_hot_io_u",)
    absent = ("sparse_y_true",)
    sparse_y_pred: Flag = False


@METRICS
class BinaryIoU(Metric):
    """Mean IoU over one or both sides of a threshold."""

    aliases = ("binary_io_u",)
    dtype: OverlapDtype = None
    """The type that outcomes are counted in; null is int64."""
    target_class_ids: BinaryClassIds = default((0, 1))
    """Classes to average."""
    threshold: Number = 0.5


# Losses as metrics


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
