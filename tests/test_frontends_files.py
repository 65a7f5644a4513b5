"""The forms of a model's file, told by what is in it: those of Keras 3 and of Keras 2."""

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import keras
import pytest
from keras import layers

from cnnspec import Spec
from cnnspec.frontends.archive import read_json
from cnnspec.frontends.files import Read, read_config, read_model
from cnnspec.keras_files.problems import UnreadableModel

pytestmark = pytest.mark.usefixtures("names_counted_from_one")

STAY = "its weights are not used: a spec cannot load those of .keras files of Keras 2"


def network() -> Any:
    x = keras.Input((8, 8, 3), name="image")
    y = layers.Conv2D(4, 3, kernel_initializer="he_normal", name="conv")(x)
    tail = keras.Sequential(
        [keras.Input((6, 6, 4)), layers.Flatten(), layers.Dense(2)], name="tail"
    )
    return keras.Model(x, tail(layers.BatchNormalization(name="norm")(y)), name="network")


def test_all_forms_of_a_file_hold_the_same_document(tmp_path: Path) -> None:
    model = network()
    for name in ("model.keras", "model.h5", "model.hdf5"):
        model.save(tmp_path / name)
    (tmp_path / "model.json").write_text(model.to_json(), encoding="utf-8")
    (tmp_path / "indented.txt").write_text(
        "\n  " + json.dumps(json.loads(model.to_json()), indent=2), encoding="utf-8"
    )
    found = {path.name: read_model(path) for path in sorted(tmp_path.iterdir())}
    document = read_json(model.to_json())
    assert found == {
        "indented.txt": Read(document),
        "model.h5": Read(document, (), has_weights=True),
        "model.hdf5": Read(document, (), has_weights=True),
        "model.json": Read(document),
        "model.keras": Read(document, (), has_weights=True),
    }
    assert read_config(json.loads(model.to_json())) == Read(document)


def test_the_suffix_means_nothing(tmp_path: Path) -> None:
    network().save(tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / "model.h5")
    assert read_model(tmp_path / "model.h5").has_weights


def test_the_weights_that_a_file_has_can_be_named(tmp_path: Path) -> None:
    model = network()
    model.save(tmp_path / "model.keras")
    built = Spec.of(read_model(tmp_path / "model.keras").document).build(
        weights=tmp_path / "model.keras"
    )
    pairs = zip(built.get_weights(), model.get_weights(), strict=True)
    assert [(one == other).all() for one, other in pairs] == [True] * 8


def test_the_batch_size_is_noted() -> None:
    x = keras.Input(batch_shape=(32, 4), name="x")
    assert read_config(keras.Model(x, layers.Dense(2)(x)).to_json()).notes == (
        "the input 'x' has the batch size 32; models of a spec accept any batch size",
    )


def test_a_name_that_tensorflow_refuses_is_noted() -> None:
    x = keras.Input((4,), name="x")
    found = read_config(keras.Model(x, layers.Dense(2, name="my layer")(x)).to_json())
    note = "the layer 'my layer' is called 'my_layer' in the model of the spec"
    assert (found.document.layers[0].name, found.notes) == ("my layer", (note,))


def test_arguments_that_older_keras_swaps_are_noted() -> None:
    swapped = layers.Pipeline([layers.AugMix(name="mix")], name="all").get_config()["layers"][0]
    swapped["config"] |= {"num_chains": 2, "chain_depth": 4}
    model = json.loads(keras.Sequential([keras.Input((8, 8, 3)), layers.AugMix()]).to_json())
    assert read_config(model).notes == ()
    model["config"]["layers"][1] = swapped
    found = read_config(model)
    assert found.document.layers[0].arguments == {"num_chains": 2, "chain_depth": 4}
    assert found.notes == (
        "Keras before 3.14 saves the num_chains of the layer 'mix' as its chain_depth, and vice "
        "versa; the spec has them as they are in the file",
    )


def test_weights_alone_are_no_model(tmp_path: Path) -> None:
    network().save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(UnreadableModel) as raised:
        read_model(tmp_path / "model.weights.h5")
    assert str(raised.value) == "it contains weights but no model; it was written by `save_weights`"


def test_what_is_no_file_of_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.pb").write_bytes(b"\x08\x01\x12\x0fserialized graph")
    refused = {}
    for path in (tmp_path, tmp_path / "model.pb"):
        with pytest.raises(UnreadableModel) as raised:
            read_model(path)
        refused[path.name] = str(raised.value)
    assert refused == {
        tmp_path.name: "it is a folder; only .keras, .h5 and JSON files can be read",
        "model.pb": "it is not a .keras, .h5 or JSON file of a Keras model",
    }
    with pytest.raises(FileNotFoundError):
        read_model(tmp_path / "gone.keras")


# What Keras 2 wrote

Said = dict[str, Any]


def layer_2(kind: str, name: str, nodes: list[Any], **config: Any) -> Said:
    """A layer as Keras 2 writes it."""
    config = {"name": name, "trainable": True, "dtype": "float32"} | config
    return {"class_name": kind, "config": config, "name": name, "inbound_nodes": nodes}


def dense_2(name: str, nodes: list[Any], units: int) -> Said:
    initializer = {"class_name": "GlorotUniform", "config": {"seed": None}}
    zeros = {"class_name": "Zeros", "config": {}}
    said = {
        "kernel_initializer": initializer,
        "bias_initializer": zeros,
        "kernel_regularizer": None,
    }
    return layer_2("Dense", name, nodes, units=units, activation="linear", use_bias=True, **said)


def input_2(name: str, *shape: int | None) -> Said:
    said = {
        "batch_input_shape": [None, *shape],
        "dtype": "float32",
        "sparse": False,
        "ragged": False,
    }
    config = {**said, "name": name}
    return {"class_name": "InputLayer", "config": config, "name": name, "inbound_nodes": []}


INNER_2 = {
    "name": "inner",
    "trainable": True,
    "layers": [
        input_2("inner_x", 4),
        dense_2("p", [[["inner_x", 0, 0, {}]]], 3),
        dense_2("q", [[["inner_x", 0, 0, {}]]], 2),
    ],
    "input_layers": [["inner_x", 0, 0]],
    "output_layers": [["p", 0, 0], ["q", 0, 0]],
}
"""A model in a model: Keras 2 counts its calls from 1."""

FUNCTIONAL_2 = {
    "name": "outer",
    "trainable": True,
    "layers": [
        input_2("a", 8, 8, 3),
        layer_2("GlobalAveragePooling2D", "mean", [[["a", 0, 0, {}]]], keepdims=False),
        input_2("b", 3),
        dense_2("tower", [[["mean", 0, 0, {}]], [["b", 0, 0, {}]]], 4),
        layer_2("Add", "sum", [[["tower", 0, 0, {}], ["tower", 1, 0, {}]]]),
        {
            "class_name": "Functional",
            "config": INNER_2,
            "name": "inner",
            "inbound_nodes": [[["sum", 0, 0, {}]], [["tower", 0, 0, {}]]],
        },
        layer_2(
            "Concatenate",
            "both",
            [[["inner", 1, 0, {}], ["inner", 1, 1, {}], ["inner", 2, 0, {}]]],
            axis=-1,
        ),
        layer_2("LeakyReLU", "leaky", [[["both", 0, 0, {}]]], alpha=0.20000000298023224),
        layer_2("BatchNormalization", "norm", [[["leaky", 0, 0, {"training": False}]]], axis=[1]),
    ],
    "input_layers": [["a", 0, 0], ["b", 0, 0]],
    "output_layers": [["norm", 0, 0], ["inner", 2, 1]],
}

FUNCTIONAL_2_READ = {
    "cnnspec": 1,
    "name": "outer",
    "submodels": {
        "inner_model": {
            "spec": {
                "name": "inner",
                "inputs": {"inner_x": [4]},
                "layers": [
                    {"Dense": {"name": "p", "from": "inner_x", "units": 3}},
                    {"Dense": {"name": "q", "from": "inner_x", "units": 2}},
                ],
                "outputs": {"p": {}, "q": {}},
            }
        }
    },
    "inputs": {"a": [8, 8, 3], "b": [3]},
    "layers": [
        {"GlobalAveragePooling2D": {"name": "mean", "from": "a"}},
        {"Dense": {"name": "tower", "from": "mean", "units": 4}},
        {"shared": {"name": "tower_call_1", "from": "b", "layer": "tower"}},
        {"Add": {"name": "sum", "from": ["tower", "tower_call_1"]}},
        {"inner_model": {"name": "inner", "from": "sum"}},
        {"inner_model": {"name": "inner_call_1", "from": "tower"}},
        {"Concatenate": {"name": "both", "from": ["inner/p", "inner/q", "inner_call_1/p"]}},
        {"LeakyReLU": {"name": "leaky", "from": "both", "negative_slope": 0.2}},
        {"BatchNormalization": {"name": "norm", "from": "leaky", "axis": 1}},
    ],
    "outputs": {
        "norm": {"loss": "mean_squared_error", "metrics": ["accuracy", {"AUC": {"name": "area"}}]},
        "inner_call_1_q": {
            "from": "inner_call_1/q",
            "loss": "mean_absolute_error",
            "loss_weight": 0.5,
        },
    },
    "train": {
        "optimizer": {
            "SGD": {
                "learning_rate": {
                    "ExponentialDecay": {
                        "initial_learning_rate": 0.1,
                        "decay_steps": 100,
                        "decay_rate": 0.9,
                    }
                },
                "momentum": 0.9,
            }
        }
    },
}

TRAINING_2 = {
    "loss": ["mse", "mae"],
    "loss_weights": [1.0, 0.5],
    "metrics": [
        [
            {"class_name": "MeanMetricWrapper", "config": {"name": "norm_accuracy", "fn": "x"}},
            {"class_name": "AUC", "config": {"name": "norm_area", "dtype": "float32"}},
        ],
        None,
    ],
    "weighted_metrics": None,
    "optimizer_config": {
        "class_name": "Custom>SGD",
        "config": {
            "name": "SGD",
            "learning_rate": {
                "class_name": "ExponentialDecay",
                "config": {
                    "initial_learning_rate": 0.1,
                    "decay_steps": 100,
                    "decay_rate": 0.9,
                    "staircase": False,
                    "name": None,
                },
            },
            "momentum": 0.8999999761581421,
            "jit_compile": False,
            "is_legacy_optimizer": False,
        },
    },
}


def test_a_functional_model_of_keras_2_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        model = {"class_name": "Functional", "config": FUNCTIONAL_2}
        file.attrs["model_config"] = json.dumps(model).encode()
        file.attrs["training_config"] = json.dumps(TRAINING_2).encode()
    found = read_model(path)
    assert (found.document.to_data(), found.notes) == (FUNCTIONAL_2_READ, ())
    assert not Spec.of(found.document).report.has_errors


def conv_2(kind: str, name: str, **config: Any) -> Said:
    return layer_2(kind, name, [], kernel_size=[3, 3], strides=[1, 1], groups=1, **config)


SEQUENTIAL_2 = {
    "name": "small",
    "layers": [
        conv_2(
            "Conv2D",
            "conv",
            filters=4,
            batch_input_shape=[None, 8, 8, 3],
            kernel_regularizer={"class_name": "L2", "config": {"l2": 0.009999999776482582}},
        ),
        conv_2("DepthwiseConv2D", "deep"),
        conv_2(
            "SeparableConv2D",
            "separable",
            filters=5,
            kernel_initializer={"class_name": "GlorotUniform", "config": {"seed": None}},
        ),
        layer_2("Reshape", "rows", [], target_shape=[-1, 5]),
        layer_2(
            "Bidirectional",
            "both",
            [],
            merge_mode="concat",
            layer={
                "class_name": "LSTM",
                "config": {
                    "name": "lstm", "trainable": True, "dtype": "float32", "units": 3,
                    "implementation": 2, "time_major": False, "unroll": False,
                },
            },
        ),
    ],
}  # fmt: skip


@pytest.mark.parametrize("form", [SEQUENTIAL_2, SEQUENTIAL_2["layers"]], ids=["mapping", "list"])
def test_a_sequential_model_of_keras_2_is_read(form: Any) -> None:
    found = read_config({"class_name": "Sequential", "config": form})
    assert found.document.to_data() == {
        "cnnspec": 1,
        "name": "small" if isinstance(form, dict) else "sequential",
        "inputs": {"input": [8, 8, 3]},
        "layers": [
            {
                "Conv2D": {
                    "name": "conv",
                    "from": "input",
                    "kernel_size": 3,
                    "filters": 4,
                    "kernel_regularizer": "l2",
                }
            },
            {"DepthwiseConv2D": {"name": "deep", "from": "conv", "kernel_size": 3}},
            {
                "SeparableConv2D": {
                    "name": "separable",
                    "from": "deep",
                    "kernel_size": 3,
                    "filters": 5,
                }
            },
            {"Reshape": {"name": "rows", "from": "separable", "target_shape": [-1, 5]}},
            {"Bidirectional": {"name": "both", "from": "rows", "layer": {"LSTM": {"units": 3}}}},
        ],
        "outputs": {"both": {}},
    }
    assert not Spec.of(found.document).report.has_errors


def test_weights_that_keras_2_put_in_an_archive_are_not_named(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "config.json", json.dumps({"class_name": "Sequential", "config": SEQUENTIAL_2})
        )
        archive.writestr("model.weights.h5", b"")
    found = read_model(path)
    assert (found.notes, found.has_weights) == ((STAY,), False)


def test_operations_of_keras_2_are_refused_by_name() -> None:
    config = {
        "name": "scaled",
        "layers": [
            input_2("x", 4),
            layer_2(
                "TFOpLambda", "tf.math.top_k", [["x", 0, 0, {"k": 2, "name": None}]],
                function="math.top_k",
            ),
        ],
        "input_layers": [["x", 0, 0]],
        "output_layers": [["tf.math.top_k", 0, 0]],
    }  # fmt: skip
    with pytest.raises(UnreadableModel) as raised:
        read_config({"class_name": "Functional", "config": config})
    assert str(raised.value) == (
        "the operation 'tf.math.top_k' (TFOpLambda) cannot be used in a spec: "
        "a spec cannot call the function 'math.top_k' of TensorFlow"
    )
