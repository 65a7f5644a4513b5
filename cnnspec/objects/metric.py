"""What a declaration of a metric is."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import DEFAULT_TYPE, FLOAT_TYPES, INT_TYPES, Choice
from cnnspec.diagnostics.problems import Problem
from cnnspec.naming import snake_case
from cnnspec.objects.families import METRICS
from cnnspec.objects.measure import SAME_SHAPE, Labels, Measure

MetricName = Annotated[
    str | None, Expects("text or null", null=lambda call: snake_case(call.kind()))
]
COUNTED_IN = tuple(each for each in INT_TYPES if each != "int8")
"""The types of whole numbers of metrics; Keras takes `int8` for a quantization."""
MetricDtype = Annotated[str | None, Choice(*FLOAT_TYPES, None, null=DEFAULT_TYPE)]
CountDtype = Annotated[
    str | None, Choice(*FLOAT_TYPES, *COUNTED_IN, "bool", None, null=DEFAULT_TYPE)
]

Suggestions = Mapping[Labels, str]
"""What to do instead, by the labels that there are."""
ACCURACIES: Suggestions = MappingProxyType(
    {
        "classes": "use 'sparse_categorical_accuracy'",
        "one-hot": "use 'categorical_accuracy'",
        "0 to 1": "use 'binary_accuracy'",
        "values": "use 'mean_absolute_error'",
    }
)


class Metric(Measure):
    """Base class of metrics.

    Facts that depend on the arguments of a call are methods; the others are class variables.
    """

    unusable = "unusable-metric"
    better: ClassVar[str | None] = "max"
    """Whether smaller values (`min`) or larger ones (`max`) are better; None for what is neither."""
    is_over_classes: ClassVar[bool] = False
    """Whether it compares the values of classes along the last axis."""
    is_of_numbers: ClassVar[bool] = False
    """Whether it measures how far predictions are from labels, as numbers."""
    is_of_scores: ClassVar[bool] = False
    """Whether labels are -1 and 1, or 0 and 1, for predictions on both sides of 0."""
    is_of_rows: ClassVar[bool] = False
    """Whether predictions must be one row of values per sample."""
    reduces_labels: ClassVar[bool] = False
    """Whether it looks for the largest label along the last axis, even of class numbers."""
    instead: ClassVar[Suggestions] = {
        **ACCURACIES,
        "classes": "use 'sparse_categorical_accuracy', or CategoricalCrossentropy and one-hot labels",
    }
    """What fits other labels and their predictions."""
    usual_loss: ClassVar[str | None] = None
    """The loss of an example; None for the usual one for its labels."""
    for_logits: ClassVar[str] = ""
    """How to let it take logits, if it can."""
    logits_of: ClassVar[frozenset[str]] = frozenset()
    """The activations whose logits it can take."""

    name: MetricName = None
    """Name of the metric in logs; null means the kind in snake case."""
    dtype: MetricDtype = None
    """Data type of the computation; null means the default of Keras. Whole numbers would cut off fractions."""

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

    def meant_for(self, size: int | None, labels: tuple[Labels, ...]) -> "Metric | None":
        """Return the metric that Keras uses for predictions of this size, and for these labels.

        None if that is unknown.
        """
        return self

    def form(self) -> Labels:
        """Return what it takes as labels."""
        return self.labels

    def labels_for(self, size: int | None) -> tuple[Labels, ...]:
        """Return what it may take as labels for predictions of this size, where no loss decides it."""
        return (self.form(),)

    def activations(self) -> frozenset[str]:
        """Return the only activations whose results it takes for what they are; empty for any."""
        return self.fits

    def thresholds_of(self) -> tuple[float, ...]:
        """Return the thresholds that predictions are compared with; empty if there are none."""
        return ()

    def several(self) -> str:
        """Return the argument that makes several values of it; empty for a single value."""
        return ""

    def set_for_logits(self) -> str:
        """Return the argument by which it takes logits rather than probabilities; empty if none."""
        if getattr(self, "from_logits", False):
            return "'from_logits'"
        values = self.thresholds_of()
        if not values or any(0 < each < 1 for each in values):
            return ""
        return f"a threshold of {values[0]:g}"

    def compares_classes(self) -> bool:
        """Return whether it takes one value per class, so that a single value says nothing."""
        return self.is_over_classes

    def takes_class_numbers(self) -> bool:
        """Return whether it takes class numbers as predictions, which no activation returns."""
        return False

    def takes_rows(self) -> bool:
        """Return whether predictions must be one row of values per sample."""
        return self.is_of_rows

    def is_along_last_axis(self) -> bool:
        """Return whether the last axis is the one that it works along."""
        return getattr(self, "axis", -1) in (-1, (-1,), [-1])

    def runs_on(self, labels: Labels, rank: int) -> bool:
        """Return whether Keras computes it from labels, and predictions of several values."""
        if self.reduces_labels and rank == 2:
            return True
        return (labels in SAME_SHAPE) == (self.form() in SAME_SHAPE)

    def size_errors(self, size: int) -> Iterator[Problem]:
        """Yield why Keras cannot compute it for predictions of this size along the last axis."""
        return iter(())

    def size_warnings(self, size: int) -> Iterator[Problem]:
        """Yield why it says nothing about predictions of this size along the last axis."""
        return iter(())

    def alias(self) -> str:
        """The word of a call without arguments, which Keras uses as the name."""
        name = str(self.meant("name"))
        return name if name in self.aliases else self.kind()


class OtherMetric(Metric):
    """Base class of metrics of other packages, of which it is unknown which values are better."""

    better = None


METRICS.base = OtherMetric
