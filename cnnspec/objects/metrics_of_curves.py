"""Metrics of positives and negatives at all thresholds: areas, and one rate at another."""

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Ge

from cnnspec.declarations.declaration import Expects, Recent
from cnnspec.declarations.fields import (
    Choice,
    Flag,
    Numbers,
    OptionalNonNegativeInt,
    OptionalPositiveInt,
    PositiveInt,
    UnitInterval,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import METRICS
from cnnspec.objects.metrics_of_outcomes import OfOneClass, Outcomes

Several = Annotated[int, Ge(2), Expects("a whole number of at least 2")]
CurveThresholds = Annotated[
    list[float] | None,
    Numbers("a list of numbers from 0 to 1, or null", minimum=0, maximum=1, optional=True),
]
LabelWeights = Annotated[
    list[float] | None,
    Numbers("a list of numbers of at least 0, or null", minimum=0, optional=True),
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


class Tradeoff(OfOneClass):
    """Base class of metrics that maximize one rate subject to a bound on another."""

    num_thresholds: PositiveInt = 200
    """Number of thresholds to try."""
    class_id: OptionalNonNegativeInt = None
    """The only class to evaluate; null means all."""


@METRICS
class PrecisionAtRecall(Tradeoff):
    """The best precision with a recall of at least `recall`."""

    example = {"recall": 0.9}
    aliases = ("precision_at_recall",)
    recall: UnitInterval


@METRICS
class RecallAtPrecision(Tradeoff):
    """The best recall with a precision of at least `precision`."""

    example = {"precision": 0.9}
    aliases = ("recall_at_precision",)
    precision: UnitInterval


@METRICS
class SensitivityAtSpecificity(Tradeoff):
    """The best sensitivity with a specificity of at least `specificity`."""

    example = {"specificity": 0.9}
    aliases = ("sensitivity_at_specificity",)
    specificity: UnitInterval


@METRICS
class SpecificityAtSensitivity(Tradeoff):
    """The best specificity with a sensitivity of at least `sensitivity`."""

    example = {"sensitivity": 0.9}
    aliases = ("specificity_at_sensitivity",)
    sensitivity: UnitInterval


@METRICS
class AUC(Outcomes):
    """The area under a curve over all thresholds."""

    example = {"curve": "PR"}
    aliases = ("auc",)
    for_logits = "use 'AUC: {from_logits: true}'"
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

    def takes_rows(self) -> bool:
        """Return whether there is a curve per label."""
        return self.multi_label

    def size_errors(self, size: int) -> Iterator[Problem]:
        """Check that what is given per label is given for all."""
        weights = self.label_weights
        if self.multi_label and self.num_labels not in (None, 1, size) and size > 1:
            message = (
                f"'num_labels' of {self.kind()} is {self.num_labels}, but there are {size} values"
            )
            yield Problem("unusable-metric", message, "num_labels")
        elif weights is not None and len(weights) not in (1, size):
            message = f"'label_weights' of {self.kind()} must be {size} numbers, not {len(weights)}"
            yield Problem("unusable-metric", message, "label_weights")
