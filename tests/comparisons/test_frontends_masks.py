"""Models with masks are imported: Keras's operations for masks are left to Keras, and masks of others refused."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
from keras import layers

from cnnspec import Spec, load, loads
from cnnspec.backends.keras.objects import layer_object
from cnnspec.frontends.files import read_config
from cnnspec.frontends.models import model_document
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import LAYERS
from tests.support.keras_versions import first_example, is_since, layer_kinds
from tests.support.models import are_identical, are_identical_lists, with_random_weights
from tests.test_masks import MASKED, RUN_HERE

pytestmark = [
    pytest.mark.usefixtures("names_counted_from_one"),
    pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask"),
]

HANDED_ON_AS_NONE = {"Attention", "AdditiveAttention", "Dot", "GlobalAveragePooling1D"}
"""Layers that support masks, whose own output has none, or that of a query in a list."""


@pytest.mark.parametrize("kind", layer_kinds())
def test_which_layers_hand_masks_on(kind: str) -> None:
    declaration: Any = LAYERS.find(kind)
    layer = layer_object(declaration.of(first_example(kind).arguments), "x")
    if kind not in HANDED_ON_AS_NONE:
        assert declaration.hands_masks_on == bool(layer.supports_masking)


def values(model: Any) -> Any:
    """Inputs of a model, of which many values are zeros."""
    numbers = numpy.random.default_rng(0)
    found = [
        numbers.integers(0, 3, (4, *each.shape[1:])).astype(each.dtype) for each in model.inputs
    ]
    return found if len(found) > 1 else found[0]


def is_imported(model: Any) -> None:
    """The imported model has the same operations and computes the same."""
    with_random_weights(model)
    imported = Spec.of(read_config(model.to_json()).document).build()
    assert [type(each) for each in imported.operations] == [type(each) for each in model.operations]
    imported.set_weights(model.get_weights())
    given = values(model)
    outputs = [keras.tree.flatten(each.predict(given, verbose=0)) for each in (model, imported)]
    assert are_identical_lists(*outputs)


@pytest.mark.parametrize("name", RUN_HERE)
def test_what_cnnspec_built_is_imported(name: str) -> None:
    spec = loads(MASKED[name])
    is_imported(spec.build())


def words() -> Any:
    return keras.Input((6,), dtype="int32", name="words")


def embedded(x: Any, *, masked: bool = True) -> Any:
    return layers.Embedding(4, 3, mask_zero=masked)(x)


READERS = {
    "gru of sequences": lambda e: layers.GRU(2)(layers.GRU(2, return_sequences=True)(e)),
    "lstm of a last step": lambda e: layers.RepeatVector(2)(layers.LSTM(2)(e)),
    "bidirectional": lambda e: layers.LSTM(2)(
        layers.Bidirectional(layers.LSTM(2, return_sequences=True))(e)
    ),
    "batch normalization": lambda e: layers.BatchNormalization()(layers.Dense(3)(e)),
    "average": lambda e: layers.GlobalAveragePooling1D()(layers.Dropout(0.5)(e)),
    "every step": lambda e: layers.LSTM(2)(layers.TimeDistributed(layers.Dense(2))(e)),
    "heads": lambda e: layers.LSTM(2)(layers.MultiHeadAttention(2, 2)(e, e)),
    "sum": lambda e: layers.LSTM(2)(layers.Add()([e, layers.LayerNormalization()(e)])),
    "operation": lambda e: layers.LSTM(2)(e + e),
    "flattened": lambda e: layers.Dense(2)(layers.Flatten()(e)),
    "states": lambda e: layers.LSTM(2)(
        layers.LSTM(2, return_sequences=True, return_state=True)(e)[0]
    ),
}
if is_since("3.12.0"):  # the mask of an older Attention does not fit
    READERS["attention"] = lambda e: layers.LSTM(2)(layers.Attention()([e, e]))


@pytest.mark.parametrize("name", READERS)
def test_what_keras_built_is_imported(name: str) -> None:
    x = words()
    is_imported(keras.Model(x, READERS[name](embedded(x))))


def test_operations_for_masks_that_an_output_needs_stay() -> None:
    x = words()
    masked = embedded(x)
    model = keras.Model(x, [layers.LSTM(2)(masked), keras.ops.cast(masked._keras_mask, "float32")])
    kinds = [step.kind for step in read_config(model.to_json()).document.layers]
    assert kinds == ["Embedding", "ops.not_equal", "LSTM", "ops.cast"]


MASKS: dict[str, Any] = {
    "of an embedding without one": lambda x: layers.LSTM(2)(
        embedded(x, masked=False), mask=keras.ops.not_equal(x, 0)
    ),
    "of another value": lambda x: layers.LSTM(2)(embedded(x), mask=keras.ops.not_equal(x, 1)),
    "of another comparison": lambda x: layers.LSTM(2)(embedded(x), mask=keras.ops.greater(x, 0)),
    "around a layer that drops it": lambda x: layers.LSTM(2)(
        layers.Conv1D(3, 1)(embedded(x)), mask=keras.ops.not_equal(x, 0)
    ),
    "around a last step": lambda x: layers.LSTM(2)(
        layers.RepeatVector(6)(layers.LSTM(2)(embedded(x))), mask=keras.ops.not_equal(x, 0)
    ),
}


@pytest.mark.parametrize("name", MASKS)
def test_other_masks_are_refused(name: str) -> None:
    x = words()
    model = keras.Model(x, MASKS[name](x))
    with pytest.raises(UnreadableModel) as raised:
        model_document(json.loads(model.to_json()))
    assert "is called with 'mask'" in str(raised.value)


def test_a_file_with_masks_can_be_cut(tmp_path: Path) -> None:
    x = words()
    model = keras.Model(x, layers.Dense(2)(layers.LSTM(2, name="lstm")(embedded(x))))
    with_random_weights(model).save(tmp_path / "model.keras")
    (tmp_path / "spec.yaml").write_text(
        "cnnspec: 1\nname: outer\ninputs: {words: {shape: [6], dtype: int32}}\n"
        "submodels: {part: {keras: model.keras, until: lstm}}\nlayers: [part]\n"
    )
    found = load(tmp_path / "spec.yaml").build()
    expected = keras.Model(x, model.get_layer("lstm").output)
    given = values(model)
    assert are_identical(found.predict(given, verbose=0), expected.predict(given, verbose=0))
