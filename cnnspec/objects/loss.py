"""What a declaration of a loss is: its labels, the activations that it fits, and base classes."""

from typing import Annotated, ClassVar, Literal

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.fields import Axis, Choice, Flag, FloatPolicy, ScopeName, UnitInterval
from cnnspec.naming import snake_case
from cnnspec.objects.activations import PROBABILITIES, SIGMOID, SOFTMAX

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
Labels = Literal["values", "0 to 1", "one-hot", "classes", "groups", "sequences"]
"""What a loss takes as labels.

`values`, `0 to 1` and `one-hot` labels have the shape of the predictions. `classes` are the numbers
of classes, for which the predictions have an axis more; `groups` are the numbers of any groups,
for which they have one, too. `sequences` are a list of class numbers for each sample.
"""

NUMBERED: tuple[Labels, ...] = ("classes", "groups")
"""Labels that are one number where the predictions have an axis."""


class Loss(Declaration):
    """Base class of losses."""

    labels: ClassVar[Labels] = "values"
    """What it takes as labels."""
    fits: ClassVar[frozenset[str]] = frozenset()
    """The only activations whose results it takes for what they are; empty where many are fine."""
    unfit: ClassVar[frozenset[str]] = frozenset()
    """Activations whose results it cannot learn from, or that make little of it."""
    takes: ClassVar[str] = "numbers, not the probabilities of classes"
    """What it takes as predictions, in words."""

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

    unfit = SOFTMAX


class Scores(Loss):
    """Base class of losses of scores."""

    unfit = PROBABILITIES
    takes = "scores around 0, for labels of -1 and 1"


class Areas(Loss):
    """Base class of losses that compare areas."""

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
