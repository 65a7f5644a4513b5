"""What Keras 2 saved in another form: arguments, classes and modules; activations that are layers; Keras 1."""

import json
from typing import Any

import keras
import numpy
import pytest
from keras import layers

from cnnspec import Spec
from cnnspec.frontends.files import read_config
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.language.document import Step
from tests.support.models import are_identical

pytestmark = pytest.mark.usefixtures("names_counted_from_one")

IMAGE, SEQUENCE = (None, 8, 8, 3), (None, 5, 3)


def saved(kind: str, config: dict[str, Any], shape: tuple[Any, ...] = IMAGE) -> str:
    """A Sequential model with one layer, as Keras 2 saves it."""
    common = {"name": "it", "trainable": True, "batch_input_shape": shape, "dtype": "float32"}
    layer = {"class_name": kind, "config": {**common, **config}}
    model = {"name": "model", "layers": [layer]}
    return json.dumps({"class_name": "Sequential", "config": model, "keras_version": "2.15.0"})


def initialized(kind: str, module: str | None = None, **config: Any) -> dict[str, Any]:
    """A convolution with an initializer."""
    given: dict[str, Any] = {"class_name": kind, "config": config}
    if module is not None:
        given |= {"module": module, "registered_name": kind}
    return {"filters": 2, "kernel_size": [3, 3], "kernel_initializer": given}


def conv(initializer: Any = None) -> tuple[str, dict[str, Any]]:
    given = {} if initializer is None else {"kernel_initializer": initializer}
    return "Conv2D", {"filters": 2, "kernel_size": 3, **given}


SCALING = {"scale": 2.0, "mode": "fan_in"}
CASES: dict[str, tuple[str, dict[str, Any], tuple[Any, ...], tuple[str, dict[str, Any]]]] = {
    "spatial dropout": (
        "SpatialDropout2D",
        {"rate": 0.5, "noise_shape": [None, 1, 1, 3], "seed": None, "data_format": "channels_last"},
        IMAGE,
        ("SpatialDropout2D", {"rate": 0.5}),
    ),
    "frozen spatial dropout": (
        "SpatialDropout1D",
        {"rate": 0.5, "trainable": False},
        SEQUENCE,
        ("SpatialDropout1D", {"rate": 0.5}),
    ),
    "kind of generator": (
        "Dropout",
        {"rate": 0.5, "noise_shape": None, "seed": 3.0, "rng_type": "stateful"},
        IMAGE,
        ("Dropout", {"rate": 0.5, "seed": 3}),
    ),
    "noise of a shape": (
        "Dropout",
        {"rate": 0.5, "noise_shape": [None, 1, 1, 3]},
        IMAGE,
        ("Dropout", {"rate": 0.5, "noise_shape": [None, 1, 1, 3]}),
    ),
    "generator of flips": (
        "RandomFlip",
        {"mode": "horizontal", "seed": None, "rng_type": "stateful"},
        IMAGE,
        ("RandomFlip", {"mode": "horizontal"}),
    ),
    "length of an embedding": (
        "Embedding",
        {"input_dim": 5, "output_dim": 3, "input_length": 7},
        (None, 7),
        ("Embedding", {"input_dim": 5, "output_dim": 3}),
    ),
    "type of an initializer": (
        "Conv2D",
        initialized("GlorotUniform", seed=None, dtype="float32"),
        IMAGE,
        conv(),
    ),
    "type of another initializer": (
        "Conv2D",
        initialized("Constant", value=2, dtype="float16"),
        IMAGE,
        conv({"Constant": {"value": 2}}),
    ),
    "normal distribution": (
        "Conv2D",
        initialized("VarianceScaling", distribution="normal", seed=None, **SCALING),
        IMAGE,
        conv({"VarianceScaling": {"scale": 2.0}}),
    ),
    "initializer of TensorFlow": (
        "Conv2D",
        initialized("HeNormal", "tensorflow.python.ops.init_ops_v2", seed=None),
        IMAGE,
        conv("he_normal"),
    ),
    "initializer of an older TensorFlow": (
        "Conv2D",
        initialized("Zeros", "tensorflow.python.ops.init_ops", dtype="float32"),
        IMAGE,
        conv("zeros"),
    ),
    "initializer of Keras in TensorFlow": (
        "Conv2D",
        initialized("Ones", "tensorflow.python.keras.initializers.initializers_v2"),
        IMAGE,
        conv("ones"),
    ),
    "thresholded relu": ("ThresholdedReLU", {"theta": 1.5}, IMAGE, ("ReLU", {"threshold": 1.5})),
    "fused normalization": (
        "BatchNormalization",
        {"axis": [3], "fused": True, "renorm": False, "virtual_batch_size": None},
        IMAGE,
        ("BatchNormalization", {"axis": 3}),
    ),
    "first normalization": (
        "BatchNormalizationV1",
        {"axis": [3]},
        IMAGE,
        ("BatchNormalization", {"axis": 3}),
    ),
    "synchronized normalization": (
        "SyncBatchNormalization",
        {"axis": [3]},
        IMAGE,
        ("BatchNormalization", {"axis": 3, "synchronized": True}),
    ),
    "recurrence": (
        "GRU",
        {"units": 2, "time_major": False, "implementation": 2},
        SEQUENCE,
        ("GRU", {"units": 2}),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_arguments_of_keras_2_mean_what_they_meant(name: str) -> None:
    kind, config, shape, (expected, arguments) = CASES[name]
    found = read_config(saved(kind, config, shape))
    step = Step(kind=expected, name="it", from_=["input"], arguments=arguments)
    assert (found.document.layers, found.notes) == ([step], ())


def test_a_thresholded_relu_computes_the_same() -> None:
    built = Spec.of(
        read_config(saved("ThresholdedReLU", {"theta": 0.5}, (None, 5))).document
    ).build()
    values = numpy.array([[-1.0, 0.25, 0.5, 0.75, 3.0]], "float32")
    assert are_identical(built(values), [[0.0, 0.0, 0.0, 0.75, 3.0]])


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("Convolution2D", {"nb_filter": 3, "nb_row": 3, "nb_col": 3, "dim_ordering": "tf"}),
        ("MaxPooling2D", {"pool_size": [2, 2], "border_mode": "valid"}),
        ("Dense", {"output_dim": 3, "init": "uniform", "W_regularizer": None}),
    ],
)
def test_files_of_keras_1_are_refused_as_such(kind: str, config: dict[str, Any]) -> None:
    with pytest.raises(UnreadableModel) as raised:
        read_config(saved(kind, config))
    assert str(raised.value) == (
        "it is of Keras 1, which no newer version reads; Keras 2 can load and save it again"
    )


ACTIVATIONS: dict[str, Any] = {
    "leaky": lambda: layers.LeakyReLU(0.1),
    "bounded": lambda: layers.ReLU(6.0, 0.1, 0.0),
    "elu": lambda: layers.ELU(0.5),
    "softmax": lambda: layers.Softmax(),
    "activation": lambda: layers.Activation("gelu"),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_that_are_layers_become_steps(name: str) -> None:
    x = keras.Input((8, 8, 3))
    shared = layers.Conv2D(3, 3, padding="same", activation=ACTIVATIONS[name](), name="conv")
    head = layers.Dense(2, activation=ACTIVATIONS[name](), name="head")
    row = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(3, 1, activation=ACTIVATIONS[name](), name="in_row")]
    )
    model = keras.Model(x, head(layers.Flatten()(row(shared(shared(x))))))
    document = read_config(model.to_json()).document
    assert [step.name for step in document.layers if step.name and "conv" in step.name] == [
        "conv",
        "conv_activation",
        "conv_call_1",
        "conv_activation_call_1",
    ]
    built = Spec.of(document).build()
    built.set_weights(model.get_weights())
    values = numpy.random.default_rng(0).normal(0, 3, (2, 8, 8, 3)).astype("float32")
    numpy.testing.assert_allclose(built(values), model(values), rtol=1e-6, atol=1e-6)
