"""What a model was compiled with, in the spec: losses, metrics, the optimizer; and what is left out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras import layers

from cnnspec import Spec
from cnnspec.frontends.decimals import decimal
from cnnspec.frontends.files import Read, read_config, read_model

pytestmark = pytest.mark.usefixtures("names_counted_from_one")


def one_output(**compiled: Any) -> Any:
    x = keras.Input((4,), name="x")
    model = keras.Model(x, layers.Dense(3, name="digit")(x))
    model.compile(**compiled)
    return model


def two_outputs(**compiled: Any) -> Any:
    x = keras.Input((4,), name="x")
    outputs = [layers.Dense(3, name="digit")(x), layers.Dense(1, name="odd")(x)]
    model = keras.Model(x, outputs)
    model.compile(**compiled)
    return model


def by_name(**compiled: Any) -> Any:
    """A model whose outputs have keys, which are not the names of its layers."""
    x = keras.Input((4,), name="x")
    outputs = {"z": layers.Dense(3, name="digit")(x), "a": layers.Dense(1, name="odd")(x)}
    model = keras.Model(x, outputs)
    model.compile(**compiled)
    return model


Said = dict[str, Any]
ADAM = {"optimizer": "adam"}


def said(found: Read) -> tuple[Said, Said]:
    """The outputs and the training of what was read, as a spec writes them."""
    data = found.document.to_data()
    return data["outputs"], data.get("train", {})


CASES: dict[str, tuple[Callable[[], Any], Said, Said, tuple[str, ...]]] = {
    "nothing": (one_output, {"digit": {}}, {"optimizer": "rmsprop"}, ()),
    "words": (
        lambda: one_output(
            optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy", "acc"]
        ),
        {"digit": {"loss": "sparse_categorical_crossentropy", "metrics": ["accuracy", "acc"]}},
        ADAM,
        (),
    ),
    "objects": (
        lambda: one_output(
            optimizer=keras.optimizers.AdamW(0.001, weight_decay=0.02),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=[keras.metrics.SparseCategoricalAccuracy(), keras.metrics.SparseTopKCategoricalAccuracy(name="five")],
        ),
        {
            "digit": {
                "loss": {"SparseCategoricalCrossentropy": {"from_logits": True}},
                "metrics": ["sparse_categorical_accuracy", {"SparseTopKCategoricalAccuracy": {"name": "five"}}],
            }
        },
        {"optimizer": {"AdamW": {"weight_decay": 0.02}}},
        (),
    ),
    "functions": (
        lambda: one_output(loss=keras.losses.mean_squared_error, metrics=[keras.losses.mean_absolute_error]),
        {"digit": {"loss": "mean_squared_error", "metrics": ["mean_absolute_error"]}},
        {"optimizer": "rmsprop"},
        (),
    ),
    "a schedule": (
        lambda: one_output(
            optimizer=keras.optimizers.SGD(
                keras.optimizers.schedules.CosineDecay(0.1, 1000, alpha=0.01), momentum=0.9
            ),
            loss="mse",
        ),
        {"digit": {"loss": "mean_squared_error"}},
        {
            "optimizer": {
                "SGD": {
                    "learning_rate": {
                        "CosineDecay": {
                            "initial_learning_rate": 0.1,
                            "decay_steps": 1000,
                            "alpha": 0.01,
                        }
                    },
                    "momentum": 0.9,
                }
            }
        },
        (),
    ),
    "a rate that was kept as float32": (
        lambda: one_output(optimizer=keras.optimizers.Adam(3e-4), loss="mse"),
        {"digit": {"loss": "mean_squared_error"}},
        {"optimizer": {"Adam": {"learning_rate": 0.0003}}},
        (),
    ),
    "lists": (
        lambda: two_outputs(
            optimizer="adam",
            loss=["mse", keras.losses.BinaryCrossentropy(label_smoothing=0.1)],
            loss_weights=[1.0, 0.3],
            metrics=[["mae"], ["accuracy", "AUC"]],
        ),
        {
            "digit": {"loss": "mean_squared_error", "metrics": ["mae"]},
            "odd": {
                "loss": {"BinaryCrossentropy": {"label_smoothing": 0.1}},
                "loss_weight": 0.3,
                "metrics": ["accuracy", "auc"],
            },
        },
        ADAM,
        (),
    ),
    "mappings": (
        lambda: two_outputs(
            optimizer="adam",
            loss={"odd": "mae", "digit": "mse"},
            loss_weights={"digit": 0.5, "odd": 1.0},
            metrics={"odd": "accuracy"},
        ),
        {
            "digit": {"loss": "mean_squared_error", "loss_weight": 0.5},
            "odd": {"loss": "mean_absolute_error", "metrics": ["accuracy"]},
        },
        ADAM,
        (),
    ),
    "one loss for all": (
        lambda: two_outputs(optimizer="adam", loss="mse"),
        {"digit": {"loss": "mean_squared_error"}, "odd": {"loss": "mean_squared_error"}},
        ADAM,
        (),
    ),
    "one of two": (
        lambda: two_outputs(optimizer="adam", loss=["mse", None]),
        {"digit": {"loss": "mean_squared_error"}, "odd": {}},
        ADAM,
        (),
    ),
    "keys of outputs": (
        lambda: by_name(optimizer="adam", loss={"z": "mse", "a": "mae"}, metrics={"a": ["mse"]}),
        {
            "a": {"from": "odd", "loss": "mean_absolute_error", "metrics": ["mse"]},
            "z": {"from": "digit", "loss": "mean_squared_error"},
        },
        ADAM,
        (),
    ),
    "weighted metrics": (
        lambda: one_output(optimizer="adam", loss="mse", weighted_metrics=["mae"]),
        {"digit": {"loss": "mean_squared_error"}},
        ADAM,
        ("its weighted metrics are left out: metrics in a spec are not weighted",),
    ),
    "a scaled loss": (
        lambda: one_output(
            optimizer=keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(0.5)), loss="mse"
        ),
        {"digit": {"loss": "mean_squared_error"}},
        {"optimizer": {"LossScaleOptimizer": {"inner_optimizer": {"SGD": {"learning_rate": 0.5}}}}},
        (),
    ),
    "a scaled loss with arguments": (
        lambda: one_output(
            optimizer=keras.optimizers.LossScaleOptimizer(
                keras.optimizers.Adam(3e-4), initial_scale=1024.0, dynamic_growth_steps=50, name="scaler"
            ),
            loss="mse",
        ),
        {"digit": {"loss": "mean_squared_error"}},
        {
            "optimizer": {
                "LossScaleOptimizer": {
                    "name": "scaler",
                    "initial_scale": 1024,
                    "dynamic_growth_steps": 50,
                    "inner_optimizer": {"Adam": {"learning_rate": 0.0003}},
                }
            }
        },
        (),
    ),
    "none of two": (
        lambda: two_outputs(optimizer="adam", loss={"digit": None, "odd": "mse"}, loss_weights={"digit": None, "odd": 2.0}),
        {"digit": {}, "odd": {"loss": "mean_squared_error", "loss_weight": 2.0}},
        ADAM,
        (),
    ),
    "a metric without a loss": (
        lambda: two_outputs(optimizer="adam", loss=[None, "mse"], metrics=[["mae"], None]),
        {"digit": {"metrics": ["mae"]}, "odd": {"loss": "mean_squared_error"}},
        ADAM,
        (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_what_a_model_was_compiled_with_is_in_the_spec(what: str, tmp_path: Path) -> None:
    make, outputs, training, notes = CASES[what]
    model = make()
    found = read_config(model.to_json())
    assert (*said(found), found.notes) == (outputs, training, notes)
    assert not Spec.of(found.document).report.has_errors


@pytest.mark.parametrize("what", CASES)
def test_files_say_the_same(what: str, tmp_path: Path) -> None:
    make, outputs, training, notes = CASES[what]
    make().save(tmp_path / "model.keras")
    make().save(tmp_path / "model.h5")
    archive, hdf5 = (read_model(tmp_path / f"model.{form}") for form in ("keras", "h5"))
    assert (*said(archive), archive.notes, archive.has_weights) == (outputs, training, notes, True)
    assert (*said(hdf5), hdf5.notes, hdf5.has_weights) == (outputs, training, notes, True)


def test_the_model_of_the_spec_is_compiled_alike() -> None:
    make, *_ = CASES["lists"]
    model = make()
    built = Spec.of(read_config(model.to_json()).document).build()
    found, expected = (json.loads(each.to_json())["compile_config"] for each in (built, model))
    assert found["optimizer"] == expected["optimizer"]
    assert built.output_names == model.output_names


def own_loss(y_true: Any, y_pred: Any) -> Any:
    return keras.ops.mean(y_true - y_pred)


def changed(**said: Any) -> Said:
    """A configuration whose compilation was changed by hand."""
    config: Said = json.loads(two_outputs(optimizer="adam", loss="mse").to_json())
    config["compile_config"] |= said
    return config


SGD = {"class_name": "Custom>SGD", "config": {"name": "SGD", "learning_rate": 0.5}}
HELD = {"inner_optimizer": SGD, "initial_scale": 128.0}
OLD_SCALERS: dict[str, tuple[Said, Said]] = {
    "Keras 3.10, with arguments of the base class": (
        {
            "class_name": "LossScaleOptimizer",
            "config": HELD
            | {"name": "loss_scale_optimizer", "weight_decay": None, "use_ema": False}
            | {"ema_momentum": 0.99, "loss_scale_factor": None, "dynamic_growth_steps": 2000},
        },
        {"LossScaleOptimizer": {"initial_scale": 128, "inner_optimizer": {"SGD": {"learning_rate": 0.5}}}},
    ),
    "Keras 2": (
        {
            "class_name": "Custom>LossScaleOptimizerV3",
            "config": HELD | {"dynamic": True, "dynamic_growth_steps": 7},
        },
        {
            "LossScaleOptimizer": {
                "initial_scale": 128,
                "dynamic_growth_steps": 7,
                "inner_optimizer": {"SGD": {"learning_rate": 0.5}},
            }
        },
    ),
    "Keras 2, a fixed factor": (
        {
            "class_name": "LossScaleOptimizer",
            "config": HELD | {"dynamic": False, "dynamic_growth_steps": None},
        },
        {"SGD": {"learning_rate": 0.5, "loss_scale_factor": 128}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OLD_SCALERS)
def test_older_optimizers_that_scale_the_loss_are_read(what: str) -> None:
    serialized, optimizer = OLD_SCALERS[what]
    found = read_config(changed(optimizer=serialized))
    assert (said(found)[1], found.notes) == ({"optimizer": optimizer}, ())
    assert list(Spec.of(found.document).report) == []


LEFT_OUT: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "a function of the user's own": (
        lambda: json.loads(one_output(optimizer="adam", loss=own_loss).to_json()),
        ("the loss of 'digit' is left out: unknown loss 'own_loss'",),
    ),
    "another output": (
        lambda: changed(loss={"digit": "mse", "gone": "mse"}),
        ("its losses are left out: they do not match the outputs of the model",),
    ),
    "metrics for nothing": (
        lambda: changed(metrics=["mse", "mae", "AUC"]),
        ("its metrics are left out: they do not match the outputs of the model",),
    ),
    "a word that Keras does not know": (
        lambda: changed(loss="mean_squard_error"),
        (
            "the loss of 'digit' is left out: unknown loss 'mean_squard_error'",
            "the loss of 'odd' is left out: unknown loss 'mean_squard_error'",
        ),
    ),
    "an argument that does not fit": (
        lambda: changed(optimizer={"class_name": "SGD", "config": {"momentum": 7}}),
        ("its optimizer is left out: 'momentum' of SGD must be a number from 0 to 1, not 7",),
    ),
    "nonsense": (
        lambda: changed(optimizer={"class_name": "LossScaleOptimizer"}),
        ("the rest of its compilation is left out: it cannot be read",),
    ),
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_a_spec_cannot_say_is_left_out_and_noted(what: str) -> None:
    make, notes = LEFT_OUT[what]
    found = read_config(make())
    assert found.notes == notes
    assert list(Spec.of(found.document).report) == []


@pytest.mark.parametrize(
    ("kept", "written"),
    [
        (0.0010000000474974513, 0.001),
        (0.8999999761581421, 0.9),
        (9.999999974752427e-07, 1e-06),
        (0.5, 0.5),
        (0.1, 0.1),  # no float32: so it was not kept as one
        (1 / 3, 1 / 3),
        (0.3333333432674408, 0.33333334),
        (-0.20000000298023224, -0.2),
        (1e300, 1e300),
        (float("inf"), float("inf")),
        (3, 3),
        ("0.001", "0.001"),
    ],
)
def test_numbers_kept_as_float32_are_written_as_short_as_they_can_be(
    kept: Any, written: Any
) -> None:
    assert decimal(kept) == written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"loss": "mse"}, {"loss": keras.losses.MeanSquaredError()}),
        ({"loss": "mse"}, {"loss": keras.losses.MeanSquaredError(reduction="mean")}),
        ({"loss": "mse"}, {"loss": keras.losses.MeanSquaredError(dtype="float32")}),
        ({"optimizer": "adam"}, {"optimizer": keras.optimizers.Adam(0.001)}),
        (
            {"metrics": ["categorical_accuracy"]},
            {"metrics": [keras.metrics.CategoricalAccuracy()]},
        ),
    ],
)
def test_what_means_the_same_is_read_in_the_same_words(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    found = [read_config(one_output(**compiled).to_json()) for compiled in (one, other)]
    assert said(found[0]) == said(found[1])
