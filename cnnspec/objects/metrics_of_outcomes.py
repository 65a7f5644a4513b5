"""Metrics of positives and negatives: counts, rates and curves."""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Ge, Gt, Le

from cnnspec.declarations.declaration import Expects, Recent
from cnnspec.declarations.fields import (
    Choice,
    Flag,
    Numbers,
    OptionalNonNegativeInt,
    OptionalPositiveInt,
    PositiveInt,
    PositiveNumber,
    UnitInterval,
    listed,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import METRICS
from cnnspec.objects.metrics import Metric, MetricName

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
Average = Annotated[str | None, Choice("micro", "macro", "weighted", None)]


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
    recent = (Recent("3.11.0", "curve", "the curve 'PRGAIN'", lambda call: call.curve == "PRGAIN"),)
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
