"""Flags of calls: arguments of a step that Keras takes where the layer is called."""

from typing import Any

import keras
import numpy
import pytest
from keras import layers

from cnnspec import Spec, loads
from cnnspec.backends.python.script import script
from cnnspec.diagnostics.report import SpecError
from cnnspec.frontends.files import read_config
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import LAYERS
from tests.support.keras_versions import is_class_here, layer_kinds
from tests.support.models import are_identical, with_random_weights
from tests.support.scripts import built_by

pytestmark = pytest.mark.usefixtures("names_counted_from_one")

CAUSAL: dict[str, Any] = {
    "Attention": lambda x: layers.Attention()([x, x], use_causal_mask=True),
    "AdditiveAttention": lambda x: layers.AdditiveAttention()([x, x], use_causal_mask=True),
    "MultiHeadAttention": lambda x: layers.MultiHeadAttention(2, 3)(x, x, use_causal_mask=True),
    "GroupQueryAttention": lambda x: layers.GroupQueryAttention(2, 2, 1)(
        x, x, use_causal_mask=True
    ),
}
TOLD: dict[str, Any] = {
    "Dropout": layers.Dropout(0.5),
    "AlphaDropout": layers.AlphaDropout(0.5),
    "GaussianDropout": layers.GaussianDropout(0.5),
    "GaussianNoise": layers.GaussianNoise(0.5),
    "SpatialDropout1D": layers.SpatialDropout1D(0.5),
}


def imported(model: Any) -> Any:
    return read_config(model.to_json()).document


def sequence() -> Any:
    return keras.Input((5, 4), name="x")


def test_every_kind_with_flags_is_compared() -> None:
    with_flags = {kind for kind in layer_kinds() if LAYERS.find(kind).in_call}
    assert with_flags == {*CAUSAL, *TOLD, "SpatialDropout2D", "SpatialDropout3D"}


@pytest.mark.parametrize("kind", CAUSAL)
def test_a_causal_mask_comes_back(kind: str) -> None:
    x = sequence()
    model = with_random_weights(keras.Model(x, CAUSAL[kind](x)))
    document = imported(model)
    assert document.layers[0].kind == kind
    assert document.layers[0].arguments["use_causal_mask"] is True
    built = Spec.of(document).build()
    built.set_weights(model.get_weights())
    values = numpy.random.default_rng(0).random((2, 5, 4), "float32")
    assert are_identical(built(values), model(values))
    scripted = built_by(script(Spec.of(document).compile()))
    scripted.set_weights(model.get_weights())
    assert are_identical(scripted(values), model(values))


@pytest.mark.parametrize("kind", TOLD)
def test_what_is_told_to_act_acts_again(kind: str) -> None:
    x = sequence()
    document = imported(
        keras.Model(x, type(TOLD[kind]).from_config(TOLD[kind].get_config())(x, training=True))
    )
    assert document.layers[0].arguments["training"] is True
    ones = numpy.ones((2, 5, 4), "float32")
    assert not are_identical(Spec.of(document).build()(ones), ones)


NO_EFFECT: dict[str, Any] = {
    "causal false": lambda x: layers.Attention()([x, x], use_causal_mask=False),
    "scores false": lambda x: layers.MultiHeadAttention(2, 3)(x, x, return_attention_scores=False),
    "training false": lambda x: layers.Dropout(0.5)(x, training=False),
    "training null": lambda x: layers.Dropout(0.5)(x, training=None),
    "lstm without dropout": lambda x: layers.LSTM(2)(x, training=True),
    "heads without dropout": lambda x: layers.MultiHeadAttention(2, 3)(x, x, training=True),
    "dense": lambda x: layers.Dense(2)(x, training=True),
    "mask null": lambda x: layers.LSTM(2)(x, mask=None),
    "attention mask null": lambda x: layers.MultiHeadAttention(2, 3)(x, x, attention_mask=None),
}


@pytest.mark.parametrize("name", NO_EFFECT)
def test_flags_without_effect_are_left_out(name: str) -> None:
    x = sequence()
    (step,) = imported(keras.Model(x, NO_EFFECT[name](x))).layers
    assert {*step.arguments}.isdisjoint({"training", "use_causal_mask", "mask", "attention_mask"})


IMAGES = {
    "CenterCrop": (4, 4),
    "RandomBrightness": (0.1,),
    "RandomContrast": (0.1,),
    "RandomFlip": (),
    "RandomRotation": (0.1,),
    "RandomTranslation": (0.1, 0.1),
    "RandomZoom": (0.1,),
    "Resizing": (4, 4),
    "Solarization": (),
}


@pytest.mark.parametrize("kind", [each for each in IMAGES if is_class_here(each)])
def test_layers_of_images_are_imported_as_keras_records_them(kind: str) -> None:
    image = keras.Input((8, 8, 3))
    (step,) = imported(keras.Model(image, getattr(layers, kind)(*IMAGES[kind])(image))).layers
    assert (step.kind, "training" in step.arguments) == (kind, False)


REFUSED: dict[str, tuple[Any, str]] = {
    "batch normalization": (
        lambda x: layers.BatchNormalization(name="n")(x, training=True),
        "the layer 'n' (BatchNormalization) is called with 'training', which a spec cannot express",
    ),
    "dropout at every step": (
        lambda x: layers.TimeDistributed(layers.Dropout(0.5), name="t")(x, training=True),
        "the layer 't' (TimeDistributed) is called with 'training', which a spec cannot express",
    ),
    "scores": (
        lambda x: layers.Attention(name="a")([x, x], return_attention_scores=True),
        "the layer 'a' (Attention) is called with 'return_attention_scores', which a spec cannot express",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_flags_are_refused(name: str) -> None:
    x = sequence()
    make, message = REFUSED[name]
    with pytest.raises(UnreadableModel) as raised:
        imported(keras.Model(x, make(x)))
    assert str(raised.value) == message


def test_calls_of_one_layer_have_the_same_flags() -> None:
    x, attention = sequence(), layers.Attention(name="a")
    same = attention([attention([x, x], use_causal_mask=True), x], use_causal_mask=True)
    kinds = [step.kind for step in imported(keras.Model(x, same)).layers]
    assert kinds == ["Attention", "shared"]
    differ = attention([attention([x, x], use_causal_mask=True), x])
    with pytest.raises(UnreadableModel) as raised:
        imported(keras.Model(x, differ))
    assert str(raised.value) == (
        "the layer 'a' (Attention) is called once with 'use_causal_mask' and once without, which a spec cannot express"
    )


def test_a_flag_inside_a_wrapper_is_an_error() -> None:
    spec = "cnnspec: 1\nname: s\ninputs: {x: [5, 4]}\nlayers:\n  - TimeDistributed: {layer: {Dropout: {rate: 0.5, training: true}}}\n"
    with pytest.raises(SpecError) as raised:
        loads(spec).build()
    assert [each.message for each in raised.value.report] == [
        "TimeDistributed calls its layer itself, so 'training' has no effect there"
    ]
