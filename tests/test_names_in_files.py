"""Names in model files that a spec cannot have; keys of outputs; numbers with too many digits."""

import json
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy
import pytest
from keras import layers

from cnnspec import Spec, load, loads
from cnnspec.frontends.files import Read, read_config, read_model
from cnnspec.keras_files.names import valid_names
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.language.document import Document, Input, Step
from cnnspec.language.dump import dumps
from tests.support.models import are_identical_lists, with_random_weights

pytestmark = pytest.mark.usefixtures("names_counted_from_one")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a/b"], {"a/b": "a_b"}),
        (["a/b", "a_b"], {"a/b": "a_b_2"}),
        (["a_b_2", "a/b", "a_b"], {"a/b": "a_b_3"}),
        (["a/b/c", "a_b/c"], {"a/b/c": "a_b_c", "a_b/c": "a_b_c_2"}),
        (["$x", "$(index)_y", "x$y"], {"$x": "_x", "$(index)_y": "_(index)_y"}),
        (["", "a b", "a\n"], {}),
    ],
)
def test_names_stay_different(names: list[str], expected: dict[str, str]) -> None:
    assert valid_names(names) == valid_names(reversed(names)) == expected


def renamed(config: Any, names: dict[str, str]) -> Any:
    """A configuration with other names of layers."""
    text = json.dumps(config)
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"{new}"')
    return json.loads(text)


def network() -> Any:
    x = keras.Input((4,), name="x")
    tail = keras.Sequential([keras.Input((4,)), layers.Dense(4, name="in_tail")], name="tail")
    y = layers.Add(name="sum")([layers.Dense(4, name="one")(x), layers.Dense(4, name="two")(x)])
    return with_random_weights(keras.Model(x, tail(y), name="network"))


NAMES = {"one": "a/b", "two": "$c", "sum": "a_b", "in_tail": "d/e", "tail": "t/u"}
NEW = {"one": "a_b_2", "two": "_c", "sum": "a_b", "in_tail": "d_e", "tail": "t_u"}


def test_names_that_a_spec_cannot_have_are_replaced_and_noted() -> None:
    config = json.loads(network().to_json())
    found = read_config(renamed(config, NAMES))
    assert found.document == read_config(renamed(config, NEW)).document
    assert found.notes == (
        "the layer '$c' is called '_c' in the spec",
        "the layer 'a/b' is called 'a_b_2' in the spec",
        "the layer 't/u' is called 't_u' in the spec",
        "the layer 'd/e' is called 'd_e' in the spec",
    )


def test_weights_of_such_layers_are_loaded(tmp_path: Path) -> None:
    model = network()
    model.save(tmp_path / "model.h5")
    with h5py.File(tmp_path / "model.h5", "r+") as file:
        config = renamed(json.loads(file.attrs["model_config"]), NAMES)
        file.attrs["model_config"] = json.dumps(config)
        group = file["model_weights"]
        for old in NAMES:
            if old in group:
                group.move(old, f"moved_{old}")
        for old, new in NAMES.items():
            if f"moved_{old}" in group:
                group.move(f"moved_{old}", new)
    built = load(tmp_path / "model.h5").build(weights=tmp_path / "model.h5")
    assert are_identical_lists(built.get_weights(), model.get_weights())


def outputs_of(structure: Any) -> Read:
    return read_config(keras.Model(X, structure).to_json())


X = keras.Input((8,), name="x")
A, B = layers.Dense(2, name="a")(X), layers.Dense(3, name="b")(X)
KEYS: dict[str, tuple[Any, dict[str, str], tuple[str, ...]]] = {
    "keys": ({"left": A, "right": B}, {"left": "a", "right": "b"}, ()),
    "one layer": ({"left": A, "right": A}, {"left": "a", "right": "a"}, ()),
    "names of the layers": ({"a": A, "b": B}, {"a": "a", "b": "b"}, ()),
    "names of each other": (
        {"b": A, "a": B},
        {"a_output": "b", "b_output": "a"},
        (
            "the output 'a' is called 'a_output' in the spec",
            "the output 'b' is called 'b_output' in the spec",
        ),
    ),
    "name of the input": (
        {"x": A},
        {"x_output": "a"},
        ("the output 'x' is called 'x_output' in the spec",),
    ),
    "no names": (
        {"p/q": A, "$r": B},
        {"_r": "b", "p_q": "a"},
        (
            "the output '$r' is called '_r' in the spec",
            "the output 'p/q' is called 'p_q' in the spec",
        ),
    ),
    "inside": ({"o": {"p": A}, "q": [B, A]}, {"o_p": "a", "q_0": "b", "q_1": "a"}, ()),
    "in a list": ([{"left": A}, B], {"left": "a", "b": "b"}, ()),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_of_outputs_are_their_names(name: str) -> None:
    structure, expected, notes = KEYS[name]
    found = outputs_of(structure)
    outputs = found.document.outputs
    assert {key: each.from_ or key for key, each in outputs.items()} == expected
    assert [*outputs] == [*expected]
    assert found.notes == notes
    values = numpy.ones((2, 8), "float32")
    model = keras.Model(X, structure)
    built = Spec.of(found.document).build()
    built.set_weights(model.get_weights())
    pair = (keras.tree.flatten(model(values)), keras.tree.flatten(built(values)))
    assert are_identical_lists(*pair)


def test_losses_are_those_of_their_keys(tmp_path: Path) -> None:
    model = keras.Model(X, {"left": B, "right": A})
    model.compile(
        "sgd",
        loss={"right": "mse", "left": "mae"},
        loss_weights={"right": 0.5, "left": 1.0},
        metrics={"right": ["mae"]},
    )
    model.save(tmp_path / "model.keras")
    outputs = read_model(tmp_path / "model.keras").document.outputs
    assert {
        key: (each.from_, str(each.loss and each.loss.kind), each.loss_weight, len(each.metrics))
        for key, each in outputs.items()
    } == {
        "left": ("b", "mean_absolute_error", None, 0),
        "right": ("a", "mean_squared_error", 0.5, 1),
    }


def test_a_model_inside_has_the_names_of_its_keys() -> None:
    inner = keras.Model(X, {"left": A, "right": B}, name="inner")
    y = keras.Input((8,), name="y")
    called = inner(y)
    document = read_config(
        keras.Model(y, layers.Concatenate()([called["right"], called["left"]])).to_json()
    ).document
    assert document.layers[1].from_ == ["inner/right", "inner/left"]


LONG = 10**31


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (
            lambda: layers.Rescaling(LONG, name="r"),
            "'scale' of 'r' (Rescaling) is a number of 32 digits; a spec takes up to 30",
        ),
        (
            lambda: layers.Rescaling([1.0, -LONG], name="r"),
            "'scale' of 'r' (Rescaling) is a number of 32 digits; a spec takes up to 30",
        ),
        (
            lambda: layers.TimeDistributed(layers.Rescaling(LONG, name="in"), name="t"),
            "'scale' of 'in' (Rescaling) is a number of 32 digits; a spec takes up to 30",
        ),
    ],
)
def test_numbers_that_no_spec_can_have_are_refused(layer: Any, message: str) -> None:
    config = keras.Sequential([keras.Input((3, 2)), layer()]).to_json()
    with pytest.raises(UnreadableModel) as raised:
        read_config(config)
    assert str(raised.value) == message


@pytest.mark.parametrize("value", [10**30, -(10**40), 10**29, 10**400])
def test_whole_numbers_of_documents_are_written_as_they_are_read(value: int) -> None:
    document = Document(
        name="d",
        inputs={"x": Input(shape=[2])},
        layers=[Step(kind="Rescaling", name="r", arguments={"scale": value})],
    )
    again = loads(dumps(document)).document
    assert again is not None
    number = again.layers[0].arguments["scale"]
    assert (
        number == value
        if abs(value) < 10**30
        else number == pytest.approx(float(value) if abs(value) < 10**300 else float("inf"))
    )
