"""Labels, predictions and the values of metrics on them, computed from definitions with NumPy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

ROWS, CLASSES = 29, 4
LAYOUTS = {"": (), "pixels": (2, 3), "sequences": (5,)}
"""The shapes of a sample before its last axis."""
NEEDED: dict[str, dict[str, Any]] = {
    "PrecisionAtRecall": {"recall": 0.5},
    "RecallAtPrecision": {"precision": 0.5},
    "SensitivityAtSpecificity": {"specificity": 0.5},
    "SpecificityAtSensitivity": {"sensitivity": 0.5},
    "MeanIoU": {"num_classes": CLASSES},
    "OneHotMeanIoU": {"num_classes": CLASSES},
    "IoU": {"num_classes": CLASSES, "target_class_ids": [0, 1]},
    "OneHotIoU": {"num_classes": CLASSES, "target_class_ids": [0, 1]},
}
"""The arguments that kinds need."""
RANDOM = np.random.default_rng(12)


@dataclass(frozen=True)
class Task:
    """Labels and predictions of one output, and what they stand for."""

    name: str
    labels: Any
    predictions: Any
    truth: Any
    """The labels with the shape of the predictions: one-hot, 0 and 1, or numbers."""
    values: Any
    """The probabilities, or the predicted numbers."""
    sort: str
    """`classes`, `yes or no`, `sides` or `numbers`."""
    head: Mapping[str, Any]
    """The arguments of the last layer."""
    loss: Any
    are_logits: bool
    is_map: bool
    """Whether a sample has several rows of values."""

    @property
    def size(self) -> int:
        return int(self.predictions.shape[-1])

    @property
    def classes(self) -> Any:
        return self.truth.argmax(-1)

    @property
    def best(self) -> Any:
        return self.values.argmax(-1)


def softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sigmoid(scores: Any) -> Any:
    return 1 / (1 + np.exp(-scores))


HEADS: dict[str, tuple[str, int, bool]] = {
    "softmax of 4": ("softmax", CLASSES, False),
    "sigmoid of 1": ("sigmoid", 1, False),
    "sigmoid of 4": ("sigmoid", CLASSES, False),
    "logits of 1": ("linear", 1, True),
    "logits of 4": ("linear", CLASSES, True),
    "linear of 1": ("linear", 1, False),
    "linear of 4": ("linear", CLASSES, False),
    "tanh of 1": ("tanh", 1, False),
    "tanh of 4": ("tanh", CLASSES, False),
}
"""The activation and the size of each head, and whether the loss takes logits."""
LOSSES = {
    "class numbers": "SparseCategoricalCrossentropy",
    "one-hot": "CategoricalCrossentropy",
    "0 and 1": "BinaryCrossentropy",
    "numbers": "MeanSquaredError",
    "-1 and 1": "Hinge",
}


def task(labels: str, head: str, layout: str) -> Task:
    """Random labels and predictions; the numbers of rows and pixels are unlike those of classes."""
    activation, size, are_logits = HEADS[head]
    shape = (ROWS, *LAYOUTS[layout])
    scores = RANDOM.normal(size=(*shape, size)).astype("float32")
    is_over_classes = labels in ("class numbers", "one-hot")
    if is_over_classes:  # softmax does not depend on the mean of a row
        scores += RANDOM.normal(size=(*shape, 1)) * 5
    if activation in ("linear", "tanh"):
        predictions = scores if activation == "linear" else np.tanh(scores)
        probabilities = softmax(scores) if is_over_classes else sigmoid(scores)
    else:
        probabilities = predictions = (softmax if activation == "softmax" else sigmoid)(scores)
    numbers = (scores + RANDOM.gumbel(size=scores.shape)).argmax(-1)
    if size == 1:
        numbers = RANDOM.integers(0, 2, shape)
    if is_over_classes:
        truth = np.eye(size, dtype="float32")[np.minimum(numbers, size - 1)]
    elif labels == "0 and 1":
        truth = (RANDOM.random(size=scores.shape) < probabilities).astype("float32")
    elif labels == "-1 and 1":
        truth = np.where(RANDOM.random(size=scores.shape) < probabilities, 1, -1).astype("float32")
    else:
        truth = (RANDOM.normal(size=(*shape, size)) * 2).astype("float32")
    arguments = {"from_logits": True} if are_logits else {}
    sorts = {"0 and 1": "yes or no", "numbers": "numbers", "-1 and 1": "sides"}
    return Task(
        f"{layout}: {labels}, {head}".removeprefix(": "),
        _as_trained(numbers, size) if labels == "class numbers" else truth,
        predictions,
        truth,
        predictions if labels in ("numbers", "-1 and 1") else probabilities,
        sorts.get(labels, "classes"),
        {"activation": activation, "units": size},
        {LOSSES[labels]: arguments},
        are_logits,
        layout != "",
    )


def _as_trained(numbers: Any, size: int) -> Any:
    """Class numbers as they are trained on: with an axis of one value for heads of one value."""
    return numbers[..., None] if size == 1 else numbers


SCORES = ("tanh of 1", "tanh of 4", "linear of 1", "linear of 4")
"""The heads for labels of -1 and 1."""
TASKS = [
    task(labels, head, layout)
    for layout in LAYOUTS
    for labels in LOSSES
    for head in HEADS
    if not (labels == "numbers" and HEADS[head][2])
    and (head in SCORES if labels == "-1 and 1" else HEADS[head][0] != "tanh")
    and not (layout == "sequences" and "of 4" in head and "softmax" not in head)
]


# The values of metrics


def confusion(task: Task, size: int, predicted: Any, true: Any) -> Any:
    found = np.zeros((size, size))
    np.add.at(found, (true.ravel(), predicted.ravel()), 1)
    return found


def overlap(matrix: Any, targets: Any) -> float:
    """The mean IoU of classes that exist, by intersections and unions."""
    both = np.diag(matrix)
    union = matrix.sum(0) + matrix.sum(1) - both
    found = [both[each] / union[each] for each in targets if union[each] > 0]
    return float(np.mean(found))


def of_classes(task: Task, call: Any) -> Any:
    size = call.num_classes
    if task.sort != "classes" or task.size < 2 or size < task.size or call.takes_class_numbers():
        return None
    targets = getattr(call, "target_class_ids", range(size))
    return overlap(confusion(task, size, task.best, task.classes), targets)


def two_sided_overlap(task: Task, call: Any) -> Any:
    if task.sort != "yes or no" or call.threshold != threshold_of(task):
        return None
    positive = (task.values > 0.5).astype(int)
    return overlap(confusion(task, 2, positive, task.truth.astype(int)), call.target_class_ids)


def threshold_of(task: Task) -> float:
    """The threshold on predictions that is one half of a probability."""
    return 0 if task.are_logits else 0.5


def accuracy(task: Task, call: Any) -> Any:
    return np.mean(task.best == task.classes) if task.sort == "classes" and task.size > 1 else None


def top(task: Task, call: Any) -> Any:
    k = call.k
    if task.sort != "classes" or not k < task.size or getattr(call, "from_sorted_ids", False):
        return None
    order = np.argsort(-task.values, -1)[..., :k]
    return np.mean((order == task.classes[..., None]).any(-1))


def two_sided(task: Task, call: Any) -> Any:
    if task.sort != "yes or no" or call.threshold != threshold_of(task):
        return None
    return np.mean((task.values > 0.5) == (task.truth > 0.5))


def any_accuracy(task: Task, call: Any) -> Any:
    """What the word means: that of two sides for one value, else that of classes."""
    if task.sort == "yes or no" and task.size == 1 and not task.are_logits:
        return np.mean((task.values > 0.5) == (task.truth > 0.5))
    return accuracy(task, call)


def chosen(task: Task, call: Any) -> tuple[Any, Any] | None:
    """Labels and probabilities, of one class if the call wants that; None for numbers."""
    class_id = getattr(call, "class_id", None)
    if task.sort in ("numbers", "sides") or (class_id is not None and class_id >= task.size):
        return None
    of_one = slice(None) if class_id is None else slice(class_id, class_id + 1)
    return task.truth[..., of_one] > 0.5, task.values[..., of_one]


def outcomes(task: Task, call: Any) -> Any:
    """True and false positives, false and true negatives."""
    found = chosen(task, call)
    if found is None:
        return None
    true, values = found
    k = getattr(call, "top_k", None)
    if k is not None:
        positive = values >= np.sort(values, -1)[..., -k : -k + 1 or None]
    elif call.thresholds in (None, threshold_of(task)):
        positive = values > 0.5
    elif isinstance(call.thresholds, list | tuple) and not task.are_logits:
        positive = np.stack([values > each for each in call.thresholds])
    else:
        return None
    axes = tuple(range(positive.ndim - true.ndim, positive.ndim))
    counts = [(true & positive), (~true & positive), (true & ~positive), (~true & ~positive)]
    return [np.sum(each, axes) for each in counts]


def count(position: int) -> Callable[[Task, Any], Any]:
    def found(task: Task, call: Any) -> Any:
        counts = outcomes(task, call)
        return None if counts is None else counts[position]

    return found


def precision(task: Task, call: Any) -> Any:
    found = outcomes(task, call)
    return None if found is None else found[0] / np.maximum(found[0] + found[1], 1)


def recall(task: Task, call: Any) -> Any:
    found = outcomes(task, call)
    return None if found is None else found[0] / np.maximum(found[0] + found[2], 1)


def curve(task: Task, call: Any) -> Any:
    """True and false positives, false and true negatives at 200 thresholds."""
    found = chosen(task, call)
    if found is None or task.are_logits:
        return None
    true, values = found
    thresholds = [-1e-7, *(np.arange(1, 199) / 199), 1 + 1e-7]
    rows = [(values > each, values <= each) for each in thresholds]
    counts = [(true & above, ~true & above, true & below, ~true & below) for above, below in rows]
    return np.array([[each.sum() for each in row] for row in counts]).T.astype(float)


def best(wanted: str, bounded: str) -> Callable[[Task, Any], Any]:
    """The largest of one rate where another is at least as large as its argument."""

    def found(task: Task, call: Any) -> Any:
        counts = curve(task, call)
        if counts is None:
            return None
        tp, fp, fn, tn = counts
        rates = {
            "precision": tp / np.maximum(tp + fp, 1),
            "recall": tp / np.maximum(tp + fn, 1),
            "sensitivity": tp / np.maximum(tp + fn, 1),
            "specificity": tn / np.maximum(tn + fp, 1),
        }
        allowed = rates[bounded] >= getattr(call, bounded)
        return rates[wanted][allowed].max() if allowed.any() else 0.0

    return found


def area(task: Task, call: Any) -> Any:
    """The chance that a positive has a larger value than a negative."""
    if task.sort in ("numbers", "sides") or task.are_logits != call.from_logits:
        return None
    true, values = task.truth > 0.5, task.values
    if call.multi_label:
        if task.is_map:
            return None
        return np.mean([pairs(true[:, at], values[:, at]) for at in range(task.size)])
    return pairs(true.ravel(), values.ravel())


def pairs(true: Any, values: Any) -> float:
    differences = values[true][:, None] - values[~true][None, :]
    return float(np.mean((differences > 0) + (differences == 0) / 2)) if differences.size else 0.0


def f_score(task: Task, call: Any) -> Any:
    if task.sort in ("numbers", "sides") or task.is_map:
        return None
    if call.threshold is None:
        if task.sort != "classes" or task.size < 2:
            return None
        positive = np.eye(task.size)[task.best] > 0.5
    elif task.are_logits:
        return None
    else:
        positive = task.values > call.threshold
    true, axis = task.truth > 0.5, None if call.average == "micro" else 0
    tp, fp, fn = (
        (a & b).sum(axis) for a, b in ((true, positive), (~true, positive), (true, ~positive))
    )
    beta = getattr(call, "beta", 1.0) ** 2
    return (1 + beta) * tp / np.maximum((1 + beta) * tp + beta * fn + fp, 1e-9)


def error(formula: Callable[[Any, Any], Any]) -> Callable[[Task, Any], Any]:
    """An error of numbers, which probabilities are, too."""
    return lambda task, call: formula(task.truth, task.values)


def of_scores(formula: Callable[[Any, Any], Any]) -> Callable[[Task, Any], Any]:
    """A loss of scores around 0, with labels of -1 and 1."""

    def found(task: Task, call: Any) -> Any:
        if task.sort == "sides":
            return formula(task.truth, task.predictions)
        is_score = task.sort != "numbers" and task.are_logits
        return formula(2 * task.truth - 1, task.predictions) if is_score else None

    return found


def binary(task: Task, call: Any) -> Any:
    if task.sort != "yes or no" or call.from_logits != task.are_logits:
        return None
    chance = np.where(task.truth > 0.5, task.values, 1 - task.values)
    return -np.log(chance).mean()


def categorical(task: Task, call: Any) -> Any:
    if task.sort != "classes" or task.size < 2 or call.from_logits != task.are_logits:
        return None
    return -np.log(np.take_along_axis(task.values, task.classes[..., None], -1)).mean()


def divergence(task: Task, call: Any) -> Any:
    if task.sort in ("numbers", "sides") or task.are_logits:
        return None
    true, values = np.clip(task.truth, 1e-7, 1), np.clip(task.values, 1e-7, 1)
    return (true * np.log(true / values)).sum(-1).mean()


def poisson(task: Task, call: Any) -> Any:
    if task.sort in ("numbers", "sides") or task.are_logits:
        return None
    return (task.values - task.truth * np.log(task.values + 1e-7)).mean()


def categorical_hinge(task: Task, call: Any) -> Any:
    if task.sort != "classes" or task.size < 2:
        return None
    positive = (task.truth * task.predictions).sum(-1)
    negative = ((1 - task.truth) * task.predictions).max(-1)
    return np.maximum(negative - positive + 1, 0).mean()


def r2(task: Task, call: Any) -> Any:
    if task.is_map:
        return None
    spread = ((task.truth - task.truth.mean(0)) ** 2).sum(0)
    errors = ((task.truth - task.values) ** 2).sum(0)
    return np.where(spread > 0, 1 - errors / np.maximum(spread, 1e-9), 0).mean()


def along(formula: Callable[[Any, Any, Any], Any]) -> Callable[[Task, Any], Any]:
    """A comparison of the directions of vectors, for which any scores are fine."""

    def found(task: Task, call: Any) -> Any:
        axis = np.atleast_1d(call.axis).tolist()
        if axis == [-1] and task.size == 1:
            return None
        return formula(task.truth, task.predictions, axis[0])

    return found


def cosine(true: Any, values: Any, axis: int) -> Any:
    norms = np.linalg.norm(true, axis=axis) * np.linalg.norm(values, axis=axis)
    return ((true * values).sum(axis) / np.maximum(norms, 1e-9)).mean()


def pearson(true: Any, values: Any, axis: int) -> Any:
    true, values = (each - each.mean(axis, keepdims=True) for each in (true, values))
    norms = np.sqrt((true**2).sum(axis) * (values**2).sum(axis))
    return ((true * values).sum(axis) / norms).mean() if (norms > 0).all() else np.nan


def concordance(true: Any, values: Any, axis: int) -> Any:
    means = true.mean(axis), values.mean(axis)
    centred = [each - each.mean(axis, keepdims=True) for each in (true, values)]
    covariance = (centred[0] * centred[1]).mean(axis)
    spread = (centred[0] ** 2).mean(axis) + (centred[1] ** 2).mean(axis)
    return (2 * covariance / (spread + (means[0] - means[1]) ** 2)).mean()


def logs(values: Any) -> Any:
    return np.log(np.maximum(values, 1e-7) + 1)


REFERENCES: dict[str, Callable[[Task, Any], Any]] = {
    "Accuracy": lambda task, call: any_accuracy(task, call) if call.is_open else None,
    "BinaryAccuracy": two_sided,
    "CategoricalAccuracy": accuracy,
    "SparseCategoricalAccuracy": accuracy,
    "TopKCategoricalAccuracy": top,
    "SparseTopKCategoricalAccuracy": top,
    "TruePositives": count(0),
    "FalsePositives": count(1),
    "FalseNegatives": count(2),
    "TrueNegatives": count(3),
    "Precision": precision,
    "Recall": recall,
    "PrecisionAtRecall": best("precision", "recall"),
    "RecallAtPrecision": best("recall", "precision"),
    "SensitivityAtSpecificity": best("sensitivity", "specificity"),
    "SpecificityAtSensitivity": best("specificity", "sensitivity"),
    "AUC": area,
    "FBetaScore": f_score,
    "F1Score": f_score,
    "MeanIoU": of_classes,
    "OneHotMeanIoU": of_classes,
    "IoU": of_classes,
    "OneHotIoU": of_classes,
    "BinaryIoU": two_sided_overlap,
    "BinaryCrossentropy": binary,
    "CategoricalCrossentropy": categorical,
    "SparseCategoricalCrossentropy": categorical,
    "KLDivergence": divergence,
    "Poisson": poisson,
    "Hinge": of_scores(lambda y, p: np.maximum(1 - y * p, 0).mean()),
    "SquaredHinge": of_scores(lambda y, p: (np.maximum(1 - y * p, 0) ** 2).mean()),
    "CategoricalHinge": categorical_hinge,
    "MeanSquaredError": error(lambda y, p: ((y - p) ** 2).mean()),
    "RootMeanSquaredError": error(lambda y, p: np.sqrt(((y - p) ** 2).mean())),
    "MeanAbsoluteError": error(lambda y, p: np.abs(y - p).mean()),
    "MeanAbsolutePercentageError": error(
        lambda y, p: (100 * np.abs(y - p) / np.maximum(np.abs(y), 1e-7)).mean()
    ),
    "MeanSquaredLogarithmicError": error(lambda y, p: ((logs(y) - logs(p)) ** 2).mean()),
    "LogCoshError": error(lambda y, p: np.log(np.cosh(p - y)).mean()),
    "CosineSimilarity": along(cosine),
    "R2Score": r2,
    "PearsonCorrelation": along(pearson),
    "ConcordanceCorrelation": along(concordance),
}
"""For each kind: its value on a task by its definition; None where the definition has none."""
