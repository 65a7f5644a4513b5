"""Metrics of positives and negatives: counts, rates and curves."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from annotated_types import Gt, Le

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import (
    Choice,
    Numbers,
    OptionalNonNegativeInt,
    OptionalPositiveInt,
    PositiveNumber,
    listed,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.activations import PROBABILITIES, SIGMOID
from cnnspec.objects.families import METRICS
from cnnspec.objects.measure import Labels
from cnnspec.objects.metric import CountDtype, Metric, MetricDtype, MetricName

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
OptionalPositiveFraction = Annotated[
    Annotated[float, Gt(0), Le(1)] | None, Expects("a number above 0, up to 1, or null")
]
Average = Annotated[str | None, Choice("micro", "macro", "weighted", None)]


class Outcomes(Metric):
    """Base class of metrics of positives and negatives."""

    labels = "0 to 1"
    fits = PROBABILITIES
    takes = "probabilities"
    logits_of = SIGMOID
    dtype: CountDtype = None
    """Data type of the counted outcomes, which Keras ignores."""


class OfOneClass(Outcomes):
    """Base class of metrics that may evaluate a single class."""

    def size_errors(self, size: int) -> Iterator[Problem]:
        """Check that there is a value of the class."""
        class_id = self.checked("class_id")
        if class_id is not None and class_id >= size:
            known = (
                f"there are {size} values, 0 to {size - 1}" if size > 1 else "there is one value"
            )
            message = f"'class_id' of {self.kind()} is {class_id}, but {known}"
            yield Problem("unusable-metric", message, "class_id")


class Count(Outcomes):
    """Base class of metrics that count one of the four outcomes."""

    better: ClassVar[str | None] = None
    for_logits = "use 'thresholds: 0' for logits"
    thresholds: Thresholds = None
    """Threshold above which a prediction is positive; null means 0.5."""

    def thresholds_of(self) -> tuple[float, ...]:
        """Return the thresholds."""
        values = self.meant("thresholds")
        return tuple(values) if isinstance(values, list | tuple) else (values,)

    def several(self) -> str:
        """Return the argument if there is a value for each of several thresholds."""
        given = self.checked("thresholds")
        return "thresholds" if isinstance(given, list | tuple) and len(given) > 1 else ""


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


class Rate(OfOneClass, Count):
    """Base class of precision and recall."""

    better = "max"
    top_k: OptionalPositiveInt = None
    """Treat the largest `top_k` predictions as positive."""
    class_id: OptionalNonNegativeInt = None
    """The only class to evaluate; null means all."""

    def activations(self) -> frozenset[str]:
        """Return none if only the order of the predictions counts."""
        return super().activations() if self.top_k is None else frozenset()

    def thresholds_of(self) -> tuple[float, ...]:
        """Return the thresholds, which only count if all predictions do."""
        return super().thresholds_of() if self.top_k is None else ()

    def runs_on(self, labels: Labels, rank: int) -> bool:
        """Return whether there is a label of the class, even if it is that of another sample."""
        is_read = self.checked("class_id") is not None and rank == 2
        return is_read or super().runs_on(labels, rank)

    def size_errors(self, size: int) -> Iterator[Problem]:
        """Check that there are as many values as the largest ones."""
        yield from super().size_errors(size)
        if self.top_k is not None and self.top_k > size:
            known = f"there are {size} values" if size > 1 else "there is one value"
            message = f"'top_k' of {self.kind()} is {self.top_k}, but {known}"
            yield Problem("unusable-metric", message, "top_k")


@METRICS
class Precision(Rate):
    """Fraction of the predicted positives that are positive."""

    example = {"thresholds": 0.4}
    aliases = ("precision",)


@METRICS
class Recall(Rate):
    """Fraction of the positives that are predicted as positive."""

    example = {"thresholds": 0.4}
    aliases = ("recall",)


@METRICS
class FBetaScore(Outcomes):
    """F-beta score: the harmonic mean of precision and recall, with recall weighted by `beta`."""

    usual_loss = "categorical_crossentropy"
    last_layer = {"units": 10, "activation": "softmax"}
    example = {"beta": 2, "average": "macro"}
    aliases = ("f_beta_score",)
    is_of_rows = True
    instead = {**Outcomes.instead, "0 to 1": "use 'FBetaScore: {threshold: 0.5}'"}
    average: Average = None
    """How to average the scores of the classes; null returns one score per class."""
    beta: PositiveNumber = 1.0
    threshold: OptionalPositiveFraction = None
    """Threshold above which a prediction is positive; null means the largest one."""
    name: MetricName = "fbeta_score"
    dtype: MetricDtype = None

    def activations(self) -> frozenset[str]:
        """Return none if the largest prediction is positive, whatever it is."""
        return frozenset() if self.threshold is None else self.fits

    def several(self) -> str:
        """Return the argument that keeps a score for each class."""
        return "" if self.average else "average"

    def compares_classes(self) -> bool:
        """Return whether the largest prediction is positive."""
        return self.threshold is None


@METRICS
class F1Score(FBetaScore):
    """F1 score: the harmonic mean of precision and recall."""

    example = {"average": "macro"}
    aliases = ("f1_score",)
    instead = {**Outcomes.instead, "0 to 1": "use 'F1Score: {threshold: 0.5}'"}
    absent = ("beta",)
    name: MetricName = "f1_score"
