"""A Keras model, its compact spec and its plain spec are one model to `cnnspec diff`."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest
from keras.layers import Add, BatchNormalization, Concatenate, Conv2D, Dense, Flatten, ReLU

import cnnspec
from cnnspec.diff.compare import compare
from cnnspec.diff.text import as_text
from cnnspec.frontends.files import read_config
from cnnspec.naming import snake_case
from conformance.diffs import diffs
from tests.support.commands import run_command
from tests.support.keras_versions import is_since
from tests.support.models import count_names_from_one


def two_outputs() -> Any:
    """Automatic names whose numbers contradict the order in which outputs need the layers."""
    image = keras.Input((8, 8, 3), name="image")
    a = Conv2D(8, 3, name="conv2d")(image)
    one = Conv2D(4, 1, name="conv2d_1")(a)
    two = Conv2D(4, 1, name="conv2d_3")(Conv2D(8, 3, name="conv2d_2")(a))
    return keras.Model(image, [one, two], name="two_outputs")


def outputs_the_other_way() -> Any:
    """The output that needs the later layers comes first."""
    image = keras.Input((8, 8, 3))
    a = Conv2D(8, 3)(image)
    one, two = Conv2D(4, 1)(a), Conv2D(4, 1)(Conv2D(8, 3)(a))
    return keras.Model(image, [two, one], name="outputs_the_other_way")


def equal_branches() -> Any:
    """Branches of equal layers, merged in another order than they were made."""
    image = keras.Input((8, 8, 3))
    branches = [ReLU()(BatchNormalization()(Conv2D(4, 1)(image))) for _ in range(4)]
    merged = Concatenate()([branches[2], branches[0], branches[3], branches[1]])
    return keras.Model(image, Conv2D(4, 1)(merged), name="equal_branches")


def shared_layers() -> Any:
    """Layers that are called again, on what other calls of them give, too."""
    left, right = keras.Input((8, 8, 4), name="left"), keras.Input((8, 8, 4), name="right")
    conv, norm = Conv2D(4, 3, padding="same"), BatchNormalization()
    second = norm(conv(right))
    first = conv(norm(conv(left)))
    return keras.Model([left, right], Add()([first, second]), name="shared_layers")


def nested_models() -> Any:
    """A model in a model, called twice; both have branches."""

    def inner(name: str) -> Any:
        image = keras.Input((8, 8, 3))
        wide, narrow = Conv2D(4, 5, padding="same")(image), Conv2D(4, 1)(image)
        return keras.Model(image, Concatenate()([narrow, wide]), name=name)

    image = keras.Input((8, 8, 3), name="image")
    tower, other = inner("tower"), inner("other")
    merged = Concatenate()([other(image), tower(ReLU()(image)), tower(image)])
    return keras.Model(image, Dense(3)(Flatten()(merged)), name="nested_models")


def counted_on() -> Any:
    """Automatic names that do not start at the first number."""
    for _ in range(3):
        two_outputs(), equal_branches()
    return equal_branches()


MODELS = (
    two_outputs,
    outputs_the_other_way,
    equal_branches,
    shared_layers,
    nested_models,
    counted_on,
)
NETWORKS = ("InceptionV3", "MobileNetV3Small")


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_small_models(make: Callable[[], Any]) -> None:
    count_names_from_one()
    assert diffs(read_config(make().to_json()).document) == []


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_of_keras(name: str) -> None:
    count_names_from_one()
    network = getattr(keras.applications, name)(weights=None)
    assert diffs(read_config(network.to_json()).document) == []


KINDS = (
    (Conv2D, {"filters": 4, "kernel_size": 1}),
    (Conv2D, {"filters": 4, "kernel_size": 3, "padding": "same"}),
    (BatchNormalization, {}),
    (ReLU, {}),
)


def random_model(seed: int) -> Any:
    """A model whose layers read any tensor above them, are shared, and are numbered in any order."""
    rng = random.Random(seed)
    numbers = rng.sample(range(1, 30), 29)
    tensors = [keras.Input((8, 8, 4), name=f"input_{at}") for at in range(rng.randint(1, 2))]
    inputs, layers = list(tensors), []

    def name(kind: type) -> str:
        return f"{snake_case(kind.__name__)}_{numbers.pop()}"

    for _ in range(rng.randint(6, 24)):
        choice = rng.random()
        if choice < 0.3:
            tensors.append(Add(name=name(Add))([rng.choice(tensors), rng.choice(tensors)]))
        elif choice < 0.45 and layers:
            tensors.append(rng.choice(layers)(rng.choice(tensors)))
        else:
            kind, arguments = rng.choice(KINDS)
            layers.append(kind(name=name(kind), **arguments))
            tensors.append(layers[-1](rng.choice(tensors)))
    ends = rng.sample(tensors[len(inputs) :], k=rng.randint(1, 3))
    if len(inputs) > 1 and not is_since("3.14.0"):  # earlier ones build no model with unused inputs
        ends.append(Add(name=name(Add))(inputs))
    return keras.Model(inputs, ends, name="random")


@pytest.mark.parametrize("first", range(0, 40, 20))
def test_random_models(first: int) -> None:
    found = {}
    for seed in range(first, first + 20):
        count_names_from_one()
        found[seed] = diffs(read_config(random_model(seed).to_json()).document)
    assert found == {seed: [] for seed in found}


def two_inputs() -> Any:
    """Two inputs with automatic names."""
    left, right = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    return keras.Model([left, right], Concatenate()([Conv2D(4, 1)(left), Conv2D(4, 1)(right)]))


@pytest.mark.parametrize(
    ("make", "layers", "example"),
    [
        (equal_branches, 15, "input_layer -> input_layer_1"),
        (two_inputs, 5, "input_layer -> input_layer_2"),
    ],
)
def test_a_second_model_of_a_session_has_other_numbers_alone(
    make: Callable[[], Any], layers: int, example: str
) -> None:
    count_names_from_one()
    first, second = (
        cnnspec.Spec.of(read_config(make().to_json()).document).compile() for _ in range(2)
    )
    reported = as_text(compare(first, second)).splitlines()[1:3]
    assert reported == [f"renumbered: {layers} layers, starting with {example}", ""]


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    count_names_from_one()
    Path("model.json").write_text(two_outputs().to_json(), "utf-8")
    for name, options in (("compact.yaml", []), ("plain.yaml", ["--no-compact"])):
        assert run_command("import", "model.json", "-o", name, *options) == (0, "", "")
    files = ("model.json", "compact.yaml", "plain.yaml")
    codes = {(old, new): run_command("diff", old, new).exit_code for old in files for new in files}
    assert codes == dict.fromkeys(codes, 0)
