"""Counts which classes a model confuses."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnnspec.analysis.decisions import Decision, decisions
from cnnspec.ir.graph import Output
from cnnspec.objects.loss import NUMBERED
from cnnspec.training.deciding import decided
from cnnspec.training.failing import failing, reading
from cnnspec.training.listening import Follower
from cnnspec.training.pipeline import Pipeline


@dataclass(slots=True)
class Confusion:
    """How often each class of an output was predicted for each class."""

    classes: tuple[str, ...]
    """The names of the classes, or their numbers."""
    is_of_labels: bool = False
    """Whether a row has any number of these classes, which are then counted one by one."""
    counts: Counter[tuple[int, int]] = field(default_factory=Counter)
    """By the true class and the predicted one."""
    outcomes: Any = None
    """For several labels: for each class the counts of 0 and 1, by the label and the prediction."""

    @property
    def total(self) -> int:
        """The number of labels."""
        return sum(self.counts.values())

    def matrix(self) -> list[list[int]]:
        """Return a row for each true class, with a column for each predicted one."""
        size = range(len(self.classes))
        return [[self.counts[true, predicted] for predicted in size] for true in size]

    def confused(self) -> list[tuple[int, int, int]]:
        """Return the pairs of classes that are confused, the most frequent ones first."""
        wrong = [(*pair, count) for pair, count in self.counts.items() if pair[0] != pair[1]]
        return sorted(wrong, key=lambda each: (-each[2], *each[:2]))


def confusions(model: Any, pipeline: Pipeline, listener: object = None) -> dict[str, Confusion]:
    """Count the confusions of each output whose labels are classes; the listener may follow it.

    Raises:
        DataProblem: an image is broken.
        RunProblem: something else fails.

    """
    checked, training, part = pipeline.checked, pipeline.training, pipeline.part
    outputs, every = checked.graph.outputs, decisions(checked)
    measured = {
        each.name: every[each.name]
        for each in outputs
        if each.name in part.forms
        and (each.loss is not None or part.forms[each.name] != "values")
        and every[each.name].sort != "values"
    }
    found: dict[str, Confusion] = {}
    if not measured:
        return found
    with failing(checked, "the evaluation failed"), reading(training, part):
        for step, (inputs, targets, *_) in enumerate(pipeline.in_order(), start=1):
            predicted = _by_name(outputs, model.predict_on_batch(_for_backend(inputs)))
            labels = _by_name(outputs, targets)
            for name, decision in measured.items():
                if name not in found:
                    found[name] = _empty(decision, predicted[name])
                true = _true(decision, part.forms[name], labels[name])
                _count(found[name], decision, true, predicted[name])
            if isinstance(listener, Follower):
                listener.follow("counting confusions", step, pipeline.steps)
    return found


def _for_backend(inputs: Any) -> Any:
    """Return inputs that a backend of Keras takes without its own reader of data."""
    if keras.backend.backend() == "tensorflow":
        return inputs
    return tf.nest.map_structure(np.asarray, inputs)


def _by_name(outputs: Sequence[Output], values: Any) -> dict[str, Any]:
    found = map(np.asarray, tf.nest.flatten(values))
    return {each.name: value for each, value in zip(outputs, found, strict=True)}


def _empty(decision: Decision, values: Any) -> Confusion:
    size = 2 if decision.sort == "yes or no" else values.shape[decision.axis]
    names = decision.classes or tuple(map(str, range(size)))
    if decision.sort == "labels":
        return Confusion(names, True, outcomes=np.zeros((size, 2, 2), "int64"))
    return Confusion(names)


def _true(decision: Decision, form: str, labels: Any) -> Any:
    """Return the class numbers of labels; for several labels, 0 or 1 for each class."""
    if decision.sort == "class":
        is_number = form in NUMBERED
        return labels if is_number else np.moveaxis(labels, decision.axis, -1).argmax(-1)
    return (labels > 0.5).astype("int64")


def _count(found: Confusion, decision: Decision, true: Any, values: Any) -> None:
    predicted = decided(decision, values).labels
    true = true.reshape(predicted.shape)
    if found.is_of_labels:
        rows = np.stack([true, predicted], -1).reshape(-1, len(found.classes), 2)
        for place in range(len(found.classes)):
            np.add.at(found.outcomes[place], (rows[:, place, 0], rows[:, place, 1]), 1)
        return
    true, predicted = true.reshape(-1).astype("int64"), predicted.reshape(-1)
    is_counted = true != decision.ignored
    size = len(found.classes)
    codes, counts = np.unique(true[is_counted] * size + predicted[is_counted], return_counts=True)
    for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
        found.counts[divmod(code, size)] += count
