"""Operations that Keras records, as the layers that compute the same to the last bit."""

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy
import pytest
from keras import layers, ops

from cnnspec import Document, Spec
from cnnspec.frontends.archive import read_json
from cnnspec.frontends.files import read_config
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.language.document import Step

pytestmark = pytest.mark.usefixtures("names_counted_from_one")

INPUTS = {"float": "float32", "other": "float32", "byte": "uint8", "half": "float16"}

Tensors = dict[str, Any]


class Images(dict[str, Any]):
    """The inputs of a model: each is made when it is first read."""

    def __missing__(self, name: str) -> Any:
        self[name] = keras.Input((6, 5, 4), dtype=INPUTS[name], name=name)
        return self[name]


def model_of(operation: Callable[[Tensors], Any]) -> Any:
    """A model of images that does what a function does with tensors."""
    inputs = Images()
    outputs = operation(inputs)
    return keras.Model(list(inputs.values()), outputs)


def read(model: Any) -> Document:
    return read_json(model.to_json())


def images() -> dict[str, Any]:
    """Values of both signs for each input, with zeros and whole numbers among them."""
    numbers = numpy.random.default_rng(0)
    found = {}
    for name, dtype in INPUTS.items():
        values = numbers.normal(0, 4, (7, 6, 5, 4))
        values[0] = numpy.round(values[0])
        found[name] = (abs(values) if dtype == "uint8" else values).astype(dtype)
    return found


def predicted(model: Any) -> Any:
    """What a model gives for the images of its inputs."""
    values = images()
    given = [values[each.name] for each in model.inputs]
    return model.predict(given if len(given) > 1 else given[0], verbose=0)


def call(step: Step) -> tuple[str, dict[str, Any], list[str] | None]:
    return step.kind, step.arguments, step.from_


X, Y, BYTE, HALF = ["float"], ["float", "other"], ["byte"], ["half"]

EQUALS: dict[str, tuple[Callable[[Tensors], Any], tuple[str, dict[str, Any], list[str]]]] = {
    "x + y": (lambda t: t["float"] + t["other"], ("Add", {}, Y)),
    "x - y": (lambda t: t["float"] - t["other"], ("Subtract", {}, Y)),
    "x * y": (lambda t: t["float"] * t["other"], ("Multiply", {}, Y)),
    "x * x": (lambda t: t["float"] * t["float"], ("Multiply", {}, ["float", "float"])),
    "maximum": (lambda t: ops.maximum(t["float"], t["other"]), ("Maximum", {}, Y)),
    "minimum": (lambda t: ops.minimum(t["float"], t["other"]), ("Minimum", {}, Y)),
    "half + half": (
        lambda t: t["half"] + t["half"],
        ("Add", {"dtype": "float16"}, ["half", "half"]),
    ),
    "x * 2.1": (lambda t: t["float"] * 2.1, ("Rescaling", {"scale": 2.1}, X)),
    "3 * x": (lambda t: 3 * t["float"], ("Rescaling", {"scale": 3}, X)),
    "x + 3.3": (lambda t: t["float"] + 3.3, ("Rescaling", {"scale": 1.0, "offset": 3.3}, X)),
    "x - 3.3": (lambda t: t["float"] - 3.3, ("Rescaling", {"scale": 1.0, "offset": -3.3}, X)),
    "3.3 - x": (lambda t: 3.3 - t["float"], ("Rescaling", {"scale": -1.0, "offset": 3.3}, X)),
    "-x": (lambda t: -t["float"], ("Rescaling", {"scale": -1.0}, X)),
    "x / 4": (lambda t: t["float"] / 4, ("Rescaling", {"scale": 0.25}, X)),
    "x / 0.5": (lambda t: ops.divide(t["float"], 0.5), ("Rescaling", {"scale": 2.0}, X)),
    "x / 3": (
        lambda t: t["float"] / 3,
        ("ops.true_divide", {"x2": 3}, X),
    ),
    "x / 0.7": (
        lambda t: t["float"] / 0.7,
        ("ops.true_divide", {"x2": 0.7}, X),
    ),
    "byte * 0.1": (lambda t: t["byte"] * 0.1, ("Rescaling", {"scale": 0.1}, BYTE)),
    "byte / 255": (
        lambda t: t["byte"] / 255,
        ("ops.true_divide", {"x2": 255}, BYTE),
    ),
    "byte / 256": (lambda t: t["byte"] / 256, ("Rescaling", {"scale": 0.00390625}, BYTE)),
    "float of byte": (lambda t: ops.cast(t["byte"], "float32"), ("Rescaling", {"scale": 1.0}, BYTE)),
    "half * 0.3": (
        lambda t: t["half"] * 0.3,
        ("Rescaling", {"scale": 0.3, "dtype": "float16"}, HALF),
    ),
    "square": (lambda t: ops.square(t["float"]), ("Multiply", {}, ["float", "float"])),
    "maximum with 0": (lambda t: ops.maximum(0, t["float"]), ("ReLU", {}, X)),
    "clip": (lambda t: ops.clip(t["float"], 0, 6), ("ReLU", {"max_value": 6}, X)),
    "clip at 2.5": (lambda t: ops.clip(t["float"], 0.0, 2.5), ("ReLU", {"max_value": 2.5}, X)),
    "leaky_relu": (
        lambda t: ops.leaky_relu(t["float"], 0.1),
        ("LeakyReLU", {"negative_slope": 0.1}, X),
    ),
    "the activation relu": (
        lambda t: keras.activations.relu(t["float"], negative_slope=0.1, max_value=3),
        ("ReLU", {"max_value": 3, "negative_slope": 0.1}, X),
    ),
    "elu": (lambda t: ops.elu(t["float"], alpha=0.5), ("ELU", {"alpha": 0.5}, X)),
    "softmax": (lambda t: ops.softmax(t["float"]), ("Softmax", {}, X)),
    "softmax over rows": (lambda t: ops.softmax(t["float"], axis=1), ("Softmax", {"axis": 1}, X)),
    "reshape": (
        lambda t: ops.reshape(t["float"], (-1, 30, 4)),
        ("Reshape", {"target_shape": [30, 4]}, X),
    ),
    "reshape to a row": (
        lambda t: ops.reshape(t["float"], (-1, 120)),
        ("Reshape", {"target_shape": [120]}, X),
    ),
    "expand_dims": (
        lambda t: ops.expand_dims(t["float"], -1),
        ("Reshape", {"target_shape": [6, 5, 4, 1]}, X),
    ),
    "expand_dims in front": (
        lambda t: ops.expand_dims(t["float"], 1),
        ("Reshape", {"target_shape": [1, 6, 5, 4]}, X),
    ),
    "transpose": (
        lambda t: ops.transpose(t["float"], (0, 3, 1, 2)),
        ("Permute", {"dims": [3, 1, 2]}, X),
    ),
    "swapaxes": (lambda t: ops.swapaxes(t["float"], 1, -1), ("Permute", {"dims": [3, 2, 1]}, X)),
    "moveaxis": (lambda t: ops.moveaxis(t["float"], 1, -1), ("Permute", {"dims": [2, 3, 1]}, X)),
    "concatenate": (
        lambda t: ops.concatenate([t["float"], t["other"]], axis=-1),
        ("Concatenate", {}, Y),
    ),
    "concatenate rows": (
        lambda t: ops.concatenate([t["float"], t["other"]], axis=1),
        ("Concatenate", {"axis": 1}, Y),
    ),
    "mean": (lambda t: ops.mean(t["float"], axis=(1, 2)), ("GlobalAveragePooling2D", {}, X)),
    "mean that keeps axes": (
        lambda t: ops.mean(t["float"], axis=[-2, -3], keepdims=True),
        ("GlobalAveragePooling2D", {"keepdims": True}, X),
    ),
    "mean of halves": (
        lambda t: ops.mean(t["half"], axis=(1, 2)),
        ("GlobalAveragePooling2D", {"dtype": "float16"}, HALF),
    ),
    "max": (lambda t: ops.max(t["float"], axis=(1, 2)), ("GlobalMaxPooling2D", {}, X)),
    **{
        name: (
            lambda t, name=name: getattr(ops, name)(t["float"]),  # type: ignore[misc]
            ("Activation", {"activation": name}, X),
        )
        for name in (
            "celu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh", "log_sigmoid",
            "log_softmax", "relu", "relu6", "selu", "sigmoid", "silu", "soft_shrink", "softplus",
            "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh",
            "tanh_shrink",
        )
    },
    "gelu": (
        lambda t: ops.gelu(t["float"], approximate=False),
        ("Activation", {"activation": "gelu"}, X),
    ),
    "exp": (lambda t: ops.exp(t["float"]), ("Activation", {"activation": "exponential"}, X)),
}  # fmt: skip


@pytest.mark.parametrize("what", EQUALS)
def test_an_operation_is_a_layer_that_computes_the_same(what: str) -> None:
    operation, expected = EQUALS[what]
    model = model_of(operation)
    document = read(model)
    assert [call(step) for step in document.layers] == [expected]
    assert [step.name for step in document.layers] == model.output_names
    spec = Spec.of(document)
    assert list(spec.report) == []
    results, originals = predicted(spec.build()), predicted(model)
    assert results.dtype == originals.dtype
    assert numpy.array_equal(results, originals)


@pytest.mark.parametrize("divisor", [0.1, 0.2290, 3, 7, 57.375, 255, 1e6])
def test_a_division_rounds_as_the_operation_does(divisor: float) -> None:
    x = keras.Input((10_000,))
    model = keras.Model(x, x / divisor)
    values = numpy.random.default_rng(0).normal(0, 100, (20, 10_000)).astype("float32")
    built = Spec.of(read(model)).build()
    assert numpy.array_equal(built.predict(values, verbose=0), model.predict(values, verbose=0))


@pytest.mark.parametrize(
    ("divisor", "expected"),
    [
        (255, ("ops.true_divide", {"x2": 255}, ["x"])),
        (0.25, ("Rescaling", {"scale": 4.0}, ["x"])),
    ],
)
def test_a_division_is_a_product_only_where_that_is_exact(
    divisor: float, expected: tuple[str, dict[str, Any], list[str]]
) -> None:
    x = keras.Input((4,), name="x")
    result = read_config(keras.Model(x, x / divisor).to_json())
    assert [call(step) for step in result.document.layers] == [expected]
    assert result.notes == ()


def test_operations_and_layers_are_told_apart_in_every_form_of_a_file(tmp_path: Any) -> None:
    x = keras.Input((8, 8, 3), name="image")
    y = layers.Conv2D(4, 3, padding="same", name="conv")(x)
    y = ops.relu6(y + 3.0) * (1 / 6)
    y = layers.Add(name="sum")([y, y]) + y
    model = keras.Model(x, ops.reshape(y, (-1, 256)))
    model.save(tmp_path / "model.h5")
    model.save(tmp_path / "model.keras")
    from cnnspec.frontends.files import read_model

    documents = [read_model(tmp_path / f"model.{form}").document for form in ("h5", "keras")]
    assert documents == [read(model)] * 2
    assert [(step.name, *call(step)) for step in documents[0].layers] == [
        ("conv", "Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}, ["image"]),
        ("add", "Rescaling", {"scale": 1.0, "offset": 3.0}, ["conv"]),
        ("relu6", "Activation", {"activation": "relu6"}, ["add"]),
        ("multiply", "Rescaling", {"scale": 1 / 6}, ["relu6"]),
        ("sum", "Add", {}, ["multiply", "multiply"]),
        ("add_1", "Add", {}, ["sum", "multiply"]),
        ("reshape", "Reshape", {"target_shape": [256]}, ["add_1"]),
    ]


FUNCTIONS: dict[str, tuple[Callable[[Tensors], Any], tuple[str, dict[str, Any], list[str]]]] = {
    "getitem": (lambda t: t["float"][:, 1:3], ("ops.get_item", {"key": ":, 1:3"}, X)),
    "power": (lambda t: t["float"] ** 3, ("ops.power", {"x2": 3}, X)),
    "byte + 1": (lambda t: t["byte"] + 1, ("ops.add", {"x2": 1}, BYTE)),
    "byte + byte": (lambda t: t["byte"] + t["byte"], ("ops.add", {}, ["byte", "byte"])),
    "float + half": (lambda t: t["float"] + t["half"], ("ops.add", {}, ["float", "half"])),
    "x / y": (lambda t: t["float"] / t["other"], ("ops.true_divide", {}, Y)),
    "1 / x": (lambda t: 1 / t["float"], ("ops.true_divide", {"x1": 1}, X)),
    "x / 0": (lambda t: t["float"] / 0, ("ops.true_divide", {"x2": 0}, X)),
    "half / 3": (lambda t: t["half"] / 3, ("ops.true_divide", {"x2": 3}, HALF)),
    "x * array": (
        lambda t: t["float"] * numpy.array([1, 2, 3, 0.5], "float32"),
        ("ops.multiply", {"x2": [1.0, 2.0, 3.0, 0.5]}, X),
    ),
    "approximate gelu": (lambda t: ops.gelu(t["float"]), ("ops.gelu", {}, X)),
    "maximum with 1": (lambda t: ops.maximum(t["float"], 1.0), ("ops.maximum", {"x2": 1.0}, X)),
    "reshape of the batch": (
        lambda t: ops.reshape(t["float"], (-1, 4)),
        ("ops.reshape", {"newshape": [-1, 4]}, X),
    ),
    "transpose": (lambda t: ops.transpose(t["float"]), ("ops.transpose", {}, X)),
    "mean of rows": (lambda t: ops.mean(t["float"], axis=1), ("ops.mean", {"axis": 1}, X)),
    "concatenate batches": (
        lambda t: ops.concatenate([t["float"], t["other"]], axis=0),
        ("ops.concatenate", {}, Y),
    ),
}
"""What no layer computes: the step that calls the same function."""


@pytest.mark.filterwarnings("ignore:NotImplemented should not be used in a boolean context")
@pytest.mark.parametrize("what", FUNCTIONS)
def test_an_operation_without_a_layer_is_its_function(what: str) -> None:
    operation, expected = FUNCTIONS[what]
    assert call(read(model_of(operation)).layers[-1]) == expected


def test_a_constant_of_another_type_is_refused() -> None:
    model = model_of(lambda t: ops.multiply(t["float"], numpy.ones(4)))
    with pytest.raises(UnreadableModel) as raised:
        read(model)
    assert str(raised.value) == (
        "the operation 'multiply' (Multiply) cannot be used in a spec: "
        "its constant has the data type float64, which a spec cannot express"
    )


def test_an_operation_takes_masks_off_as_no_layer_does() -> None:
    x = keras.Input((4,))
    y = layers.Embedding(10, 3, mask_zero=True)(x)
    model = keras.Model(x, layers.LSTM(2)(y * 2.0))
    assert [call(step)[:2] for step in read(model).layers][1:2] == [("ops.multiply", {"x2": 2.0})]


def test_the_hard_swish_of_mobilenet_is_exact() -> None:
    model = keras.applications.MobileNetV3Small(
        input_shape=(32, 32, 3), weights=None, include_top=False, minimalistic=False
    )
    found = read_config(json.loads(model.to_json()))
    built = Spec.of(found.document).build()
    for layer in model.layers:
        if layer.weights:
            built.get_layer(layer.name).set_weights(layer.get_weights())
    values = numpy.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype("float32")
    assert found.notes == ()
    # In a graph TensorFlow may compute even one model in another order than in eager calls.
    assert numpy.array_equal(built(values), model(values))
