"""Scripts keep what is trained: parts that are written as one piece of code may differ in it."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import keras
import pytest
from keras import layers

from cnnspec.api import from_keras
from cnnspec.backends.keras.building import build
from cnnspec.backends.python.calling import IN_TRAINING
from cnnspec.backends.python.script import script
from cnnspec.ir.checked import CheckedGraph
from cnnspec.layers.base import LAYERS, Example, Layer
from tests.support import paths
from tests.support.keras_versions import layer_examples
from tests.support.layers import compiled_example, weights_are_zeros
from tests.support.models import count_names_from_one
from tests.support.scripts import assert_same_model, built_by
from tests.support.specs import compiled_file, compiled_text

NETWORKS = ["EfficientNetB0", "MobileNet", "MobileNetV2", "ResNet50", "VGG16"]
"""Networks of Keras, by the functions that make them."""
ZOO = ["alexnet", "convnext_tiny", "lenet5", "siamese", "unet"]
"""Networks of our own, of which some call layers twice."""


def trained(model: Any) -> list[tuple[str, tuple[int, ...]]]:
    """What training changes of a model."""
    return [(each.path, tuple(each.shape)) for each in model.trainable_variables]


def all_layers(model: Any) -> list[Any]:
    """The layers of a model, those of the models and wrappers in it among them."""
    return list(model._flatten_layers(include_self=False))


def scripted(model: Any) -> str:
    """The script for a model that `cnnspec import` has read."""
    return script(from_keras(model).compile())


def freeze_first(found: list[Any], chance: random.Random) -> None:
    """Freeze the beginning of a network, as fine-tuning does."""
    for each in found[: chance.randint(len(found) // 4, 3 * len(found) // 4)]:
        each.trainable = False


def freeze_any(found: list[Any], chance: random.Random) -> None:
    """Freeze some layers anywhere."""
    for each in chance.sample(found, len(found) // 3):
        each.trainable = False


FREEZING: tuple[Callable[[list[Any], random.Random], None], ...] = (freeze_first, freeze_any)


@pytest.fixture
def _no_random_weights() -> Iterator[None]:
    """No values are compared, and drawing them would be most of the time."""
    with weights_are_zeros():
        yield


def network(name: str) -> Any:
    if name in ZOO:
        return build(compiled_file(paths.ZOO / f"{name}.yaml")).model
    count_names_from_one()
    make = getattr(keras.applications, name)
    return make(weights=None, input_shape=(32, 32, 3), classes=10)


@pytest.mark.usefixtures("_no_random_weights")
@pytest.mark.parametrize("name", [*NETWORKS, *ZOO])
def test_a_script_trains_what_its_model_trains(name: str) -> None:
    model = network(name)
    for number, freeze in enumerate(FREEZING):
        model.trainable = True
        freeze(all_layers(model), random.Random(f"{name} {number}"))
        assert trained(built_by(scripted(model))) == trained(model)


def with_wrappers() -> Any:
    """A model of equal stages, with models and wrapped layers in them."""
    count_names_from_one()
    x = inputs = keras.Input((4, 6), name="image")
    for number in range(4):
        name = f"stage{number}"
        x = layers.Bidirectional(
            layers.LSTM(3, return_sequences=True, name="lstm"), name=f"{name}_both_ways"
        )(x)
        x = layers.TimeDistributed(layers.Dense(6, name="dense"), name=f"{name}_steps")(x)
        cells = [layers.GRUCell(5, name="gru_cell"), layers.LSTMCell(6, name="lstm_cell")]
        x = layers.RNN(cells, return_sequences=True, name=f"{name}_cells")(x)
        x = layers.MultiHeadAttention(2, 3, name=f"{name}_attention")(x, x)
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
    y = inner = keras.Input((4, 6), name="inner_image")
    row = [keras.Input((4, 6)), layers.Dense(6, name="one"), layers.Dense(6, name="two")]
    y = keras.Sequential(row, name="row")(y)
    for number in range(3):
        y = layers.Dense(6, name=f"part{number}_dense")(y)
        y = layers.BatchNormalization(name=f"part{number}_norm")(y)
    base = keras.Model(inner, y, name="base")
    return keras.Model(inputs, layers.Dense(2, name="head")(base(base(x))), name="whole")


def outermost(model: Any) -> list[Any]:
    """The layers of a model and of the models in it; a layer is frozen with those inside it."""
    found = list(model.layers)
    return found + [inner for each in found if hasattr(each, "layers") for inner in each.layers]


def trained_parts(model: Any) -> dict[str, list[tuple[str, tuple[int, ...]]]]:
    """What training changes, by layer; no spec says the names of the layers inside these."""
    return {
        layer.name: [(each.name, tuple(each.shape)) for each in layer.weights if each.trainable]
        for layer in outermost(model)
    }


def test_models_and_wrapped_layers_are_frozen_one_by_one() -> None:
    model = with_wrappers()
    assert len(outermost(model)) == 31
    for seed in range(4):
        model.trainable = True
        FREEZING[seed % 2](outermost(model), random.Random(seed))
        assert trained_parts(built_by(scripted(model))) == trained_parts(model)


def test_a_model_that_is_frozen_as_a_whole_stays_so() -> None:
    model = with_wrappers()
    model.trainable = False
    assert trained(built_by(scripted(model))) == []
    model.trainable = True
    model.get_layer("base").trainable = False
    assert trained_parts(built_by(scripted(model))) == trained_parts(model)


def test_no_kind_is_trained_where_it_says_so() -> None:
    """Some make layers inside themselves that do not get the argument."""
    strange = []
    every = layer_examples().values()
    found = {kind: each for kind, each in reversed(every) if _has_weights(kind, each)}
    for kind, example in found.items():
        model = built_by(script(compiled_example(kind, example, trainable=False)))
        strange += [kind] if trained(model) else []
    assert strange == []


def _has_weights(kind: str, example: Example) -> bool:
    layer = LAYERS.check({kind: example.arguments})
    assert isinstance(layer, Layer)
    return any(each.trainable for each in layer.weights(*example.shapes))


def part(steps: str, kinds: tuple[str, str, str] = ("a", "b", "a")) -> CheckedGraph:
    """A model of three calls of a block, which differ in all that its steps may take."""
    first, second, third = kinds
    return compiled_text(f"""
inputs: {{image: [6, 8, 8, 2]}}
blocks:
  part:
    params: {{kind: null, trained: true, units: 2, penalty: 0.1}}
    layers: {steps}
layers:
  - part: {{units: 3, kind: {first}}}
  - part: {{units: 5, kind: {second}, trained: false, penalty: 0.2}}
  - part: {{units: 4, kind: {third}, trained: false}}
""")


DIFFERING = {
    "trainable": ("[Dense: {units: 3, trainable: $trained}]", "trainable=trained"),
    "trainable, computed": (
        "[Dense: {units: 3, trainable: $(units > 3)}]",
        "trainable=units > 3",
    ),
    "trainable, from turn to turn": (
        "[Dense: {units: 3, repeat: 3, trainable: $(index > 1)}]",
        "trainable=index > 1",
    ),
    "trainable, of no name": (
        "[Dense: {units: 3, trainable: $(abs(units - 4) ** 2 == 1)}]",
        "part(x, False, ",
    ),
    "trainable, of a wrapped layer": (
        "[TimeDistributed: {layer: {Dense: {units: 3, trainable: $trained}}}]",
        'layers.Dense(3, trainable=trained, name="dense")',
    ),
    "trainable, of the layer around it": (
        "[TimeDistributed: {layer: {Dense: {units: 3}}, trainable: $trained}]",
        'layers.Dense(3, trainable=trained, name="dense")',
    ),
    "trainable, of layers that Keras makes": (
        "[ConvLSTM2D: {filters: 2, kernel_size: 1, return_sequences: true, trainable: $trained}]",
        "conv_lstm2d_1_layer.trainable = trained",
    ),
    "trainable, of such a layer in another": (
        "[Bidirectional: {layer: {ConvLSTM2D: {filters: 2, kernel_size: 1, return_sequences: true}},"
        " trainable: $trained}]",
        "bidirectional_1_layer.backward_layer.trainable = trained",
    ),
    "frozen": (
        "[Dense: {units: 3, frozen: $trained}, Dropout: {rate: 0.2, frozen: $trained}]",
        "layers.Identity(trainable=False",
    ),
    "a penalty": (
        "[Dense: {units: 3, activity_regularizer: {L1: {l1: $penalty}}}]",
        "activity_regularizer=keras.regularizers.L1(l1=penalty)",
    ),
}


@pytest.mark.parametrize("what", DIFFERING)
def test_calls_differ_in_what_every_layer_takes(what: str) -> None:
    steps, written = DIFFERING[what]
    checked = part(steps)
    assert_same_model(checked)
    assert written in script(checked)


def test_calls_differ_in_their_words() -> None:
    for argument, kinds in {
        "dtype": ("float32", "float64", "float16"),
        "activity_regularizer": ("l1", "l2", "l1"),
    }.items():
        checked = part(f"[Dense: {{units: 3, {argument}: $kind}}]", kinds)
        assert_same_model(checked)
        assert f"layers.Dense(3, {argument}=kind, name=" in script(checked)


def test_layers_that_act_in_training_say_why_they_are_called_so() -> None:
    text = script(
        compiled_text("""
inputs: {image: [8, 8, 3]}
blocks:
  changed: {layers: [RandomFlip, RandomRotation: {factor: 0.1}]}
layers:
  - changed
  - RandomZoom: {height_factor: 0.1, repeat: 2}
  - RandomContrast: {factor: 0.1}
""")
    )
    lines = [each.strip() for each in text.splitlines()]
    comments = lines.count(f"# {IN_TRAINING.splitlines()[0]}")
    assert (text.count("training=False\n"), text.count("training=False)"), comments) == (1, 3, 2)


def test_imported_layers_differ_in_what_every_layer_takes() -> None:
    count_names_from_one()
    x = inputs = keras.Input((6,), name="image")
    differing: list[dict[str, Any]] = [
        {},
        {"dtype": "float64"},
        {"dtype": "float64", "activity_regularizer": "l1"},
        {"activity_regularizer": "l2", "trainable": False},
        {"trainable": False},
    ]
    for number, arguments in enumerate(differing):
        x = layers.Dense(6, **arguments, name=f"stage{number}_dense")(x)
        x = layers.ReLU(name=f"stage{number}_relu")(x)
    model = keras.Model(inputs, x, name="whole")
    checked = from_keras(model).compile()
    for other in (build(checked).model, built_by(script(checked))):
        assert common(other) == common(model)
        assert trained(other) == trained(model)


def common(model: Any) -> list[tuple[str, str, Any]]:
    """What every layer takes, of each layer of a model."""
    return [
        (each.name, each.dtype_policy.name, keras.regularizers.serialize(each.activity_regularizer))
        for each in model.layers
    ]
