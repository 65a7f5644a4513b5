"""What a declaration of a loss is, and base classes of losses."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from cnnspec.declarations.fields import Axis, Choice, Flag, FloatPolicy, ScopeName, UnitInterval
from cnnspec.diagnostics.problems import Problem
from cnnspec.naming import snake_case
from cnnspec.objects.activations import PROBABILITIES, SIGMOID, SOFTMAX
from cnnspec.objects.measure import NUMBERED as NUMBERED
from cnnspec.objects.measure import Labels as Labels
from cnnspec.objects.measure import Measure
from cnnspec.shapes import Shape, text

Reduction = Annotated[
    str | None,
    Choice(
        "sum_over_batch_size",
        "sum",
        "mean",
        "mean_with_sample_weight",
        "none",
        None,
        null="none",
        alike=lambda word: {"mean": "sum_over_batch_size"}.get(word, word),
    ),
]
LossName = Annotated[
    str | None, ScopeName(optional=True, null=lambda call: snake_case(call.kind()))
]


class Loss(Measure):
    """Base class of losses."""

    unusable = "unusable-loss"
    is_of_numbers: ClassVar[bool] = False
    """Whether labels are numbers rather than classes, unless predictions are probabilities."""

    reduction: Reduction = "sum_over_batch_size"
    """How to reduce the losses of the samples to one number; `none` keeps them."""
    name: LossName = None
    dtype: FloatPolicy = None
    """Data type of the computation; null means the default float type of Keras."""

    def chosen(self, size: int | None) -> "type[Loss]":
        """Return the kind that Keras uses for predictions of this size along the last axis."""
        return type(self)

    def labels_for(self, size: int | None) -> tuple[Labels, ...]:
        """Return what it takes as labels for predictions of this size along the last axis."""
        return (self.chosen(size).labels,)

    def shape_errors(self, name: str, shape: Shape) -> Iterator[Problem]:
        """Yield why Keras cannot compute it for an output with this name and shape."""
        yield from self.axis_errors(len(shape))

    def wrong_rank(self, rank: int, takes: str, name: str, shape: Shape) -> Iterator[Problem]:
        """Yield that an output has another rank."""
        if len(shape) != rank:
            message = f"{self.kind()} takes {takes}, but '{name}' has the shape {text(shape[1:])}"
            yield Problem(self.unusable, message)


class OverClasses(Loss):
    """Base class of losses that compare the probabilities of classes."""

    fits = SOFTMAX
    takes = "the probabilities of classes, as returned by softmax"


class YesOrNo(Loss):
    """Base class of losses that compare independent probabilities."""

    labels = "0 to 1"
    fits = SIGMOID
    takes = "independent probabilities, as returned by sigmoid"


class Regression(Loss):
    """Base class of losses of numbers that are no probabilities."""

    is_of_numbers = True
    unfit = SOFTMAX


class Scores(Loss):
    """Base class of losses of scores."""

    unfit = PROBABILITIES
    takes = "scores around 0, for labels of -1 and 1"


class Areas(Loss):
    """Base class of losses that compare areas."""

    last_layer = {"units": 1, "activation": "sigmoid"}
    unfit = frozenset(("linear", "tanh", "relu"))
    takes = "probabilities"


class Crossentropy(Loss):
    """Base class of cross-entropies."""

    from_logits: Flag = False
    """Whether predictions are logits instead of probabilities."""
    axis: Axis = -1
    """Axis of the classes."""


class SmoothedCrossentropy(Crossentropy):
    """Base class of cross-entropies with label smoothing."""

    label_smoothing: UnitInterval = 0.0
    """Amount of label smoothing; 0 means none."""
