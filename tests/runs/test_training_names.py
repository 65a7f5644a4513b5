"""What is measured, by the names that a spec gives its outputs; its table, its events, its callbacks."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy
import pytest
import tensorflow

from cnnspec import loads
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem, RunProblem
from cnnspec.ir.graph import Output
from cnnspec.ir.history import as_keras, as_said, by_output, parted
from cnnspec.objects.families import CALLBACKS
from cnnspec.records import replace
from cnnspec.training.monitoring import callbacks_of
from cnnspec.training.run import Run, train
from tests.support.commands import run_command
from tests.support.training import SPEC, case

pytestmark = pytest.mark.usefixtures("without_curves", "without_tracing")

ONE = """cnnspec: 1
name: one
inputs: {image: [6, 6, 1]}
layers:
  - Flatten
  - Dense: {name: the digit, units: 10, activation: softmax}
outputs: {the digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
"""
SECTION = """train:
  data: {npz: {path: data.npz}}
  inputs: {image: x / 255}
  targets: {%s}
  validation: 0.25
"""


def outputs(*names: str) -> tuple[Output, ...]:
    place = loads(SPEC).compile().graph.place
    return tuple(Output(name, None, place) for name in names)  # type: ignore[arg-type]


def trained(folder: Path, spec: str = SPEC, **changes: Any) -> Run:
    changes = {"validation": 0.25, "epochs": 2} | changes
    tensorboard = changes.pop("tensorboard", False)
    checked, training = case(folder, spec, **changes)
    data = check_data(checked, training)
    return train(checked, training, data, folder / "run", tensorboard=tensorboard)


# Names


@pytest.mark.parametrize(
    ("names", "keras", "said", "parts"),
    [
        (["digit"], "loss", "loss", (None, "loss")),
        (["digit"], "val_loss", "val_loss", (None, "val_loss")),
        (["digit"], "learning_rate", "learning_rate", (None, "learning_rate")),
        (["digit"], "accuracy", "digit_accuracy", ("digit", "accuracy")),
        (["a b"], "val_auc", "val_a b_auc", (None, "val_a b_auc")),
        (["a b", "odd"], "a_b_auc", "a b_auc", ("a b", "auc")),
        (["a", "a_b"], "a_b_auc", "a_b_auc", ("a_b", "auc")),
        (["a", "a_b"], "a_loss", "a_loss", ("a", "loss")),
    ],
)
def test_a_value_has_the_name_of_its_output(
    names: list[str], keras: str, said: str, parts: tuple[str | None, str]
) -> None:
    known = outputs(*names)
    assert as_said(keras, known) == said
    assert as_keras(said, known) == keras
    assert parted(said, known) == parts


def test_numbers_for_each_class_have_names_of_their_own() -> None:
    logs = {"loss": tensorflow.constant(0.5), "f1_score": numpy.array([0.25, 0.75])}
    assert by_output(logs, outputs("digit")) == {
        "loss": 0.5,
        "digit_f1_score_0": 0.25,
        "digit_f1_score_1": 0.75,
    }


def test_the_history_of_one_output_has_its_name(tmp_path: Path) -> None:
    run = trained(tmp_path, ONE, targets={"the digit": "y"})
    with (run.folder / "history.csv").open(encoding="utf-8") as file:
        names = csv.DictReader(file).fieldnames
    assert names == ["epoch", "the digit_accuracy", "loss", "val_the digit_accuracy", "val_loss"]
    metrics = json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))
    for part in ("validation", "test"):
        assert sorted(metrics[part]) == ["loss", "the digit_accuracy"]


def test_a_metric_of_each_class_is_kept(tmp_path: Path) -> None:
    spec = SPEC.replace("loss_weight: 0.5, metrics: [accuracy]", "metrics: [F1Score]")
    run = trained(tmp_path, spec, epochs=1)
    assert {name for row in run.history for name in row if "f1" in name} == {
        "aodd_f1_score",
        "val_aodd_f1_score",
    }


# The table of `cnnspec evaluate`


@pytest.mark.parametrize(
    ("spec", "targets", "table"),
    [
        (
            SPEC,
            "zdigit: y, aodd: y % 2",
            """test, 64 rows

 output   loss   accuracy
 ────────────────────────
 zdigit    N          N
 aodd      N          N
 total     N
""",
        ),
        (
            ONE,
            "the digit: y",
            """test, 64 rows

 output      loss   accuracy
 ───────────────────────────
 the digit    N          N
""",
        ),
    ],
)
def test_evaluation_has_a_row_for_each_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: str, targets: str, table: str
) -> None:
    case(tmp_path)
    (tmp_path / "spec.yaml").write_text(spec + SECTION % targets, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run_command("train", "spec.yaml", "-q", "-o", "run") == (0, "", "")
    known = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))["test"]
    code, said, error = run_command("evaluate", "run")
    assert (code, error) == (0, "")
    said = said[: said.index(": a row for each true class")].rpartition("\n\n")[0]
    said = said.removesuffix("\n")
    numbers = [word for line in said.splitlines()[4:] for word in line.split() if word[0].isdigit()]
    assert sorted(numbers) == sorted(f"{value:.4g}" for value in known.values())
    for number in numbers:
        said = said.replace(number, "N", 1)
    assert _narrow(said) == _narrow(table)


def _narrow(table: str) -> list[list[str]]:
    """The words of every line; how wide columns are depends on the numbers."""
    return [line.replace("─", "").split() for line in table.splitlines()]


# A folder that no path leads out of


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "in/spec.yaml", "--data", "data.npz", "-o", "in/run"),
        ("evaluate", "in", "--data", "data.npz"),
        ("predict", "in", "data.npz"),
    ],
)
def test_data_of_the_arguments_stay_in_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "in").mkdir()
    case(tmp_path)
    (tmp_path / "in" / "spec.yaml").write_text(SPEC + SECTION % "zdigit: y, aodd: y % 2", "utf-8")
    monkeypatch.chdir(tmp_path)
    message = "cnnspec: 'data.npz' leads out of the allowed folder in\n"
    assert run_command(*arguments, "--root", "in") == (2, "", message)


# Events for TensorBoard


def events(folder: Path) -> dict[tuple[str, int], float]:
    """The scalars of a folder by tag and step."""
    found = {}
    for file in sorted(folder.iterdir()):
        for record in tensorflow.data.TFRecordDataset(str(file)):
            event = tensorflow.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                found[value.tag, event.step] = float(tensorflow.make_ndarray(value.tensor))
    return found


def test_events_are_the_history(tmp_path: Path) -> None:
    run = trained(tmp_path, tensorboard=True)
    checked, training = case(tmp_path, validation=0.25, epochs=3)
    data = check_data(checked, training)
    run = train(checked, training, data, run.folder, resume=True, tensorboard=True)
    assert len(run.history) == 3
    expected: dict[str, dict[tuple[str, int], float]] = {"train": {}, "validation": {}}
    for row in run.history:
        for name, value in row.items():
            part = "validation" if name.startswith("val_") else "train"
            tag = f"epoch_{name.removeprefix('val_')}"
            if name != "epoch":
                expected[part][tag, int(row["epoch"])] = pytest.approx(value)
    for part, scalars in expected.items():
        assert events(run.folder / "tensorboard" / part) == scalars


def test_events_that_cannot_be_written_are_one_error(tmp_path: Path) -> None:
    run = trained(tmp_path, epochs=1)
    (run.folder / "tensorboard").touch()
    checked, training = case(tmp_path, validation=0.25, epochs=2)
    data = check_data(checked, training)
    with pytest.raises(RunProblem, match="tensorboard' cannot be written"):
        train(checked, training, data, run.folder, resume=True, tensorboard=True)


# Callbacks that follow a value


@pytest.mark.parametrize(
    ("spec", "arguments", "monitor", "mode"),
    [
        (ONE, {}, "val_loss", "min"),
        (ONE, {"monitor": "val_accuracy"}, "val_accuracy", "max"),
        (ONE, {"monitor": "val_the digit_accuracy"}, "val_accuracy", "max"),
        (ONE, {"monitor": "accuracy", "mode": "min"}, "accuracy", "min"),
        (SPEC, {"monitor": "val_zdigit_accuracy"}, "val_zdigit_accuracy", "max"),
        (SPEC, {"monitor": "aodd_loss"}, "aodd_loss", "min"),
    ],
)
def test_a_callback_follows_what_the_spec_names(
    tmp_path: Path, spec: str, arguments: dict[str, Any], monitor: str, mode: str
) -> None:
    checked, training = case(tmp_path, spec, validation=0.25)
    for word in ("EarlyStopping", "ReduceLROnPlateau"):
        said = replace(training, callbacks=(CALLBACKS.find(word).of(arguments),))
        (callback,) = callbacks_of(said, checked.graph.outputs)
        assert (type(callback).__name__, callback.monitor, callback.mode) == (word, monitor, mode)


@pytest.mark.parametrize(
    ("validation", "monitor", "message", "suggestion"),
    [
        (
            0.25,
            "val_zdigt_accuracy",
            "EarlyStopping monitors 'val_zdigt_accuracy', which is not measured",
            "did you mean 'val_zdigit_accuracy'?",
        ),
        (
            None,
            "val_loss",
            "EarlyStopping monitors 'val_loss', which is not measured",
            "set `validation` to measure it",
        ),
    ],
)
def test_what_is_not_measured_cannot_be_followed(
    tmp_path: Path, validation: float | None, monitor: str, message: str, suggestion: str
) -> None:
    callback = CALLBACKS.find("EarlyStopping").of({"monitor": monitor})
    checked, training = case(tmp_path, validation=validation, callbacks=(callback,))
    with pytest.raises(DataProblem) as caught:
        check_data(checked, training)
    problem = caught.value
    assert (problem.code, problem.message) == ("unknown-name", message)
    assert (problem.at, problem.suggestion) == (("callbacks", 0, "monitor"), suggestion)


def test_every_metric_has_the_name_that_keras_gives_it(tmp_path: Path) -> None:
    """What a callback may follow is what Keras measures, and nothing else."""
    metrics = "[acc, mse, MeanAbsoluteError, {AUC: {name: area}}, Precision]"
    spec = SPEC.replace("loss_weight: 0.5, metrics: [accuracy]", f"metrics: {metrics}")
    run = trained(tmp_path, spec, epochs=1)
    names = {name for name in run.history[0] if name.startswith("aodd_")}
    assert len(names) == 6
    checked, training = case(tmp_path, spec)
    for name in names:
        callback = CALLBACKS.find("EarlyStopping").of({"monitor": name})
        assert callbacks_of(replace(training, callbacks=(callback,)), checked.graph.outputs)
