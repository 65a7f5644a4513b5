"""Where a submodel may be cut: at one layer or several, and at what layers have inside them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from cnnspec import SpecError, dumps, loads
from cnnspec.decompile.compact.equality import same_model
from cnnspec.decompile.compact.writing import compacted
from cnnspec.decompile.flat import written_out
from cnnspec.ir.graph import SubmodelLayer

SPEC = """\
cnnspec: 1
name: outer
submodels:
  base:
    until: {until}
    spec:
      name: inner
      inputs: {{steps: [5, 3]}}
      submodels:
        pair:
          spec:
            name: pair
            inputs: {{x: [5, 3]}}
            layers:
              - Flatten: {{name: flat, from: x}}
              - Dense: {{name: one, from: flat, units: 1}}
              - Dense: {{name: two, from: flat, units: 2}}
            outputs: {{one: {{}}, two: {{}}}}
      layers:
        - {layer}
        - Identity: {{from: {rest}}}
inputs: {{data: [5, 3]}}
layers: [base]
"""
STATES = "LSTM: {name: cut, units: 4, return_sequences: true, return_state: true}"
BOTH_WAYS = "Bidirectional: {name: cut, layer: {LSTM: {units: 4}}, merge_mode: null}"
PAIR = "pair: {name: cut}"


@pytest.mark.parametrize(
    ("until", "layer", "rest", "shape"),
    [
        ("cut", STATES, "cut/state_c", (None, 5, 4)),
        ("cut", BOTH_WAYS, "cut/backward", (None, 4)),
        ("cut/state_h", STATES, "cut/state_c", (None, 4)),
        ("[cut/backward]", BOTH_WAYS, "cut/backward", (None, 4)),
        ("cut/two", PAIR, "cut/one", (None, 2)),
    ],
)
def test_a_cut_has_the_output_of_a_layer_or_the_one_it_names(
    until: str, layer: str, rest: str, shape: tuple[int | None, ...]
) -> None:
    spec = loads(SPEC.format(until=until, layer=layer, rest=rest))
    (output,) = spec.compile().outputs.values()
    assert output.shape == shape


ENCODER = """\
cnnspec: 1
name: outer
submodels:
  encoder:
    until: UNTIL
    frozen: FROZEN
    spec:
      name: inner
      inputs: {image: [16, 16, 3]}
      blocks:
        stage:
          layers:
            - Conv2D: {filters: 4, kernel_size: 3, padding: same}
            - BatchNormalization
            - ReLU: {name: act}
      layers:
        - stage: {name: first}
        - MaxPooling2D
        - stage: {name: second}
        - Dropout: {name: drop, rate: 0.5}
        - Conv2D: {name: deep, filters: 6, kernel_size: 3, padding: same, repeat: 2}
        - Conv2D: {name: unused, filters: 9, kernel_size: 1}
inputs: {image: [16, 16, 3]}
layers:
  - encoder: {name: e}
"""


def encoder(until: str, *steps: str, frozen: bool = False) -> str:
    text = ENCODER.replace("UNTIL", until).replace("FROZEN", str(frozen).lower())
    return text + "".join(f"  - {step}\n" for step in steps)


SKIPS = (
    "UpSampling2D: {from: e/deep}",
    "Concatenate: {from: [previous, e/first]}",
    "Conv2D: {filters: 2, kernel_size: 1}",
)
"""A decoder on the deepest output and on one that was smaller in depth."""


@pytest.mark.parametrize(
    ("until", "outputs"),
    [
        ("[first, deep]", ["first_act", "deep_2"]),
        ("[deep, drop, first]", ["deep_2", "drop", "first_act"]),
        ("[first/act, deep_2]", ["first_act", "deep_2"]),
        ("[first_act, second/conv2d_1, deep_1]", ["first_act", "second_conv2d_1", "deep_1"]),
        ("[first]", ["first_act"]),
        ("first", ["first_act"]),
    ],
)
def test_a_list_of_layers_gives_their_outputs_in_its_order(
    until: str, outputs: Sequence[str]
) -> None:
    checked = loads(encoder(until, f"Flatten: {{from: e/{outputs[0]}}}")).compile()
    layer = checked.graph.nodes[0].layer
    assert isinstance(layer, SubmodelLayer)
    assert [each.name for each in layer.graph.outputs] == outputs


def test_what_is_behind_all_cuts_is_no_part_of_the_submodel() -> None:
    checked = loads(encoder("[first, deep]", *SKIPS)).compile()
    inner = checked.nodes[0].submodel
    assert inner is not None
    assert [node.name for node in inner.nodes] == [
        "first_conv2d_1",
        "first_batch_normalization_1",
        "first_act",
        "max_pooling2d_1",
        "second_conv2d_1",
        "second_batch_normalization_1",
        "second_act",
        "drop",
        "deep_1",
        "deep_2",
    ]


@pytest.mark.parametrize("frozen", [False, True])
def test_skips_of_an_encoder_are_written_back_as_they_are(frozen: bool) -> None:
    graph = loads(encoder("[first, deep]", *SKIPS, frozen=frozen)).compile().graph
    for document in (written_out(graph), compacted(graph)):
        again = loads(dumps(document)).compile().graph
        assert same_model(again, graph)


def test_a_frozen_encoder_with_skips_has_its_inner_tensors() -> None:
    import keras

    model = loads(encoder("[first, deep]", *SKIPS, frozen=True)).build()
    image = np.random.default_rng(0).random((2, 16, 16, 3)).astype("float32")
    inner = model.get_layer("e")
    assert [tuple(each.shape) for each in inner.outputs] == [
        (None, 16, 16, 4),
        (None, 8, 8, 6),
    ]
    assert inner.trainable_weights == []
    first, deep = inner(image, training=True)
    again_first, again_deep = inner(image, training=False)
    np.testing.assert_array_equal(first, again_first)
    np.testing.assert_array_equal(deep, again_deep)
    cut = keras.Model(inner.input, inner.get_layer("first_act").output)
    np.testing.assert_allclose(cut(image), first, rtol=1e-6)


SOURCE = """\
cnnspec: 1
name: source
inputs: {image: [8, 8, 3]}
layers:
  - Conv2D: {name: low, filters: 4, kernel_size: 3}
  - Conv2D: {name: high, filters: 2, kernel_size: 3}
  - Flatten
  - Dense: {name: head, units: 3}
"""
CUT = """\
cnnspec: 1
submodels: {{base: {{{source}, until: [high, low]}}}}
inputs: {{image: [8, 8, 3]}}
layers: [base]
outputs: {{small: {{from: base_1/high}}, large: {{from: base_1/low}}}}
"""


@pytest.mark.parametrize(
    "source", ["keras: model.keras", "{spec: source.yaml, weights: model.weights.h5}"]
)
def test_several_outputs_of_a_file_have_its_weights(tmp_path: Path, source: str) -> None:
    import keras

    from cnnspec import load

    (tmp_path / "source.yaml").write_text(SOURCE, encoding="utf-8")
    trained = load(tmp_path / "source.yaml").build()
    trained.save(tmp_path / "model.keras")
    trained.save_weights(tmp_path / "model.weights.h5")
    text = CUT.format(source=source.strip("{}"))
    (tmp_path / "outer.yaml").write_text(text, encoding="utf-8")
    model = load(tmp_path / "outer.yaml").build()
    image = np.random.default_rng(0).random((2, 8, 8, 3)).astype("float32")
    wanted = keras.Model(
        trained.input, [trained.get_layer(name).output for name in ("high", "low")]
    )
    for found, known in zip(model(image), wanted(image), strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-6)


APPLICATION = """\
cnnspec: 1
submodels:
  base:
    application: {MobileNetV2: {include_top: false, weights: null, input_shape: [32, 32, 3]}}
    until: [block_1_expand_relu, out_relu]
    frozen: true
inputs: {image: [32, 32, 3]}
layers: [base]
outputs: {skip: {from: base_1/block_1_expand_relu}, deep: {from: base_1/out_relu}}
"""


def test_a_network_of_keras_gives_several_outputs() -> None:
    spec = loads(APPLICATION)
    checked = spec.compile()
    assert {name: each.shape for name, each in checked.outputs.items()} == {
        "skip": (None, 16, 16, 96),
        "deep": (None, 1, 1, 1280),
    }


ERRORS = {
    "[first, first]": [("duplicate-name", "the submodel is cut twice at 'first'", None)],
    "[first, first/act]": [
        ("duplicate-name", "the submodel is cut twice at 'first/act', which is 'first'", None)
    ],
    "[first, secnd]": [
        ("unknown-name", "the submodel has no layer 'secnd'", "did you mean 'second'?")
    ],
    "[frist, deep_3]": [
        ("unknown-name", "the submodel has no layer 'frist'", "did you mean 'first'?"),
        ("unknown-name", "the submodel has no layer 'deep_3'", "did you mean 'deep'?"),
    ],
    "image": [
        ("unknown-name", "'image' is an input of the submodel; it can be cut only at layers", None)
    ],
    "[]": [("wrong-structure", "'until' must not be an empty list", None)],
    "[first, 3]": [
        ("wrong-type", "'until' must be a name or a list of names, not ['first', 3]", None)
    ],
    "3": [("wrong-type", "'until' must be a name or a list of names, not 3", None)],
    "{first: deep}": [
        ("wrong-type", "'until' must be a name or a list of names, not a mapping", None)
    ],
}


@pytest.mark.parametrize(
    ("value", "until", "message"),
    [
        ("null", "[first, $x]", "'until' cannot contain null"),
        ("3", "[$x, first]", "'until' cannot contain 3"),
        ("[]", "$x", "'until' must not be an empty list"),
        ("{a: b}", "$x", "'until' cannot be a mapping"),
    ],
)
def test_a_parameter_that_is_no_name_is_an_error(value: str, until: str, message: str) -> None:
    text = encoder(until).replace("name: outer\n", f"name: outer\nparams: {{x: {value}}}\n")
    (found,) = loads(text).report
    assert (found.message, [note.message for note in found.notes]) == (
        message,
        ["the parameter 'x' is null"] if value == "null" else [],
    )


@pytest.mark.parametrize(
    ("until", "outputs"),
    [("$x", ["first_act", "deep_2"]), ("[first, $y]", ["first_act", "drop"])],
)
def test_parameters_are_names_and_lists_of_them(until: str, outputs: list[str]) -> None:
    params = "name: outer\nparams: {x: [first, deep], y: drop}\n"
    text = encoder(until, "Flatten: {from: e/first}").replace("name: outer\n", params)
    layer = loads(text).compile().graph.nodes[0].layer
    assert isinstance(layer, SubmodelLayer)
    assert [each.name for each in layer.graph.outputs] == outputs


@pytest.mark.parametrize("until", ERRORS)
def test_a_wrong_cut_is_an_error(until: str) -> None:
    spec = loads(encoder(until))
    assert [(each.code, each.message, each.suggestion) for each in spec.report] == ERRORS[until]
    assert {each.span.line for each in spec.report if each.span} == {5}


def test_a_submodel_of_several_outputs_is_an_error() -> None:
    spec = loads(SPEC.format(until="cut", layer=PAIR, rest="cut/one"))
    (found,) = spec.report
    assert (found.code, found.message, found.span and found.span.line) == (
        "unknown-output",
        "'cut' has 2 outputs (cut/one, cut/two); cut at one of them",
        5,
    )


def test_an_unknown_output_of_a_call_suggests_the_nearest() -> None:
    with pytest.raises(SpecError) as caught:
        loads(encoder("[first, deep]", "Flatten: {from: e/dep_2}")).compile()
    assert [(each.message, each.suggestion) for each in caught.value.report] == [
        ("unknown name 'e/dep_2'", "did you mean 'e/deep_2'?")
    ]
