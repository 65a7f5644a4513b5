"""What losses and metrics compare: the labels and the predictions that each kind takes."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import At, Problem

Labels = Literal["values", "0 to 1", "one-hot", "classes", "groups", "sequences"]
"""What a loss or metric takes as labels.

`values`, `0 to 1` and `one-hot` labels have the shape of the predictions. `classes` are the numbers
of classes, for which the predictions have an axis more; `groups` are the numbers of any groups,
for which they have one, too. `sequences` are a list of class numbers for each sample.
"""

SAME_SHAPE: tuple[Labels, ...] = ("values", "0 to 1", "one-hot")
"""Labels that have the shape of the predictions."""
NUMBERED: tuple[Labels, ...] = ("classes", "groups")
"""Labels that are one number where the predictions have an axis."""

IN_WORDS: dict[Labels, str] = {
    "values": "labels with the shape of the predictions",
    "0 to 1": "labels of 0 and 1",
    "one-hot": "one-hot labels",
    "classes": "class numbers",
    "groups": "numbers of groups",
    "sequences": "lists of class numbers",
}
"""The labels in words."""


ONLY_LAST = "Keras can compute it only along the last axis, written as -1"


class Measure(Declaration):
    """Base class of losses and metrics."""

    labels: ClassVar[Labels] = "values"
    """What it takes as labels."""
    fits: ClassVar[frozenset[str]] = frozenset()
    """The only activations whose results it takes for what they are; empty where many are fine."""
    unfit: ClassVar[frozenset[str]] = frozenset()
    """Activations whose results it cannot learn from, or that make little of it."""
    last_layer: ClassVar[Mapping[str, Any] | None] = None
    """The arguments of the last layer of an example; None for the usual ones for its labels."""
    takes: ClassVar[str] = "numbers, not the probabilities of classes"
    """What it takes as predictions, in words."""
    unusable: ClassVar[str]
    """The code of an error about a call that Keras cannot compute."""
    counts_axis_from_start: ClassVar[bool] = False
    """Whether Keras takes no other negative axis than -1."""
    takes_other_axes: ClassVar[bool] = True
    """Whether Keras takes other axes than the last one."""

    def axis_errors(self, rank: int) -> Iterator[Problem]:
        """Yield why Keras cannot compute it along its axis, for predictions of this rank."""
        given = getattr(self, "axis", -1)
        axes: list[Any] = [*given] if isinstance(given, list | tuple) else [given]
        seen: set[int] = set()
        for position, axis in enumerate(axes):
            at: At = ("axis", position) if isinstance(given, list | tuple) else ("axis",)
            if axis is None or axis == -1:
                message, hint = "", None
            elif not -rank <= axis < rank:
                message, hint = f"the predictions have the axes 0 to {rank - 1}", None
            elif not self.takes_other_axes and axis != rank - 1:
                message, hint = ONLY_LAST, "use 'axis: -1'"
            elif axis < 0 and self.counts_axis_from_start:
                message = "the only negative number that Keras takes is -1"
                hint = f"use 'axis: {axis % rank}'"
            else:
                message, hint = "", None
            if not message and axis is not None and axis % rank in seen:
                message = f"axis {axis % rank} is there twice"
            if message:
                said = f"'axis' of {self.kind()} is {axis}, but {message}"
                yield Problem(self.unusable, said, at, suggestion=hint)
            seen |= {axis % rank} if axis is not None else set()
