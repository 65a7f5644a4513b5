"""Flags of calls: arguments of a step that Keras takes where the layer is called."""

from typing import Any

import keras
import numpy
import pytest
from keras import layers

from cnnspec import Spec, dumps, loads
from cnnspec.backends.python.script import script
from cnnspec.diagnostics.report import SpecError
from cnnspec.frontends.files import read_config
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import FLAGS, LAYERS
from tests.support.keras_versions import is_class_here, is_since, layer_kinds
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
    reversible = {"ReversibleEmbedding"}.intersection(layer_kinds())
    assert with_flags == {*CAUSAL, *TOLD, "SpatialDropout2D", "SpatialDropout3D", *reversible}
    assert {flag for kind in layer_kinds() for flag in LAYERS.find(kind).in_call} == {
        *FLAGS[:3],
        *(("reverse",) if reversible else ()),
    }


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
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_flags_are_refused(name: str) -> None:
    x = sequence()
    make, message = REFUSED[name]
    with pytest.raises(UnreadableModel) as raised:
        imported(keras.Model(x, make(x)))
    assert str(raised.value) == message


SCORED: dict[str, Any] = {
    "Attention": lambda x, y: layers.Attention()([x, y], return_attention_scores=True),
    "AdditiveAttention": lambda x, y: layers.AdditiveAttention()(
        [x, y], return_attention_scores=True
    ),
    "MultiHeadAttention": lambda x, y: layers.MultiHeadAttention(2, 3, dropout=0.1)(
        x, x, return_attention_scores=True
    ),
    "GroupQueryAttention": lambda x, y: layers.GroupQueryAttention(2, 2, 1)(
        x, y, return_attention_scores=True
    ),
}
SINCE = {"GroupQueryAttention": "3.15.0"}
"""The first Keras that states the scores of a kind."""


@pytest.mark.parametrize("kind", [each for each in SCORED if is_since(SINCE.get(each, "3.10.0"))])
def test_scores_are_a_second_output(kind: str) -> None:
    x, y = sequence(), keras.Input((3, 4), name="y")
    found, scores = SCORED[kind](x, y)
    model = with_random_weights(keras.Model([x, y], [found, layers.Softmax()(scores)]))
    document = imported(model)
    assert document.layers[0].arguments["return_attention_scores"] is True
    checked = Spec.of(document).compile()
    assert [list(each.shape) for each in checked.nodes[0].outputs.values()] == [
        list(each.shape) for each in (found, scores)
    ]
    random = numpy.random.default_rng(0)
    values = [random.random((2, 5, 4), "float32"), random.random((2, 3, 4), "float32")]
    for built in (Spec.of(document).build(), built_by(script(checked))):
        built.set_weights(model.get_weights())
        for ours, theirs in zip(built(values), model(values), strict=True):
            assert are_identical(ours, theirs)


def test_scores_of_other_shapes_than_keras_states_are_refused() -> None:
    spec = (
        "cnnspec: 1\nname: s\ninputs: {x: [5, 4], y: [3, 4], z: [2, 5, 4]}\nlayers:\n"
        "  - MultiHeadAttention: {name: a, from: [x, y], num_heads: 2, key_dim: 3, return_attention_scores: true}\n"
        "  - MultiHeadAttention: {name: b, from: [z, z], num_heads: 2, key_dim: 3, return_attention_scores: true}\n"
    )
    assert [(each.code, each.message) for each in loads(spec).report] == [
        (
            "shape-mismatch",
            "MultiHeadAttention returns scores only if query and value have equally many steps, not 5 and "
            "3: Keras states another shape",
        ),
        (
            "wrong-rank",
            "MultiHeadAttention returns scores only of inputs with 3 axes (batch, steps, features), not "
            "(None, 2, 5, 4)",
        ),
    ]


def test_further_calls_have_flags_of_their_own() -> None:
    x, attention = sequence(), layers.Attention(name="a")
    first, scores = attention([x, x], use_causal_mask=True, return_attention_scores=True)
    second, _ = attention([first, x], return_attention_scores=True)
    third = attention([second, x])
    model = keras.Model(x, [third, scores])
    document = imported(model)
    assert [(step.kind, step.name, step.arguments) for step in document.layers] == [
        ("Attention", "a", {"use_causal_mask": True, "return_attention_scores": True}),
        ("shared", "a_call_1", {"layer": "a", "use_causal_mask": False}),
        (
            "shared",
            "a_call_2",
            {"layer": "a", "return_attention_scores": False, "use_causal_mask": False},
        ),
    ]
    assert [each.from_ for each in document.outputs.values()] == [None, "a/scores"]
    values = numpy.random.default_rng(0).random((2, 5, 4), "float32")
    again = loads(dumps(document))
    for built in (again.build(), built_by(script(again.compile()))):
        for ours, theirs in zip(built(values), model(values), strict=True):
            assert are_identical(ours, theirs)


REVERSED = """\
cnnspec: 1
name: words
inputs: {ids: {shape: [7], dtype: int32}}
layers:
  - ReversibleEmbedding: {name: tokens, input_dim: 20, output_dim: 8, tie_weights: false}
  - LayerNormalization
  - shared: {name: logits, layer: tokens, reverse: true}
"""


@pytest.mark.skipif(not is_since("3.12.0"), reason="Keras does not have the layer")
def test_an_embedding_ends_a_language_model() -> None:
    spec = loads(REVERSED)
    last = spec.compile().nodes[-1]
    assert [each.shape for each in last.outputs.values()] == [(None, 7, 20)]
    model = with_random_weights(spec.build())
    assert len(model.weights) == 4
    document = imported(model)
    assert [step.arguments for step in document.layers if step.kind == "shared"] == [
        {"layer": "tokens", "reverse": True}
    ]
    built = Spec.of(document).build()
    built.set_weights(model.get_weights())
    values = numpy.arange(14).reshape(2, 7)
    assert are_identical(built(values), model(values))


WRONG = {
    "reverse: true": "'reverse' is not an argument of calls of Attention",
    "use_causal_mask: 2": "'use_causal_mask' of Attention must be true or false, not 2",
    "return_attention_scores: true": "Keras connects output and scores of a further call only if the first "
    "call has them as well",
    "output_shape: [3]": "'output_shape' is only for layer classes of your own, which 'a' is not",
    "units: 2": "'shared' has no argument 'units'; it takes 'layer', 'name' and 'from'",
    "use_causal_mask: $wrong": "unknown parameter 'wrong'",
}


@pytest.mark.parametrize("argument", WRONG)
def test_wrong_arguments_of_further_calls_are_errors_at_the_argument(argument: str) -> None:
    spec = (
        "cnnspec: 1\nname: s\ninputs: {x: [5, 4]}\nlayers:\n"
        "  - Attention: {name: a, from: [x, x]}\n"
        f"  - shared: {{layer: a, from: [a, x], {argument}}}\n"
    )
    (problem,) = loads(spec).report
    assert (problem.message, problem.span.line) == (WRONG[argument], 6)


def test_a_flag_inside_a_wrapper_is_an_error() -> None:
    spec = "cnnspec: 1\nname: s\ninputs: {x: [5, 4]}\nlayers:\n  - TimeDistributed: {layer: {Dropout: {rate: 0.5, training: true}}}\n"
    with pytest.raises(SpecError) as raised:
        loads(spec).build()
    assert [each.message for each in raised.value.report] == [
        "TimeDistributed calls its layer itself, so 'training' has no effect there"
    ]
