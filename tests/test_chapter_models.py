"""The chapter's models: their tables, and the same models written by hand in Keras."""

from collections.abc import Callable
from typing import Any

import keras
import numpy
import pytest

from cnnspec import Spec, load, loads
from cnnspec.backends.summary.table import summary_data
from tests.support.paths import SPECS

ANY = None
"""The size of the batch."""

# fmt: off
IMAGE = ("image", "InputLayer", [], [ANY, 28, 28, 1], 0)
TRANSFER = [
    IMAGE,
    ("base_model",      "Functional",   ["image"],                       [ANY, 5408],           320),
    ("digit_dense",     "Dense",        ["base_model"],                  [ANY, 10],          54_090),
]
LAYERS = {
    "mnist_simple": [
        IMAGE,
        ("conv",            "Conv2D",       ["image"],                       [ANY, 26, 26, 32],     320),
        ("pool",            "MaxPooling2D", ["conv"],                        [ANY, 13, 13, 32],       0),
        ("flatten_1",       "Flatten",      ["pool"],                        [ANY, 5408],             0),
        ("digit",           "Dense",        ["flatten_1"],                   [ANY, 10],          54_090),
    ],
    "mnist_branches": [
        IMAGE,
        ("conv2d_1",        "Conv2D",       ["image"],                       [ANY, 26, 26, 32],     320),
        ("max_pooling2d_1", "MaxPooling2D", ["conv2d_1"],                    [ANY, 13, 13, 32],       0),
        ("flatten_1",       "Flatten",      ["max_pooling2d_1"],             [ANY, 5408],             0),
        ("flatten_2",       "Flatten",      ["image"],                       [ANY, 784],              0),
        ("concat",          "Concatenate",  ["flatten_1", "flatten_2"],      [ANY, 6192],             0),
        ("digit",           "Dense",        ["concat"],                      [ANY, 10],          61_930),
    ],
    "mnist_multi_output": [
        ("inputs",          "InputLayer",   [],                              [ANY, 28, 28, 1],        0),
        ("conv2d_layer",    "Conv2D",       ["inputs"],                      [ANY, 26, 26, 32],     320),
        ("maxpool_layer",   "MaxPooling2D", ["conv2d_layer"],                [ANY, 13, 13, 32],       0),
        ("flatten_layer",   "Flatten",      ["maxpool_layer"],               [ANY, 5408],             0),
        ("flat_inputs",     "Flatten",      ["inputs"],                      [ANY, 784],              0),
        ("concat",          "Concatenate",  ["flatten_layer", "flat_inputs"], [ANY, 6192],            0),
        ("digit_dense",     "Dense",        ["concat"],                      [ANY, 10],          61_930),
        ("odd_dense",       "Dense",        ["flat_inputs"],                 [ANY, 1],              785),
    ],
    "mnist_base": [
        ("inputs",          "InputLayer",   [],                              [ANY, 28, 28, 1],        0),
        ("conv2d_layer",    "Conv2D",       ["inputs"],                      [ANY, 26, 26, 32],     320),
        ("maxpool_layer",   "MaxPooling2D", ["conv2d_layer"],                [ANY, 13, 13, 32],       0),
        ("flatten_layer",   "Flatten",      ["maxpool_layer"],               [ANY, 5408],             0),
    ],
    "mnist_transfer, not frozen": TRANSFER,
    "mnist_transfer": TRANSFER,
}
"""Name, kind, sources, output shape and parameters of every layer."""

TOTALS = {
    #                             all     trained
    "mnist_simple":               (54_410, 54_410),
    "mnist_branches":             (62_250, 62_250),
    "mnist_multi_output":         (63_035, 63_035),
    "mnist_base":                    (320,    320),
    "mnist_transfer, not frozen": (54_410, 54_410),
    "mnist_transfer":             (54_410, 54_090),
}
# fmt: on

EACH_MODEL = pytest.mark.parametrize("model", LAYERS)


def spec(model: str) -> Spec:
    """The shipped spec of a model."""
    if model == "mnist_transfer, not frozen":
        text = (SPECS / "mnist_transfer.yaml").read_text(encoding="utf-8")
        return loads(text.replace("frozen: true", "frozen: false"), folder=SPECS)
    return load(SPECS / f"{model}.yaml")


def simple() -> Any:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, (3, 3), activation="relu", name="conv"),
            keras.layers.MaxPooling2D((2, 2), name="pool"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def branches() -> Any:
    inputs = keras.Input((28, 28, 1))
    conv = keras.layers.Conv2D(32, (3, 3), activation="relu")(inputs)
    pool = keras.layers.MaxPooling2D((2, 2))(conv)
    flat = keras.layers.Flatten()(pool)
    flat_inputs = keras.layers.Flatten()(inputs)
    concat = keras.layers.Concatenate()([flat, flat_inputs])
    return keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(concat))


def multi_output() -> Any:
    inputs = keras.Input((28, 28, 1), name="inputs")
    conv = keras.layers.Conv2D(32, (3, 3), activation="relu", name="conv2d_layer")(inputs)
    pool = keras.layers.MaxPooling2D((2, 2), name="maxpool_layer")(conv)
    flat = keras.layers.Flatten(name="flatten_layer")(pool)
    flat_inputs = keras.layers.Flatten()(inputs)
    concat = keras.layers.Concatenate()([flat, flat_inputs])
    digit = keras.layers.Dense(10, activation="softmax", name="digit_dense")(concat)
    odd = keras.layers.Dense(1, activation="sigmoid", name="odd_dense")(flat_inputs)
    return keras.Model(inputs, [digit, odd])


def base() -> Any:
    trained = multi_output()
    return keras.Model(trained.input, trained.get_layer("flatten_layer").output)


def transfer() -> Any:
    return keras.Sequential([base(), keras.layers.Dense(10, activation="softmax")])


def frozen_transfer() -> Any:
    model = transfer()
    model.layers[0].trainable = False
    return model


BY_HAND: dict[str, Callable[[], Any]] = {
    "mnist_simple": simple,
    "mnist_branches": branches,
    "mnist_multi_output": multi_output,
    "mnist_base": base,
    "mnist_transfer, not frozen": transfer,
    "mnist_transfer": frozen_transfer,
}


def images(count: int) -> Any:
    """Random images of the size of the digits."""
    return numpy.random.default_rng(0).random((count, 28, 28, 1), dtype="float32")


def size(weights: list[Any]) -> int:
    return sum(weight.numpy().size for weight in weights)


@EACH_MODEL
def test_the_static_table(model: str) -> None:
    summary = summary_data(spec(model).compile())
    columns = ("name", "kind", "from", "output_shape", "params")
    assert [tuple(row[key] for key in columns) for row in summary["layers"]] == LAYERS[model]
    assert (summary["total_params"], summary["trainable_params"]) == TOTALS[model]


@EACH_MODEL
def test_the_built_model_is_that_of_the_table(model: str) -> None:
    built = spec(model).build()
    layers = [
        (layer.name, type(layer).__name__, list(layer.output.shape), layer.count_params())
        for layer in built.layers
    ]
    assert sorted(layers) == sorted(
        (name, kind, shape, params) for name, kind, _, shape, params in LAYERS[model]
    )
    assert (built.count_params(), size(built.trainable_weights)) == TOTALS[model]


@EACH_MODEL
def test_the_same_weights_give_the_outputs_of_the_model_written_by_hand(model: str) -> None:
    by_hand, built = BY_HAND[model](), spec(model).build()
    for layer, other in zip(
        (layer for layer in by_hand.layers if layer.weights),
        (layer for layer in built.layers if layer.weights),
        strict=True,
    ):
        other.set_weights(layer.get_weights())
    assert size(by_hand.trainable_weights) == size(built.trainable_weights)
    expected, outputs = (keras.tree.flatten(each(images(7))) for each in (by_hand, built))
    assert [numpy.array_equal(*pair) for pair in zip(expected, outputs, strict=True)] == [
        True for _ in built.outputs
    ]


HEADS = {
    "digit_dense": "sparse_categorical_crossentropy",
    "odd_dense": "binary_crossentropy",
}
BOTH_ORDERS = pytest.mark.parametrize(
    "order", [("digit_dense", "odd_dense"), ("odd_dense", "digit_dense")]
)


def two_outputs(order: tuple[str, ...], weights: dict[str, float]) -> Any:
    """The two-output model with its outputs in an order and its losses weighted."""
    text = (SPECS / "mnist_multi_output.yaml").read_text(encoding="utf-8").partition("outputs:")[0]
    lines = [
        f"  {name}: {{loss: {HEADS[name]}, metrics: [accuracy]"
        + (f", loss_weight: {weights[name]}}}" if name in weights else "}")
        for name in order
    ]
    return loads("\n".join([text, "outputs:", *lines]), folder=SPECS).build()


def losses_by_hand(digits: Any, odds: Any, targets: dict[str, Any]) -> dict[str, float]:
    """The two crossentropies of predicted probabilities."""
    right = digits[numpy.arange(len(digits)), targets["digit_dense"]]
    odd, is_odd = odds[:, 0], targets["odd_dense"]
    return {
        "digit_dense": -numpy.log(right).mean(),
        "odd_dense": -(is_odd * numpy.log(odd) + (1 - is_odd) * numpy.log(1 - odd)).mean(),
    }


@BOTH_ORDERS
@pytest.mark.parametrize(
    "weights",
    [{"digit_dense": 1.0, "odd_dense": 0.25}, {"digit_dense": 0.125, "odd_dense": 2.0}, {}],
    ids=str,
)
def test_every_head_has_its_own_loss_weight_and_metric(
    order: tuple[str, ...], weights: dict[str, float]
) -> None:
    model = two_outputs(order, weights)
    data = images(8)
    predicted = dict(zip(order, map(numpy.asarray, model(data)), strict=True))
    digits, odds = predicted["digit_dense"], predicted["odd_dense"]
    # right for 2 of 8 digits and for 6 of 8 odd-or-even
    best, rounded = digits.argmax(axis=1), odds[:, 0].round()
    targets = {
        "digit_dense": numpy.where(numpy.arange(8) < 2, best, (best + 1) % 10),
        "odd_dense": numpy.where(numpy.arange(8) < 6, rounded, 1 - rounded),
    }
    losses = losses_by_hand(digits, odds, targets)
    total = sum(weights.get(name, 1.0) * loss for name, loss in losses.items())
    expected = {
        "loss": total,
        "digit_dense_loss": losses["digit_dense"],
        "odd_dense_loss": losses["odd_dense"],
        "digit_dense_accuracy": 0.25,
        "odd_dense_accuracy": 0.75,
    }
    by_name = model.evaluate(data, targets, batch_size=4, verbose=0, return_dict=True)
    in_order = [targets[name] for name in order]
    by_order = model.evaluate(data, in_order, batch_size=4, verbose=0, return_dict=True)
    assert by_name == pytest.approx(expected, rel=1e-5)
    assert by_order == by_name
    assert model.output_names == list(order)


@pytest.mark.parametrize(
    ("said", "code", "message", "suggestion"),
    [
        (
            "loss_wieght: 0.5",
            "unknown-key",
            "unknown key 'loss_wieght'",
            "did you mean 'loss_weight'?",
        ),
        (
            "loss_weight: {odd_dense: 0.5}",
            "wrong-type",
            "this must be a number, not a mapping",
            None,
        ),
    ],
)
def test_a_loss_weight_that_keras_would_pass_over(
    said: str, code: str, message: str, suggestion: str | None
) -> None:
    text = (SPECS / "mnist_multi_output.yaml").read_text(encoding="utf-8")
    report = loads(text.replace("loss_weight: 0.5", said), folder=SPECS).report
    assert [(found.code, found.message, found.suggestion) for found in report] == [
        (code, message, suggestion)
    ]
