"""Submodels that `TimeDistributed` applies to every step of a sequence."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec import dumps, from_keras, load, loads
from cnnspec.analysis.cost import costs
from cnnspec.decompile.compact.equality import same_model
from cnnspec.decompile.compact.writing import compacted
from cnnspec.decompile.flat import written_out
from tests.support.commands import run_command

SPEC = """\
cnnspec: 1
name: video
submodels:
  encoder:
    spec:
      name: frames
      inputs: {image: [8, 8, 3]}
      layers:
        - Conv2D: {name: conv, filters: 4, kernel_size: 3}
        - BatchNormalization: {name: norm}
        - Dropout: {name: drop, rate: 0.5}
        - GlobalAveragePooling2D: {name: pool}
  two:
    spec:
      inputs: {a: [8, 8, 3], b: [8, 8, 3]}
      layers: [Add: {from: [a, b]}]
  skips:
    until: [conv, pool]
    spec:
      inputs: {image: [8, 8, 3]}
      layers:
        - Conv2D: {name: conv, filters: 4, kernel_size: 3}
        - GlobalAveragePooling2D: {name: pool}
blocks:
  block: {layers: [ReLU]}
ignore: [unused-submodel, unused-block]
inputs: {video: [5, 8, 8, 3]}
layers:
"""
STEP = "TimeDistributed: {name: every, layer: encoder}"


def spec(*steps: str) -> Any:
    return loads(SPEC + "".join(f"  - {step}\n" for step in steps))


def data(steps: int = 5) -> Any:
    return np.random.default_rng(0).random((2, steps, 8, 8, 3)).astype("float32")


@pytest.mark.parametrize(
    "layer", ["encoder", "{encoder: {}}", "{encoder: }", "$(which)"], ids=["", "{}", "null", "$"]
)
def test_the_name_of_a_submodel_is_a_layer_there(layer: str) -> None:
    if layer == "$(which)":
        text = SPEC.replace("ignore:", "params: {which: encoder}\nignore:")
        found = loads(f"{text}  - TimeDistributed: {{name: every, layer: $which}}\n")
    else:
        found = spec(f"TimeDistributed: {{name: every, layer: {layer}}}")
    checked = found.compile()
    (node,) = checked.nodes
    assert (node.kind, node.outputs[None].shape, checked.params, checked.trainable_params) == (
        "TimeDistributed",
        (None, 5, 4),
        128,
        120,
    )
    assert list(found.report) == []


def test_costs_are_those_of_all_steps() -> None:
    checked = spec(STEP).compile()
    found = costs(checked)
    inner = found.submodels["every"].nodes
    assert {
        name: (each.macs, each.activation_bytes, each.params) for name, each in inner.items()
    } == {
        "conv": (5 * 6 * 6 * 4 * 27, 5 * 6 * 6 * 4 * 4, 112),
        "norm": (0, 5 * 6 * 6 * 4 * 4, 16),
        "drop": (0, 5 * 6 * 6 * 4 * 4, 0),
        "pool": (0, 5 * 4 * 4, 0),
    }
    whole = found.nodes["every"]
    assert (whole.macs, [field.size for field in whole.receptive_field or ()]) == (19_440, [1])


def test_it_computes_what_the_submodel_does_at_every_step() -> None:
    model = spec(STEP).build()
    layer = model.get_layer("every")
    assert (type(layer).__name__, layer.layer.name) == ("TimeDistributed", "frames")
    expected = np.stack([layer.layer(data()[:, step]) for step in range(5)], axis=1)
    np.testing.assert_allclose(model(data()), expected, rtol=1e-5)


def test_an_unknown_number_of_steps_is_taken() -> None:
    text = SPEC.replace("video: [5,", "video: [null,") + f"  - {STEP}\n"
    checked = loads(text).compile()
    assert checked.nodes[0].outputs[None].shape == (None, None, 4)
    model = loads(text).build()
    assert model(data(3)).shape == (2, 3, 4)


@pytest.mark.parametrize("said", ["frozen: true", "trainable: false"])
def test_it_can_be_frozen(said: str) -> None:
    found = spec(f"TimeDistributed: {{name: every, layer: encoder, {said}}}")
    model = found.build()
    assert (found.compile().trainable_params, model.trainable_weights) == (0, [])
    if said == "frozen: true":
        np.testing.assert_array_equal(model(data(), training=True), model(data()))


def test_calls_of_it_share_their_weights() -> None:
    text = SPEC.replace("{video: [5, 8, 8, 3]}", "{video: [5, 8, 8, 3], other: [5, 8, 8, 3]}")
    steps = (
        "TimeDistributed: {name: one, layer: encoder, from: video}",
        "TimeDistributed: {name: two, layer: encoder, from: other}",
        "Add: {name: sum, from: [one, two]}",
    )
    found = loads(text + "".join(f"  - {step}\n" for step in steps))
    assert found.compile().params == 128
    model = found.build()
    layer = model.get_layer("one")
    both = model([data(), data() + 1])
    np.testing.assert_allclose(both, layer(data()) + layer(data() + 1), rtol=1e-5)
    graph = found.compile().graph
    for document in (written_out(graph), compacted(graph)):
        assert same_model(loads(dumps(document)).compile().graph, graph)


def test_a_model_is_imported_built_saved_and_loaded(tmp_path: Path) -> None:
    import keras
    from keras import layers

    inmost = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.BatchNormalization(name="norm")], name="inmost"
    )
    encoder = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            inmost,
            layers.Conv2D(2, 3, name="conv"),
            layers.Flatten(name="f"),
        ],
        name="encoder",
    )
    video = keras.Input((5, 8, 8, 3), name="video")
    every = layers.TimeDistributed(encoder, name="every")
    x = layers.Add(name="sum")([every(video), every(layers.ReLU(name="relu")(video))])
    model = keras.Model(video, layers.LSTM(2, name="lstm")(x), name="imported")
    random = np.random.default_rng(1)
    model.set_weights([random.random(each.shape) + 0.5 for each in model.get_weights()])
    text = dumps(from_keras(model))
    assert [line for line in text.splitlines() if "TimeDistributed" in line] == [
        "  - TimeDistributed: {name: every, from: video, layer: encoder_model}",
        "  - TimeDistributed: {name: every_call_1, from: relu, layer: encoder_model}",
    ]
    for name in ("model.keras", "model.weights.h5", "model.h5"):
        file = tmp_path / name
        model.save_weights(file) if "weights" in name else model.save(file)
        built = loads(text).build(weights=file)
        assert [layer.name for layer in built.layers] == [layer.name for layer in model.layers]
        assert built.get_layer("every").layer.name == "encoder"
        np.testing.assert_array_equal(built(data()), model(data()))
    built.save(tmp_path / "again.keras")
    again = keras.models.load_model(tmp_path / "again.keras")
    np.testing.assert_array_equal(again(data()), model(data()))


def test_weights_that_do_not_fit_are_named_with_their_layer(tmp_path: Path) -> None:
    spec(STEP).build().save_weights(tmp_path / "video.weights.h5")
    text = SPEC.replace("filters: 4", "filters: 5") + f"  - {STEP}\n"
    (tmp_path / "other.yaml").write_text(
        text.replace("name: video\n", "name: video\nweights: video.weights.h5\n"), encoding="utf-8"
    )
    (found,) = load(tmp_path / "other.yaml").report
    assert found.message.rpartition("'video': ")[2] == (
        "'every/conv' has a kernel with shape (3, 3, 3, 5), but the file has (3, 3, 3, 4)"
    )


@pytest.mark.parametrize("frozen", ["", ", frozen: true", ", trainable: false"])
def test_a_script_builds_the_same_model(frozen: str, tmp_path: Path) -> None:
    found = spec(f"TimeDistributed: {{name: every, layer: encoder{frozen}}}", "LSTM: {units: 2}")
    (tmp_path / "video.yaml").write_text(dumps(found), encoding="utf-8")
    code, script, stderr = run_command("code", tmp_path / "video.yaml")
    assert code == 0, stderr
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(script, "script", "exec"), names)
    made, built = names["video"](), found.build()
    assert [layer.name for layer in made.layers] == [layer.name for layer in built.layers]
    assert len(made.trainable_weights) == len(built.trainable_weights)
    made.set_weights(built.get_weights())
    np.testing.assert_array_equal(made(data()), built(data()))


def test_diagrams_show_its_layers_and_diffs_the_wrapper(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(dumps(spec(STEP)), encoding="utf-8")
    code, text, _ = run_command("diagram", tmp_path / "one.yaml", "--format", "mermaid")
    assert code == 0
    assert all(word in text for word in ("every", "conv", "norm", "pool"))
    other = SPEC.replace("video: [5, 8, 8, 3]", "video: [8, 8, 3]") + "  - encoder: {name: every}\n"
    (tmp_path / "two.yaml").write_text(other, encoding="utf-8")
    code, text, _ = run_command("diff", tmp_path / "one.yaml", tmp_path / "two.yaml")
    assert code == 1
    assert "TimeDistributed" in text


ERRORS = {
    "TimeDistributed: {layer: two}": [
        (
            "conflicting-arguments",
            "TimeDistributed passes one input to its layer, but 'two' has 2 inputs (a, b)",
        )
    ],
    "TimeDistributed: {layer: skips}": [
        (
            "conflicting-arguments",
            "TimeDistributed supports only one output of its layer, but 'skips' has 2 outputs (conv, pool)",
        )
    ],
    "TimeDistributed: {layer: block}": [
        ("wrong-type", "TimeDistributed takes a layer or a submodel, and 'block' is a block")
    ],
    "SpectralNormalization: {layer: encoder}": [
        (
            "wrong-type",
            "SpectralNormalization takes a layer, and 'encoder' is a submodel; only TimeDistributed takes submodels",
        )
    ],
    "Bidirectional: {layer: {encoder: {}}}": [
        (
            "wrong-type",
            "Bidirectional takes a layer, and 'encoder' is a submodel; only TimeDistributed takes submodels",
        )
    ],
    "TimeDistributed: {layer: {TimeDistributed: {layer: encoder}}}": [
        ("wrong-type", "'encoder' is a submodel, which cannot be in a layer in another layer")
    ],
    "TimeDistributed: {layer: {encoder: {units: 3}}}": [
        ("unknown-argument", "a submodel takes no arguments, so 'units' cannot be given")
    ],
    "TimeDistributed: {layer: encodr}": [
        ("unknown-kind", "unknown layer or submodel 'encodr' (did you mean 'encoder'?)")
    ],
    "TimeDistributed: {layer: encoder, trainble: false}": [
        (
            "unknown-argument",
            "TimeDistributed has no argument 'trainble' (did you mean 'trainable'?)",
        )
    ],
    "TimeDistributed: {layer: encoder, from: [video, video]}": [
        ("wrong-input-count", "TimeDistributed takes one input, not 2")
    ],
}


@pytest.mark.parametrize("step", ERRORS)
def test_a_wrong_call_is_one_error(step: str) -> None:
    found = [
        (each.code, each.message + (f" ({each.suggestion})" if each.suggestion else ""))
        for each in spec(step).report
    ]
    assert found == ERRORS[step]


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            (STEP, "encoder: {from: video}"),
            "'encoder' is called above with TimeDistributed, but its calls share their weights",
        ),
        (
            ("Lambda", "encoder", STEP),
            "'encoder' is called above without TimeDistributed, but its calls share their weights",
        ),
        (
            (STEP, "TimeDistributed: {layer: encoder, from: video, trainable: false}"),
            "'encoder' is called above with another TimeDistributed, but its calls share their weights",
        ),
    ],
)
def test_calls_with_and_without_it_cannot_share(steps: tuple[str, ...], message: str) -> None:
    if steps[0] == "Lambda":
        text = SPEC.replace("video: [5, 8, 8, 3]}", "video: [5, 8, 8, 3], image: [8, 8, 3]}")
        steps = ("encoder: {from: image}", "TimeDistributed: {layer: encoder, from: video}")
        found = loads(text + "".join(f"  - {step}\n" for step in steps))
    else:
        found = spec(*steps)
    assert [(each.code, each.message) for each in found.report] == [
        ("conflicting-arguments", message)
    ]


@pytest.mark.parametrize(
    ("shape", "code"), [("[8]", "wrong-rank"), ("[5, 9, 8, 3]", "shape-mismatch")]
)
def test_its_input_is_a_sequence_of_what_the_submodel_takes(shape: str, code: str) -> None:
    messages = {
        "wrong-rank": "TimeDistributed takes an input with at least 3 axes (batch, steps, ...), not (None, 8)",
        "shape-mismatch": "the input 'image' of 'encoder' is (None, 8, 8, 3), not (None, 9, 8, 3)",
    }
    text = SPEC.replace("[5, 8, 8, 3]", shape) + f"  - {STEP}\n"
    assert [(each.code, each.message) for each in loads(text).report] == [(code, messages[code])]


def test_another_wrapper_of_a_model_cannot_be_imported(tmp_path: Path) -> None:
    import json

    model = spec(STEP).build()
    text = model.to_json().replace('"TimeDistributed"', '"SpectralNormalization"')
    (tmp_path / "model.json").write_text(json.dumps(json.loads(text)), encoding="utf-8")
    code, _, stderr = run_command("import", tmp_path / "model.json")
    assert (code, stderr.partition("': ")[2]) == (
        1,
        "the layer 'every' is a SpectralNormalization of a model, which a spec cannot express\n",
    )
