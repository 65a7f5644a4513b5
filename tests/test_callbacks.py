"""Callbacks against what is measured and against the optimizers, before anything is trained."""

import keras
import numpy
import pytest

from cnnspec.backends.keras.objects import keras_object
from cnnspec.compiler import compile_text
from cnnspec.objects.families import CALLBACKS, METRICS, OPTIMIZERS
from tests.support.measures import NEEDED

SPEC = """\
cnnspec: 1
inputs: {x: [8]}
layers:
  - Dense: {name: digit, units: 10, activation: softmax}
  - Dense: {name: odd, from: x, units: 1, activation: sigmoid}
outputs:
  digit:
    loss: categorical_crossentropy
    metrics: [acc, F1Score, {Precision: {thresholds: [0.25, 0.75]}}, {Recall: {thresholds: [0.5]}}]
  odd: {loss: bce, metrics: [{R2Score: {class_aggregation: null}}, TruePositives, mae]}
train: {callbacks: [CALLBACK], MORE}
"""
EMA = "Adam: {use_ema: true}"
DECAY = "SGD: {learning_rate: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9}}}"


def reported(callback: str, more: str = "epochs: 1") -> list[tuple[str, ...]]:
    text = SPEC.replace("CALLBACK", callback).replace("MORE", more)
    found = compile_text(text.encode()).report
    lines = text.splitlines()
    return [
        (
            each.code,
            each.message,
            each.suggestion or "",
            *(
                each.span
                and lines[each.span.line - 1][each.span.column - 1 : each.span.end_column - 1],
            ),
            *(note.message for note in each.notes),
        )
        for each in found
    ]


def monitors(name: str, more: str = "") -> str:
    return f"{{EarlyStopping: {{monitor: {name}{more}}}}}"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("loss", None),
        ("val_loss", None),
        ("digit_loss", None),
        ("val_odd_mae", None),
        ("digit_acc", None),
        ("val_digit_recall", None),
        ("digit_accuracy", ("unknown-name", "EarlyStopping monitors 'digit_accuracy', which is not measured", "did you mean 'digit_acc'?")),
        ("val_acc", ("unknown-name", "EarlyStopping monitors 'val_acc', which is not measured", "did you mean 'val_digit_acc'?")),
        ("digit_f1_score", ("conflicting-arguments", "EarlyStopping takes one number, but 'digit_f1_score' is a list of them", "give F1Score another 'average'")),
        ("val_digit_precision", ("conflicting-arguments", "EarlyStopping takes one number, but 'val_digit_precision' is a list of them", "give Precision another 'thresholds'")),
        ("odd_r2_score", ("conflicting-arguments", "EarlyStopping takes one number, but 'odd_r2_score' is a list of them", "give R2Score another 'class_aggregation'")),
        ("odd_true_positives", ("missing-argument", "it is unknown whether 'odd_true_positives' should increase or decrease", "set 'mode' to 'min' or 'max'")),
    ],
)  # fmt: skip
def test_what_is_monitored(name: str, found: tuple[str, str, str] | None) -> None:
    assert reported(monitors(name)) == ([] if found is None else [(*found, name)])


def test_a_mode_that_is_given_is_taken() -> None:
    assert reported(monitors("odd_true_positives", ", mode: max")) == []


SCHEDULED = (
    "conflicting-arguments",
    "ReduceLROnPlateau cannot lower a learning rate that CosineDecay sets",
    "",
    "ReduceLROnPlateau",
    "SGD has this schedule",
)
AVERAGED = ("conflicting-arguments", "SwapEMAWeights needs an optimizer that keeps a moving average of the weights", "use an optimizer with 'use_ema: true'", "SwapEMAWeights", "this one keeps none")  # fmt: skip


@pytest.mark.parametrize(
    ("callback", "more", "found"),
    [
        ("ReduceLROnPlateau", "epochs: 1", []),
        ("ReduceLROnPlateau", "optimizer: Adam", []),
        ("ReduceLROnPlateau", f"optimizer: {{{DECAY}}}", [SCHEDULED]),
        ("ReduceLROnPlateau", f"optimizer: {{{DECAY}}}, phases: [{{epochs: 1, optimizer: Adam}}]", []),
        ("ReduceLROnPlateau", f"optimizer: {{{DECAY}}}, phases: [{{epochs: 1, optimizer: Adam}}, {{epochs: 1}}]", [SCHEDULED]),
        ("ReduceLROnPlateau", f"phases: [{{epochs: 1, optimizer: {{{DECAY}}}}}]", [SCHEDULED]),
        ("EarlyStopping", f"optimizer: {{{DECAY}}}", []),
        ("SwapEMAWeights", f"optimizer: {{{EMA}}}", []),
        ("SwapEMAWeights", "epochs: 1", [AVERAGED[:-1]]),
        ("SwapEMAWeights", "optimizer: Adam", [AVERAGED]),
        ("SwapEMAWeights", f"optimizer: {{{EMA}}}, phases: [{{epochs: 1, optimizer: Adam}}]", [AVERAGED]),
    ],
)  # fmt: skip
def test_callbacks_that_the_optimizer_does_not_fit(
    callback: str, more: str, found: list[tuple[str, ...]]
) -> None:
    assert reported(callback, more) == found


@pytest.mark.parametrize(
    ("callback", "optimizer", "runs"),
    [
        ({"ReduceLROnPlateau": {"monitor": "loss", "patience": 0, "min_delta": 9}}, "Adam", True),
        (
            {"ReduceLROnPlateau": {"monitor": "loss", "patience": 0, "min_delta": 9}},
            {"SGD": {"learning_rate": {"CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 9}}}},
            False,
        ),
        ({"SwapEMAWeights": {"swap_on_epoch": True}}, {"Adam": {"use_ema": True}}, True),
        ({"SwapEMAWeights": {"swap_on_epoch": True}}, "Adam", False),
    ],
)  # fmt: skip
def test_what_is_refused_does_not_run_in_keras(callback: object, optimizer: object, runs: bool) -> None:  # fmt: skip
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras_object(OPTIMIZERS.check(optimizer)), loss="mse")
    rows = numpy.ones((4, 2)), numpy.ones((4, 1))
    called = keras_object(CALLBACKS.check(callback))
    try:
        model.fit(*rows, epochs=3, verbose=0, callbacks=[called])
        assert runs
    except (TypeError, ValueError):
        assert not runs


def test_every_metric_is_better_in_the_direction_of_keras() -> None:
    modes = {"up": "max", "down": "min", None: None}
    of_keras = {}
    for kind, declaration in METRICS.kinds.items():
        made = keras_object(declaration.of(NEEDED.get(kind, {})))
        of_keras[kind] = modes[getattr(made, "_direction", None)]
    assert {kind: each.better for kind, each in METRICS.kinds.items()} == of_keras
