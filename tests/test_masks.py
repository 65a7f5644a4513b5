"""Building does not depend on what was built before: operations that Keras adds for masks."""

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from textwrap import dedent
from typing import Any

import keras
import numpy
import pytest

from cnnspec import loads
from cnnspec.backends.keras.building import build
from cnnspec.backends.python.masks import MASK_OPERATIONS
from cnnspec.backends.python.script import script
from cnnspec.naming import snake_case
from tests.support.keras_versions import examples_of, is_since, layer_kinds
from tests.support.layers import compiled_example, weights_are_zeros

WORDS = "{shape: [6], dtype: int32}"
EMBEDDED = "Embedding: {name: %s, input_dim: 9, output_dim: 4, mask_zero: true, from: %s}"
TWO = f"""
cnnspec: 1
name: two
inputs: {{a: {WORDS}, b: {WORDS}}}
layers:
  - {EMBEDDED % ("%s", "a")}
  - {EMBEDDED % ("second", "b")}
  - %s
  - LSTM: {{name: lstm, units: 3}}
"""
MASKED = {
    "embedding": f"""
cnnspec: 1
name: embedding
inputs: {{words: {WORDS}}}
layers:
  - {EMBEDDED % ("not_equal", "words")}
  - GRU: {{name: any, units: 3, return_sequences: true}}
  - LSTM: {{units: 3}}
""",
    "concatenate": TWO % ("first", "Concatenate: {axis: 1, from: [first, second]}"),
    "concatenate features": TWO % ("logical_or", "Concatenate: {name: any, from: [logical_or, second]}"),
    "concatenate with unmasked": f"""
cnnspec: 1
name: unmasked
inputs: {{a: {WORDS}, b: [6, 4]}}
layers:
  - {EMBEDDED % ("ones_like", "a")}
  - Concatenate: {{name: zeros_like, axis: 1, from: [ones_like, b]}}
  - Concatenate: {{name: expand_dims, axis: 1, from: [zeros_like, ones_like]}}
  - LSTM: {{units: 3}}
""",
    "add": TWO % ("not_equal_1", "Add: {name: logical_or, from: [not_equal_1, second]}"),
    "multiply": TWO % ("not_equal", "Multiply: {name: any_1, from: [not_equal, second]}"),
    "masking": """
cnnspec: 1
name: masking
inputs: {not_equal: [6, 4]}
layers:
  - Masking: {name: any}
  - Masking: {name: any_1}
  - Bidirectional: {layer: {GRU: {units: 3}}}
""",
    "submodel": f"""
cnnspec: 1
name: outer
inputs: {{a: {WORDS}, b: {WORDS}}}
submodels:
  tower:
    spec:
      inputs: {{words: {WORDS}}}
      layers:
        - {EMBEDDED % ("not_equal", "words")}
        - Concatenate: {{axis: 1, from: [not_equal, not_equal]}}
layers:
  - tower: {{name: not_equal_1, from: a}}
  - tower: {{name: concatenate, from: b}}
  - Add: {{name: logical_or, from: [not_equal_1, concatenate]}}
  - Masking: {{name: any}}
  - LSTM: {{units: 3}}
""",
}  # fmt: skip
"""Specs whose layers have names that Keras gives to operations of masks."""
EACH = pytest.mark.parametrize("name", MASKED)


def config(model: Any) -> Any:
    return json.loads(model.to_json())


def meet(model: Any) -> None:
    """Let the next operations of masks get the names of layers of a model."""
    for layer in model.layers:
        kind, _, number = layer.name.rpartition("_")
        if number.isdecimal():
            while keras.backend.get_uid(kind) < int(number):
                pass


def added(model: Any) -> list[str]:
    """The kinds of the operations of a model that are no layers."""
    return [type(each).__name__ for each in model.operations if not isinstance(each, keras.Layer)]


@pytest.fixture(scope="module")
def first() -> dict[str, Any]:
    """The models as they are built first."""
    return {name: loads(text).build() for name, text in MASKED.items()}


@EACH
def test_a_model_with_masks_is_the_same_however_often_it_is_built(
    name: str, first: dict[str, Any]
) -> None:
    assert added(first[name]) != []
    again = []
    for _ in range(3):
        meet(first[name])
        again.append(config(loads(MASKED[name]).build()))
    assert again == [config(first[name])] * 3


def test_a_model_with_masks_is_the_same_in_any_order(first: dict[str, Any]) -> None:
    for order in permutations(("embedding", "concatenate", "masking")):
        for name in order:
            assert config(loads(MASKED[name]).build()) == config(first[name])


NAMES = {
    "embedding": ["words", "not_equal", "not_equal_1", "any", "lstm_1"],
    "masking": ["not_equal", "any", "not_equal_1", "any_2", "any_1", "bidirectional_1"],
    "add": [
        *("a", "b", "not_equal_1", "second", "logical_or"),
        *("not_equal", "not_equal_2", "logical_or_1", "lstm"),
    ],
}


@pytest.mark.parametrize("name", NAMES)
def test_operations_of_masks_are_counted_past_the_names_of_layers(
    name: str, first: dict[str, Any]
) -> None:
    assert sorted(each.name for each in first[name].operations) == sorted(NAMES[name])


RUN_HERE = [name for name in MASKED if "concatenate" not in name or is_since("3.12.0")]
"""Keras 3.10 and 3.11 compute no concatenated masks of batches of any size."""


@pytest.mark.filterwarnings("ignore:.*structure of `inputs`")
@pytest.mark.parametrize("name", RUN_HERE)
def test_a_saved_model_with_masks_computes_the_same(
    name: str, first: dict[str, Any], tmp_path: Path
) -> None:
    model = first[name]
    values = numpy.random.default_rng(1)
    inputs: Any = [values.integers(0, 3, (5, *each.shape[1:])) for each in model.inputs]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    model.save(tmp_path / "it.keras")
    loaded = keras.models.load_model(tmp_path / "it.keras")
    assert numpy.array_equal(loaded(inputs), model(inputs))


def made_by(text: str, name: str) -> Any:
    namespace: dict[str, Any] = {"__name__": "script"}
    exec(text, namespace)
    return namespace[name]()


@EACH
def test_a_script_makes_a_model_with_masks_however_often_it_is_called(
    name: str, first: dict[str, Any]
) -> None:
    checked = loads(MASKED[name]).compile()
    text = script(checked)
    assert "keep_names(" in text
    for _ in range(3):
        meet(first[name])
        model = made_by(text, checked.name)
        assert [each.name for each in model.layers] == [each.name for each in first[name].layers]
        assert added(model) == added(first[name])


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (("words", "lstm_1"), ""),
        (("not_equal", "lstm_1"), "not_equal=0"),
        (("not_equal_3", "any_12"), "not_equal=3, any=12"),
        (("not_equal_03", "any_"), ""),
        (("not_equal_9999999", "anyone_1"), ""),
    ],
)
def test_a_script_keeps_the_names_that_masks_could_get(names: tuple[str, str], kept: str) -> None:
    embedding, lstm = names
    layers = f"[{EMBEDDED % (embedding, 'x')}, LSTM: {{name: {lstm}, units: 3}}]"
    spec = loads(f"cnnspec: 1\ninputs: {{x: {WORDS}}}\nlayers: {layers}\n")
    assert script(spec.compile()).partition("    keep_names(")[2].partition(")\n")[0] == kept


def test_a_script_without_masks_keeps_no_names() -> None:
    layers = "[Concatenate: {name: concatenate, from: [x, x]}]"
    spec = loads(f"cnnspec: 1\ninputs: {{x: [3]}}\nlayers: {layers}\n")
    assert "keep_names" not in script(spec.compile())


def operations_of_masks() -> Iterator[str]:
    """The functions of `keras.ops` that the layers of Keras compute masks with."""
    for layer in vars(keras.layers).values():
        if not (isinstance(layer, type) and issubclass(layer, keras.Layer)):
            continue
        method = inspect.unwrap(layer.compute_mask)
        for each in ast.walk(ast.parse(dedent(inspect.getsource(method)))):
            if isinstance(each, ast.Attribute) and ast.unparse(each.value) == "ops":
                yield each.attr


def test_all_operations_that_keras_computes_masks_with_are_known(first: dict[str, Any]) -> None:
    used = {snake_case(kind) for model in first.values() for kind in added(model)}
    without_names = {"convert_to_tensor", "shape"}
    assert {*operations_of_masks(), *used} - without_names <= MASK_OPERATIONS


@pytest.mark.parametrize("kind", layer_kinds())
def test_a_layer_is_the_same_however_often_it_is_built(kind: str) -> None:
    checked = compiled_example(kind, next(iter(examples_of(kind).values())))
    with weights_are_zeros():
        assert config(build(checked).model) == config(build(checked).model)
