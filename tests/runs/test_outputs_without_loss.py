"""Outputs without a loss in a trained spec: no target, no data, and the numbers of the others are right."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from cnnspec import Spec
from cnnspec.compiler import compile_text
from cnnspec.data.checks import check_data
from cnnspec.data.problems import DataProblem
from cnnspec.diff.compare import compare
from cnnspec.frontends.files import read_config
from cnnspec.training.run import Run, train
from tests.support.commands import run_command
from tests.support.models import have_identical_weights
from tests.support.scripts import assert_same_model
from tests.support.specs import compiled_file

pytestmark = pytest.mark.usefixtures("without_curves", "names_counted_from_one")

ROWS = 24


def spec(
    order: str = "code, restored, digit", code: str = "{}", targets: str = "", more: str = ""
) -> str:
    """An autoencoder with a head for digits; the outputs in any order."""
    declared = {
        "code": code,
        "restored": "{loss: mse, loss_weight: 2.0, metrics: [mae]}",
        "digit": "{loss: sparse_categorical_crossentropy, metrics: [accuracy]}",
    }
    outputs = "\n".join(f"  {name}: {declared[name]}" for name in order.split(", "))
    return f"""cnnspec: 1
name: autoencoder
inputs: {{image: [8]}}
layers:
  - Dense: {{name: code, units: 3, activation: sigmoid}}
  - Dense: {{name: restored, units: 8}}
  - Dense: {{name: digit, from: code, units: 4, activation: softmax}}
outputs:
{outputs}
train:
  data: {{npz: data.npz}}
  inputs: {{image: x}}
  targets: {{restored: x, digit: y{targets}}}
  validation: 0.25
  epochs: 2
  batch_size: 6
{more}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = numpy.random.default_rng(0)
    arrays = {"x": random.random((ROWS, 8), "float32"), "y": random.integers(0, 4, ROWS)}
    numpy.savez(tmp_path / "data.npz", **arrays, w=random.random(ROWS), c=arrays["y"] % 3)
    return tmp_path


def trained(text: str, folder: Path, name: str = "run", **options: Any) -> Run:
    (folder / "spec.yaml").write_text(text, "utf-8")
    checked = compiled_file(folder / "spec.yaml")
    assert checked.graph.training is not None
    data = check_data(checked, checked.graph.training)
    return train(checked, checked.graph.training, data, folder / name, **options)


MEASURES = ["restored_mae", "restored_loss", "digit_accuracy", "digit_loss", "loss"]
ORDERS = ["code, restored, digit", "restored, code, digit", "digit, restored, code"]


def validation(folder: Path, *names: str) -> list[Any]:
    """Columns of the validation data."""
    with numpy.load(folder / "data.npz") as arrays:
        return [arrays[name][-ROWS // 4 :] for name in names]


def by_hand(run: Run, folder: Path) -> dict[str, float]:
    """The measures of the validation data, computed from the predictions."""
    x, y = validation(folder, "x", "y")
    predicted = dict(zip(run.model.output_names, run.model.predict(x, verbose=0), strict=True))
    restored = float(numpy.mean((predicted["restored"] - x) ** 2))
    digit = float(-numpy.log(predicted["digit"][range(len(y)), y]).mean())
    return {
        "restored_mae": float(numpy.mean(abs(predicted["restored"] - x))),
        "restored_loss": restored,
        "digit_accuracy": float(numpy.mean(predicted["digit"].argmax(-1) == y)),
        "digit_loss": digit,
        "loss": 2 * restored + digit,
    }


@pytest.mark.parametrize("order", ORDERS)
def test_losses_and_metrics_are_those_of_the_other_outputs(order: str, folder: Path) -> None:
    run = trained(spec(order), folder)
    assert run.metrics["validation"] == pytest.approx(by_hand(run, folder), rel=1e-5)
    measured_names = {*MEASURES, *(f"val_{name}" for name in MEASURES)}
    assert {*run.history[0]} == {"epoch", *measured_names}
    assert run.model.loss == {
        "code": None,
        "restored": "mean_squared_error",
        "digit": "sparse_categorical_crossentropy",
    }


def test_it_trains_as_without_the_output(folder: Path) -> None:
    with_it, without = (
        trained(spec(order), folder, order)
        for order in ("code, restored, digit", "restored, digit")
    )
    assert have_identical_weights(with_it.model, without.model)
    assert with_it.history == without.history


WEIGHTED = {
    "sample weights": "  sample_weight: {digit: w}\n",
    "class weights": "  class_weight: {digit: {0: 2, 3: 0.5}}\n",
    "a callback": "  callbacks: [{EarlyStopping: {monitor: val_digit_loss, patience: 1}}]\n",
    "phases": "  phases: [{epochs: 1}, {epochs: 2, optimizer: sgd}]\n",
}


@pytest.mark.parametrize("what", WEIGHTED)
def test_what_else_training_does(what: str, folder: Path) -> None:
    with_it, without = (
        trained(spec(order, more=WEIGHTED[what]), folder, order)
        for order in ("code, restored, digit", "restored, digit")
    )
    assert with_it.history == without.history


def test_features_of_a_frozen_part_and_a_resumed_run(folder: Path) -> None:
    text = spec().replace("units: 3,", "units: 3, frozen: true,")
    whole = trained(text, folder, "whole")
    trained(text, folder, "parts", epochs=1)
    resumed = trained(text, folder, "parts", resume=True)
    assert whole.history == resumed.history
    assert have_identical_weights(whole.model, resumed.model)


def test_commands(folder: Path) -> None:
    trained(spec(), folder)
    numpy.save(folder / "one.npy", numpy.ones(8, "float32"))
    evaluated = run_command("evaluate", folder / "run", "--data", folder / "data.npz")
    table = evaluated.stdout.partition("\n\ndigit: ")[0].splitlines()
    lines = [line.split()[:1] for line in table if line.startswith(" ")]
    assert (evaluated.exit_code, lines[0], lines[2:]) == (
        0,
        ["output"],
        [["restored"], ["digit"], ["total"]],
    )
    predicted = run_command("predict", folder / "run", folder / "one.npy", "--format", "json")
    rows = json.loads(predicted.stdout)
    assert [(row["output"], numpy.shape(row["value"]), row["label"] is None) for row in rows] == [
        ("code", (3,), True),
        ("restored", (8,), True),
        ("digit", (), False),
    ]


@pytest.mark.parametrize(("weight", "rows"), [(1, [["restored"]]), (2, [["restored"], ["total"]])])
def test_the_only_loss_is_in_the_row_of_its_output(
    weight: int, rows: list[list[str]], folder: Path
) -> None:
    text = spec("code, restored").replace("loss_weight: 2.0", f"loss_weight: {weight}")
    trained(text.replace(", digit: y", ""), folder)
    evaluated = run_command("evaluate", folder / "run", "--data", folder / "data.npz")
    lines = [line.split() for line in evaluated.stdout.splitlines() if line.startswith(" ")]
    assert (lines[0], [each[:1] for each in lines[2:]]) == (["output", "loss", "mae"], rows)
    assert len(lines[2]) == (3 if weight == 1 else 2)


@pytest.mark.parametrize("order", ORDERS)
def test_code_import_and_diff(order: str, folder: Path) -> None:
    (folder / "spec.yaml").write_text(spec(order), "utf-8")
    checked = compiled_file(folder / "spec.yaml")
    model, _ = assert_same_model(checked)
    found = read_config(model.to_json())
    assert found.notes == ()
    again = Spec.of(found.document).compile()
    assert compare(checked, again, specs=False).is_empty
    assert [(each.name, each.loss is None) for each in again.graph.outputs] == [
        (name, name == "code") for name in order.split(", ")
    ]


def test_a_metric_without_a_loss_needs_a_target_and_is_computed(folder: Path) -> None:
    """As Keras does, which compares outputs without a loss, too."""
    metrics = "{metrics: [accuracy, {SparseTopKCategoricalAccuracy: {k: 2, name: top}}]}"
    run = trained(spec(code=metrics, targets=", code: c"), folder)
    x, c = validation(folder, "x", "c")
    code = keras.Model(run.model.inputs, run.model.get_layer("code").output).predict(x, verbose=0)
    top = numpy.argsort(code, -1)[:, 1:]
    own = {
        "code_accuracy": float(numpy.mean(code.argmax(-1) == c)),
        "code_top": float(numpy.mean((top == c[:, None]).any(-1))),
    }
    assert run.metrics["validation"] == pytest.approx(by_hand(run, folder) | own, rel=1e-5)
    without = trained(spec(), folder, "without")
    assert have_identical_weights(run.model, without.model)


def test_labels_that_no_metric_takes(folder: Path) -> None:
    (folder / "spec.yaml").write_text(
        spec(code="{metrics: [sparse_categorical_accuracy]}", targets=", code: y"), "utf-8"
    )
    checked = compiled_file(folder / "spec.yaml")
    assert checked.graph.training is not None
    with pytest.raises(DataProblem) as found:
        check_data(checked, checked.graph.training)
    assert found.value.message.startswith("'code' has 3 classes, 0 to 2, but row ")


MORE = "such as `loss: sparse_categorical_crossentropy` for class numbers, or `loss: mean_squared_error` for values"
ERRORS = {
    "a target": (
        spec(targets=", code: x"),
        "missing-argument",
        "the output 'code' has a target, but no loss",
        f"give it a loss, {MORE}",
    ),
    "metrics without a target": (
        spec(code="{metrics: [mae]}"),
        "missing-argument",
        "the output 'code' has metrics, but no target in 'train.targets'",
        None,
    ),
    "a loss weight": (
        spec(code="{loss_weight: 0.5}"),
        "conflicting-arguments",
        "'loss_weight' requires a loss, but this output has none",
        None,
    ),
    "a class weight": (
        spec(more="  class_weight: {code: {0: 2}}\n"),
        "conflicting-arguments",
        "'class_weight' weighs losses, but the output 'code' has none",
        None,
    ),
    "what a callback monitors": (
        spec(more="  callbacks: [{EarlyStopping: {monitor: code_loss}}]\n"),
        "unknown-name",
        "EarlyStopping monitors 'code_loss', which is not measured",
        None,
    ),
    "no loss at all": (
        spec("code", "{}").replace("restored: x, digit: y", ""),
        "missing-argument",
        "the model cannot be trained: no output has a loss",
        f"add one, {MORE}",
    ),
    "metrics alone": (
        spec("code", "{metrics: [mae]}").replace("restored: x, digit: y", "code: y"),
        "missing-argument",
        "the model cannot be trained: no output has a loss",
        f"add one, {MORE}",
    ),
}


@pytest.mark.parametrize("what", ERRORS)
def test_errors(what: str) -> None:
    text, code, message, suggestion = ERRORS[what]
    (found,) = [each for each in compile_text(text.encode()).report if each.severity == "error"]
    assert (found.code, found.message, found.suggestion) == (code, message, suggestion)


UNTRAINED = {
    "shares all layers": (spec(), []),
    "has its own layer": (
        spec("code, restored, digit").replace("digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}", "digit: {}").replace(", digit: y", ""),
        ["no loss trains 'digit', which only the output 'digit' needs"],
    ),
    "has its own frozen layer": (
        spec("code, restored, digit").replace("digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}", "digit: {}").replace(", digit: y", "").replace("units: 4,", "units: 4, frozen: true,"),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNTRAINED)
def test_layers_that_no_loss_trains(what: str) -> None:
    text, messages = UNTRAINED[what]
    assert [each.message for each in compile_text(text.encode()).report] == messages
