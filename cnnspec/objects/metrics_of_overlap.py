"""Metrics of segmentations: intersection over union."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import (
    FLOAT_TYPES,
    Axis,
    Choice,
    Flag,
    Number,
    Numbers,
    OptionalInt,
    PositiveInt,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.activations import SIGMOID
from cnnspec.objects.families import METRICS
from cnnspec.objects.measure import ONLY_LAST, SAME_SHAPE, Labels
from cnnspec.objects.metric import Metric

ClassIds = Annotated[
    list[int], Numbers("a list of whole numbers of at least 0", minimum=0, whole=True)
]
BinaryClassIds = Annotated[
    list[int], Numbers("a list of the classes 0 and 1", minimum=0, maximum=1, whole=True)
]
OverlapDtype = Annotated[
    str | None, Choice(*FLOAT_TYPES, "int32", "int64", "uint32", "uint64", None, null="int64")
]
"""Counts of pixels soon exceed whole numbers of 8 and 16 bits."""


class Overlap(Metric):
    """Base class of the mean intersection over union (IoU), typically of pixels."""

    instead = {
        "classes": "use 'MeanIoU' with 'sparse_y_pred: false'",
        "one-hot": "use 'OneHotMeanIoU'",
        "0 to 1": "use 'BinaryIoU'",
        "values": "use 'mean_absolute_error'",
    }
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

    def form(self) -> Labels:
        """Return class numbers, or one-hot labels."""
        return "classes" if self._is_sparse("sparse_y_true") else "one-hot"

    def compares_classes(self) -> bool:
        """Return whether there is one prediction per class."""
        return not self.takes_class_numbers()

    def takes_class_numbers(self) -> bool:
        """Return whether predictions are integers."""
        return self._is_sparse("sparse_y_pred")

    def axis_errors(self, rank: int) -> Iterator[Problem]:
        """Yield that it takes no other axis, unless none is used."""
        is_used = self.compares_classes() or not self._is_sparse("sparse_y_true")
        if is_used and self.axis != -1:
            message = f"'axis' of {self.kind()} is {self.axis}, but {ONLY_LAST}"
            yield Problem(self.unusable, message, "axis", suggestion="use 'axis: -1'")

    def runs_on(self, labels: Labels, rank: int) -> bool:
        """Return whether there are as many labels as predictions, once they are integers."""
        if not self._is_sparse("sparse_y_true") and rank == 2 and labels not in SAME_SHAPE:
            return True  # the largest of all class numbers
        is_reduced = labels not in SAME_SHAPE or not self._is_sparse("sparse_y_true")
        is_twice = labels not in SAME_SHAPE and not self._is_sparse("sparse_y_true")
        return not is_twice and is_reduced != self.takes_class_numbers()

    def size_warnings(self, size: int) -> Iterator[Problem]:
        """Warn about classes that are not counted."""
        if self.compares_classes() and size > 1 and self.num_classes < size:
            message = f"{self.kind()} counts {self.num_classes} classes, but there are {size}"
            yield Problem("metric-units", message, "num_classes")

    def _is_sparse(self, argument: str) -> bool:
        return argument not in self.absent and bool(self.checked(argument))


@METRICS
class MeanIoU(Overlap):
    """Mean IoU over all classes."""

    example = {"num_classes": 10, "sparse_y_pred": False}
    aliases = ("mean_io_u",)


@METRICS
class OneHotMeanIoU(Overlap):
    """Mean IoU over all classes, for one-hot labels."""

    example = {"num_classes": 10}
    aliases = ("one_hot_mean_io_u",)
    absent = ("sparse_y_true",)
    sparse_y_pred: Flag = False


@METRICS
class IoU(Overlap):
    """Mean IoU over the given classes."""

    example = {"num_classes": 10, "target_class_ids": [0, 2], "sparse_y_pred": False}
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

    example = {"num_classes": 10, "target_class_ids": [0, 2]}
    aliases = ("one_hot_io_u",)
    absent = ("sparse_y_true",)
    sparse_y_pred: Flag = False


@METRICS
class BinaryIoU(Metric):
    """Mean IoU over one or both sides of a threshold."""

    example = {"target_class_ids": [1]}
    aliases = ("binary_io_u",)
    labels = "0 to 1"
    fits = SIGMOID
    takes = "independent probabilities, as returned by sigmoid"
    instead = Overlap.instead
    for_logits = "use 'BinaryIoU: {threshold: 0}'"
    logits_of = SIGMOID
    dtype: OverlapDtype = None
    """The type that outcomes are counted in; null is int64."""
    target_class_ids: BinaryClassIds = default((0, 1))
    """Classes to average."""
    threshold: Number = 0.5

    def thresholds_of(self) -> tuple[float, ...]:
        """Return the threshold."""
        return (self.threshold,)
