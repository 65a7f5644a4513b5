"""Metrics."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from cnnspec.declarations.declaration import Declaration, Expects
from cnnspec.declarations.fields import (
    DEFAULT_TYPE,
    FLOAT_TYPES,
    INT_TYPES,
    Choice,
    Flag,
    Number,
    PositiveInt,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.naming import snake_case
from cnnspec.objects.families import METRICS

MetricName = Annotated[
    str | None, Expects("text or null", null=lambda call: snake_case(call.kind()))
]
_TYPES = (*FLOAT_TYPES, *INT_TYPES, "bool", None)
MetricDtype = Annotated[str | None, Choice(*_TYPES, null=DEFAULT_TYPE)]


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
