"""Layers, inputs and outputs may be named like words of the language."""

from typing import Any

import numpy as np
import pytest

from cnnspec import dumps, from_keras, loads
from cnnspec.language.document import STEP_KEYS, Document

WORDS = (
    *STEP_KEYS,
    *Document.spec_keys(),
    *("shared", "previous", "index", "layer", "use", "input", "output", "until", "spec", "keras"),
    *("true", "false", "null", "yes", "no", "on", "off", "y", "n", "None", "nan", ".inf"),
    *("0", "1", "007", "1.5", "1e3", "0x10", "1_000", "2020-01-01"),
    *("a.b", "a-b", ".", "..", "-", "--", "_a", "conv2d_1", "shared_1", "Conv2D", "relu"),
)


@pytest.mark.parametrize("word", WORDS)
def test_a_name_may_be_any_word_and_is_referred_to_from_anywhere(word: str) -> None:
    text = dumps(
        Document.model_validate(
            {
                "name": "words",
                "inputs": {"data": [4]},
                "layers": [
                    {"Dense": {"name": word, "units": 4}},
                    {"Dense": {"name": "between", "units": 4}},
                    {"Add": {"name": "sum", "from": ["between", word]}},
                    {"shared": {"name": "again", "layer": word}},
                    {"ReLU": {"name": "last"}},
                ],
            }
        )
    )
    graph = loads(text).compile().graph
    found = [(node.name, [str(ref) for ref in node.inputs], node.shares) for node in graph.nodes]
    assert found == [
        (word, ["data"], None),
        ("between", [word], None),
        ("sum", ["between", word], None),
        ("again", ["sum"], word),
        ("last", ["again"], None),
    ]


@pytest.mark.parametrize("word", WORDS)
def test_a_keras_model_with_such_names_is_imported_and_built_again(word: str) -> None:
    made = _model(word)
    spec = loads(dumps(from_keras(made)))
    again = spec.build()
    assert [layer.name for layer in again.layers] == [layer.name for layer in made.layers]
    again.set_weights(made.get_weights())
    data = np.random.default_rng(0).random((2, 4)).astype("float32")
    np.testing.assert_array_equal(again(data), made(data))


def _model(word: str) -> Any:
    import keras

    inputs = keras.Input((4,), name="data")
    dense = keras.layers.Dense(4, name=word)
    x = first = dense(inputs)
    x = keras.layers.ReLU(name="between")(x)
    x = dense(x)
    x = keras.layers.Add(name="sum")([x, first])
    return keras.Model(inputs, x, name="words")


@pytest.mark.parametrize("word", ["previous", "shared", "true", "1"])
def test_inputs_and_outputs_may_have_such_names(word: str) -> None:
    text = f"""\
cnnspec: 1
inputs: {{"{word}": [4]}}
layers:
  - Dense: {{name: first, units: 2, from: "{word}"}}
  - Dense: {{name: second, units: 2, from: "{word}"}}
"""
    graph = loads(text).compile().graph
    assert [str(ref) for node in graph.nodes for ref in node.inputs] == [word, word]


def test_a_name_comes_before_the_reference_to_the_step_above() -> None:
    text = """\
cnnspec: 1
inputs: {data: [4]}
blocks:
  twice:
    layers:
      - Dense: {name: one, units: 4}
      - Add: {name: sum, from: [previous, previous]}
layers:
  - Dense: {name: first, units: 4}
  - Dense: {name: second, units: 4, from: previous}
  - Dense: {name: previous, units: 4}
  - Dense: {name: third, units: 4}
  - Dense: {name: fourth, units: 4, from: previous}
  - twice: {name: block}
"""
    graph = loads(text).compile().graph
    assert {node.scoped: [str(ref) for ref in node.inputs] for node in graph.nodes} == {
        "first": ["data"],
        "second": ["first"],
        "previous": ["second"],
        "third": ["previous"],
        "fourth": ["previous"],
        "block/one": ["fourth"],
        "block/sum": ["block_one", "block_one"],
    }


@pytest.mark.parametrize("section", ["blocks", "submodels"])
def test_the_kind_of_shared_calls_is_no_name_of_what_steps_call(section: str) -> None:
    body = {"blocks": "layers: [ReLU]", "submodels": "spec: other.yaml"}[section]
    text = (
        "cnnspec: 1\n"
        f"{section}: {{shared: {{{body}}}, previous: {{{body}}}}}\n"
        "inputs: {data: [4]}\n"
        "layers: [ReLU]\n"
    )
    found = [(each.code, each.message) for each in loads(text).report][:1]
    message = "'shared' is the kind of shared calls, so it cannot be a name here"
    assert found == [("bad-name", message)]
