"""The classes that values of outputs decide for, and their probabilities."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnspec.analysis.decisions import Decision


@dataclass(frozen=True, slots=True)
class Decided:
    """What rows of an output decide."""

    labels: Any
    """The numbers of the classes; for several labels, 0 or 1 for each class."""
    probabilities: Any
    """Their probabilities, or scores; for several labels, that of each class."""


def decided(decision: Decision, values: Any) -> Decided:
    """Return what values decide, which has no axis of classes unless there are several labels."""
    if decision.sort == "class":
        values = np.moveaxis(values, decision.axis, -1)
        labels = values.argmax(-1)
        probabilities = softmax(values) if decision.is_logits else values
        best = np.take_along_axis(probabilities, labels[..., None], -1)[..., 0]
        return Decided(labels, best)
    ones = sigmoid(values) if decision.is_logits else values
    labels = (ones > 0.5).astype("int64")
    if decision.sort == "labels":
        return Decided(labels, ones)
    return Decided(labels[..., 0], np.maximum(ones, 1 - ones)[..., 0])


def softmax(values: Any) -> Any:
    """Return the probabilities of classes for their logits along the last axis."""
    powers = np.exp(values - values.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sigmoid(values: Any) -> Any:
    """Return independent probabilities for their logits."""
    return 1 / (1 + np.exp(-np.abs(values))) * np.where(values < 0, np.exp(-np.abs(values)), 1)
