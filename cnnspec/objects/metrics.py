"""Metrics of accuracy."""

from collections.abc import Iterator

from cnnspec.declarations.fields import Flag, Number, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.activations import SIGMOID
from cnnspec.objects.families import METRICS
from cnnspec.objects.measure import SAME_SHAPE, Labels
from cnnspec.objects.metric import ACCURACIES, Metric, MetricName


@METRICS
class Accuracy(Metric):
    """Fraction of correct predictions; as a word, the kind of accuracy that matches the output."""

    labels = "classes"
    instead = ACCURACIES
    open_words = ("accuracy", "acc")
    aliases = open_words
    name: MetricName = "accuracy"

    def meant_for(self, size: int | None, labels: tuple[Labels, ...]) -> Metric | None:
        """Return the metric for the labels if the call leaves it open."""
        if not self.is_open:
            return self
        if size == 1:
            return BinaryAccuracy.of({})
        numbered = {each not in SAME_SHAPE for each in labels}
        if size is None or len(numbered) != 1:
            return None
        return (SparseCategoricalAccuracy if numbered == {True} else CategoricalAccuracy).of({})

    def labels_for(self, size: int | None) -> tuple[Labels, ...]:
        """Return the labels of all accuracies that the call leaves open."""
        if not self.is_open:
            return ("values",)
        return ("0 to 1",) if size == 1 else ("classes", "one-hot")

    def takes_class_numbers(self) -> bool:
        """Return that predictions are compared as they are."""
        return True

    def runs_on(self, labels: Labels, rank: int) -> bool:
        """Return whether labels have the shape of the predictions."""
        return labels in SAME_SHAPE

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

    example = {"threshold": 0.4}
    aliases = ("binary_accuracy",)
    labels = "0 to 1"
    fits = SIGMOID
    takes = "independent probabilities, as returned by sigmoid"
    instead = ACCURACIES
    for_logits = "use 'BinaryAccuracy: {threshold: 0}'"
    logits_of = SIGMOID
    threshold: Number = 0.5
    name: MetricName = "binary_accuracy"

    def thresholds_of(self) -> tuple[float, ...]:
        """Return the threshold."""
        return (self.threshold,)


@METRICS
class CategoricalAccuracy(Metric):
    """Fraction of samples whose largest prediction matches the one-hot label."""

    aliases = ("categorical_accuracy",)
    labels = "one-hot"
    is_over_classes = True
    reduces_labels = True
    instead = ACCURACIES
    name: MetricName = "categorical_accuracy"


@METRICS
class SparseCategoricalAccuracy(Metric):
    """Fraction of samples whose largest prediction matches the integer label."""

    aliases = ("sparse_categorical_accuracy",)
    labels = "classes"
    is_over_classes = True
    instead = ACCURACIES
    name: MetricName = "sparse_categorical_accuracy"


class TopK(Metric):
    """Base class of accuracies that take a class among the first for correct."""

    is_over_classes = True
    instead = {
        **ACCURACIES,
        "classes": "use 'sparse_top_k_categorical_accuracy'",
        "one-hot": "use 'top_k_categorical_accuracy'",
    }

    def size_warnings(self, size: int) -> Iterator[Problem]:
        """Warn about as many classes as there are."""
        k = self.checked("k")
        if k >= size > 1:
            message = f"{self.kind()} of the {k} largest among {size} values is always 1"
            yield Problem("metric-units", message, "k" if "k" in self.given else ())


@METRICS
class TopKCategoricalAccuracy(TopK):
    """Fraction of samples whose one-hot label is among the `k` largest predictions."""

    example = {"k": 3}
    aliases = ("top_k_categorical_accuracy",)
    labels = "one-hot"
    k: PositiveInt = 5
    name: MetricName = "top_k_categorical_accuracy"


@METRICS
class SparseTopKCategoricalAccuracy(TopK):
    """Fraction of samples whose integer label is among the `k` largest predictions."""

    example = {"k": 3}
    aliases = ("sparse_top_k_categorical_accuracy",)
    labels = "classes"
    k: PositiveInt = 5
    from_sorted_ids: Flag = False
    """Whether predictions are ranked classes, best first, instead of one score per class."""
    name: MetricName = "sparse_top_k_categorical_accuracy"

    def takes_class_numbers(self) -> bool:
        """Return whether predictions are ranked classes."""
        return self.from_sorted_ids
