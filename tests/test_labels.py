"""What losses take as labels: the declarations against Keras, and the check of the data."""

from pathlib import Path
from typing import Any

import numpy
import pytest
import tensorflow

from cnnspec.backends.keras.objects import keras_object
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.ir.checked import CheckedGraph
from cnnspec.objects.families import LOSSES
from cnnspec.objects.loss import NUMBERED
from cnnspec.training.pipeline import Pipeline
from tests.support.spellings import compiled

CLASSES = numpy.array([0, 1, 2, 3, 1, 2])
LABELS = {
    "numbers": CLASSES,
    "a column of numbers": CLASSES[:, None],
    "other numbers": CLASSES + 2,
    "one-hot": numpy.eye(4, dtype="float32")[CLASSES],
    "sequences": numpy.array([[1, 2], [2, 3], [3, 1], [1, 3], [2, 1], [3, 2]]),
}
SAME_SHAPE = ["one-hot"]
TAKEN = {
    "values": SAME_SHAPE,
    "0 to 1": SAME_SHAPE,
    "one-hot": SAME_SHAPE,
    "classes": ["numbers", "a column of numbers"],
    "groups": ["numbers", "a column of numbers", "other numbers"],
    "sequences": ["a column of numbers", "one-hot", "sequences"],  # all are lists of classes
}
"""Which of these labels fit, by what a loss takes."""
WITHOUT_A_COLUMN = ("CategoricalGeneralizedCrossEntropy",)
"""Losses that compare a column with every row: what is trained on has no such axis."""


def predictions(kind: str) -> Any:
    """Probabilities of four classes, for CTC at five times."""
    shape = (6, 5) if kind == "CTC" else 6
    return numpy.random.default_rng(1).dirichlet(numpy.ones(4), size=shape).astype("float32")


def is_computed(kind: str, labels: Any) -> bool:
    """Whether Keras gives a loss, or one for each sample."""
    loss = keras_object(LOSSES.check({kind: {"reduction": "none"}}))
    try:
        values = numpy.asarray(loss(labels, predictions(kind)))
    except (ValueError, tensorflow.errors.InvalidArgumentError):
        return False
    return values.shape in ((), (6,)) and bool(numpy.isfinite(values).all())


@pytest.mark.parametrize("kind", LOSSES.kinds)
def test_keras_takes_the_labels_of_a_loss(kind: str) -> None:
    declaration: Any = LOSSES.kinds[kind]
    taken = TAKEN[declaration.labels]
    refused = [form for form in TAKEN["classes"] if kind in WITHOUT_A_COLUMN and "column" in form]
    assert {form: is_computed(kind, LABELS[form]) for form in taken} == {
        form: form not in refused for form in taken
    }


@pytest.mark.parametrize("kind", LOSSES.kinds)
def test_keras_does_not_take_labels_of_the_other_sort(kind: str) -> None:
    declaration: Any = LOSSES.kinds[kind]
    form = "one-hot" if declaration.labels in NUMBERED else "numbers"
    assert not is_computed(kind, LABELS[form])


def trained(loss: Any, folder: Path, **train: Any) -> CheckedGraph:
    """A model of four classes, trained on `x` and `y` of a file."""
    is_sequence = loss == "CTC"
    head = {"Dense": {"name": "head", "units": 4, "activation": "softmax"}}
    spec = {
        "cnnspec": 1,
        "inputs": {"image": [5, 3] if is_sequence else [3]},
        "layers": [head],
        "outputs": {"head": {"loss": loss}},
        "train": {
            "data": {"npz": {"path": str(folder / "data.npz")}},
            "inputs": {"image": "x"},
            "targets": {"head": "y"},
            "batch_size": 6,
            **train,
        },
    }
    return compiled(spec)


def write(folder: Path, labels: Any, *, in_time: bool = False) -> None:
    numpy.savez(folder / "data.npz", x=numpy.zeros((6, 5, 3) if in_time else (6, 3)), y=labels)


def refused(checked: CheckedGraph) -> str | None:
    """Why the data are refused; None where they fit."""
    assert checked.graph.training is not None
    try:
        check_data(checked, checked.graph.training)
    except DataProblem as problem:
        return problem.message
    return None


@pytest.mark.parametrize("kind", LOSSES.kinds)
def test_the_data_check_takes_what_keras_takes(kind: str, tmp_path: Path) -> None:
    declaration: Any = LOSSES.kinds[kind]
    checked = trained(kind, tmp_path)
    fitting = []
    for form, labels in LABELS.items():
        write(tmp_path, labels, in_time=kind == "CTC")
        fitting += [form] if refused(checked) is None else []
    assert fitting == [form for form in LABELS if form in TAKEN[declaration.labels]]


@pytest.mark.parametrize("loss", ["crossentropy", "ce"])
@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("numbers", None),
        ("one-hot", None),
        ("other numbers", "'head' has 4 classes, 0 to 3, but row 2 of {file} has 4"),
        ("sequences", "a row has the shape (2,), but 'head' needs labels of shape (4,)"),
    ],
)
def test_an_open_word_takes_class_numbers_and_what_is_one_hot(
    loss: str, form: str, message: str | None, tmp_path: Path
) -> None:
    checked = trained(loss, tmp_path)
    write(tmp_path, LABELS[form])
    file = tmp_path / "data.npz"
    assert refused(checked) == (message and message.format(file=f"'{file}'"))


@pytest.mark.parametrize(
    "kind", [kind for kind, each in LOSSES.kinds.items() if each.labels in NUMBERED]
)
def test_a_column_of_class_numbers_is_trained_on_as_numbers(kind: str, tmp_path: Path) -> None:
    checked = trained(kind, tmp_path)
    write(tmp_path, LABELS["a column of numbers"])
    assert checked.graph.training is not None
    part = check_data(checked, checked.graph.training).train
    ((_, labels),) = Pipeline(checked, checked.graph.training, part).in_order()
    assert labels.numpy().tolist() == CLASSES.tolist()
