"""Metrics against the labels that the data has, where the loss leaves them open."""

from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from cnnspec.backends.keras.objects import keras_object
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.objects.families import METRICS
from tests.support.training import case

HEADS = {
    "softmax": "{name: y, units: 4, activation: softmax}",
    "tanh": "{name: y, units: 1, activation: tanh}",
    "linear": "{name: y, units: 1}",
    "sigmoid": "{name: y, units: 1, activation: sigmoid}",
}


def found(
    folder: Path, head: str, loss: str, metrics: str, target: str
) -> list[tuple[str, str, str | None]]:
    """The findings about the metrics of an output whose labels are an expression over 0 to 9."""
    spec = (
        f"cnnspec: 1\ninputs: {{image: [6, 6, 1]}}\nlayers: [Flatten, Dense: {HEADS[head]}]\n"
        f"outputs: {{y: {{loss: {loss}, metrics: [{metrics}]}}}}\n"
    )
    numbers = numpy.arange(64, dtype="int32") % 10
    numpy.savez(folder / "data.npz", x=numpy.zeros((64, 6, 6), "uint8"), y=numbers)
    checked, training = case(folder, spec, targets={"y": target})
    reports: list[Any] = []
    try:
        reports += check_data(checked, training).warnings
    except DataProblem as problem:
        reports.append(problem)
    assert [each.at for each in reports] == [("targets", "y")] * len(reports)
    return [(each.code, each.message, each.suggestion) for each in reports]


NUMBERED = "but the data has class numbers"
ONE_HOT = "but the data has one-hot labels"
OR_ONE_HOT = "use 'sparse_categorical_accuracy', or CategoricalCrossentropy and one-hot labels"


@pytest.mark.parametrize(
    ("head", "loss", "metrics", "target", "said"),
    [
        ("softmax", "crossentropy", "accuracy, sparse_categorical_crossentropy", "y % 4", []),
        ("softmax", "crossentropy", "accuracy, categorical_crossentropy, AUC", "'one_hot(y % 4, 4)'", []),
        ("softmax", "crossentropy", "AUC", "y % 4", [("unusable-metric", f"AUC takes labels of 0 and 1, {NUMBERED}", OR_ONE_HOT)]),
        ("softmax", "ce", "categorical_accuracy", "y % 4", [("metric-labels", f"CategoricalAccuracy takes one-hot labels, {NUMBERED}", "use 'sparse_categorical_accuracy'")]),
        ("softmax", "crossentropy", "sparse_categorical_accuracy", "'one_hot(y % 4, 4)'", [("unusable-metric", f"SparseCategoricalAccuracy takes class numbers, {ONE_HOT}", "use 'categorical_accuracy'")]),
        ("tanh", "hinge", "{BinaryAccuracy: {threshold: 0}}, {Precision: {thresholds: 0}}", "y % 2", []),
        ("linear", "hinge", "{BinaryAccuracy: {threshold: 0}}, hinge, mae", "y % 2 * 2 - 1", [("metric-labels", "BinaryAccuracy takes labels of 0 and 1, but row 0 has -1", None)]),
        ("linear", "squared_hinge", "{Precision: {thresholds: 0}}", "1 - y % 2 * 2", [("metric-labels", "Precision takes labels of 0 and 1, but row 1 has -1", None)]),
        ("sigmoid", "mse", "AUC", "y % 2", []),
        ("sigmoid", "mse", "AUC, mae", "y", [("metric-labels", "AUC takes labels of 0 and 1, but row 2 has 2", None)]),
    ],
)  # fmt: skip
def test_metrics_of_open_labels(
    tmp_path: Path,
    head: str,
    loss: str,
    metrics: str,
    target: str,
    said: list[tuple[str, str, str | None]],
) -> None:
    assert found(tmp_path, head, loss, metrics, target.strip("'")) == said


@pytest.mark.parametrize(
    ("call", "perfect"),
    [
        ({"BinaryAccuracy": {"threshold": 0}}, 1),
        ({"Recall": {"thresholds": 0}}, 1),
        ({"TrueNegatives": {"thresholds": 0}}, 2),
        ({"AUC": {"from_logits": True}}, 1),
        ({"F1Score": {"threshold": 0.5, "average": "micro"}}, 1),
    ],
)
def test_labels_of_minus_one_mean_nothing_to_metrics_of_zero_and_one(call: Any, perfect: float) -> None:  # fmt: skip
    predictions = numpy.array([[1.0], [-1.0], [-1.0], [1.0]], "float32")
    results = []
    for labels in (predictions > 0, predictions):
        metric: Any = keras_object(METRICS.check(call))
        metric.update_state(labels.astype("float32"), predictions)
        results.append(float(keras.ops.convert_to_numpy(metric.result())))
    assert (results[0], results[1] == perfect) == (perfect, False)
