"""Metrics of segmentations: intersection over union."""

from collections.abc import Iterator
from typing import Annotated

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import (
    Axis,
    Choice,
    Flag,
    Number,
    Numbers,
    OptionalInt,
    PositiveInt,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import METRICS
from cnnspec.objects.metrics import _TYPES, Metric

ClassIds = Annotated[
    list[int], Numbers("a list of whole numbers of at least 0", minimum=0, whole=True)
]
BinaryClassIds = Annotated[
    list[int], Numbers("a list of the classes 0 and 1", minimum=0, maximum=1, whole=True)
]
OverlapDtype = Annotated[str | None, Choice(*_TYPES, null="int64")]


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
