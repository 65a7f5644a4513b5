"""What losses and metrics compare: the labels and the predictions that each kind takes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from cnnspec.declarations.declaration import Declaration

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
