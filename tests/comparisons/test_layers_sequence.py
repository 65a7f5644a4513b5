"""Recurrent layers, wrappers and attention: states, inner layers, and what Keras keeps of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from cnnspec import Spec, SpecError, loads
from cnnspec.analysis.weights import stored_at
from cnnspec.backends.keras.building import Built, build
from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.diagnostics.problems import Problem
from cnnspec.frontends.models import model_document
from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.weights import open_weights
from cnnspec.language.calls import Call
from cnnspec.language.document import Document, Input, Output, Step
from cnnspec.language.train import Train
from cnnspec.layers.base import LAYERS, Layer
from tests.support.keras_versions import examples_of
from tests.support.models import are_identical_lists

KINDS = (
    "SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells", "SimpleRNN", "LSTM", "GRU", "RNN",
    "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "TimeDistributed", "SpectralNormalization",
    "Bidirectional", "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention",
)  # fmt: skip


EXAMPLES = {
    f"{kind}-{position}": (kind, example)
    for kind in KINDS
    for position, example in examples_of(kind).items()
}
EACH_EXAMPLE = pytest.mark.parametrize("name", EXAMPLES)
NUMBERS = numpy.random.default_rng(0)


def all_examples() -> CheckedGraph:
    """A model of every example, side by side; all their outputs are trained."""
    inputs, layers, outputs = {}, [], {}
    for name, (kind, example) in EXAMPLES.items():
        shapes = {f"{name}-x{position}": shape for position, shape in enumerate(example.shapes)}
        inputs |= {key: Input(shape=list(shape[1:])) for key, shape in shapes.items()}
        layers.append(Step(kind=kind, name=name, from_=list(shapes), arguments=example.arguments))
        layer: Any = LAYERS.kinds[kind].of(example.arguments)
        for output in layer.outputs() or (None,):
            said = Output(from_=f"{name}/{output}" if output else None, loss=MSE)
            outputs[f"{name}-{output}" if output else name] = said
    document = Document(
        name="all",
        inputs=inputs,
        layers=layers,
        outputs=outputs,
        train=Train(optimizer=Call(kind="SGD")),
    )
    return Spec.of(document).compile()


MSE = Call(kind="MeanSquaredError")


def data(*shapes: Any) -> Any:
    """A random input, or a list of several; unknown sizes are 5."""
    inputs = [
        NUMBERS.random((2, *(size or 5 for size in shape[1:])), "float32") for shape in shapes
    ]
    return inputs[0] if len(inputs) == 1 else inputs


@dataclass
class Saved:
    """A model of every example with random weights, trained for one step, and its files."""

    checked: CheckedGraph
    model: Any
    before: dict[str, list[Any]]
    """The weights of each layer before the training step."""
    folder: Path

    def predictions(self, model: Any) -> dict[str, Any]:
        """What a model of all examples predicts, by the names of its outputs."""
        model.run_eagerly = True  # one graph of so many loops takes TensorFlow long to make
        return dict(zip(self.checked.outputs, model.predict(self.inputs, verbose=0), strict=True))

    def __post_init__(self) -> None:
        self.inputs = data(*(each.tensor.shape for each in self.checked.inputs))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    checked = all_examples()
    model = build(checked).model
    model.set_weights([NUMBERS.random(numpy.shape(each)) for each in model.get_weights()])
    before = {name: model.get_layer(name).get_weights() for name in EXAMPLES}
    found = Saved(checked, model, before, tmp_path_factory.mktemp("saved"))
    model.run_eagerly = True
    targets = data(*(tensor.shape for tensor in checked.outputs.values()))
    model.train_on_batch(found.inputs, dict(zip(checked.outputs, targets, strict=True)))
    model.save(found.folder / "model.keras")
    model.save_weights(found.folder / "model.weights.h5")
    model.save(found.folder / "model.h5")
    return found


def outputs_of(name: str) -> list[str]:
    """The names of an example's outputs in the model of all."""
    kind, example = EXAMPLES[name]
    layer: Any = LAYERS.kinds[kind].of(example.arguments)
    return [f"{name}-{output}" for output in layer.outputs()] or [name]


@pytest.fixture(scope="module")
def predicted(saved: Saved) -> dict[str, Any]:
    return saved.predictions(saved.model)


@pytest.fixture(scope="module")
def predicted_when_loaded(saved: Saved) -> dict[str, Any]:
    return saved.predictions(keras.models.load_model(saved.folder / "model.keras"))


@EACH_EXAMPLE
def test_a_layer_trains_and_predicts_the_same_after_keras_loaded_it(
    saved: Saved, predicted: Any, predicted_when_loaded: Any, name: str
) -> None:
    output = EXAMPLES[name][1].output
    shapes = output if isinstance(output, list) else [output]
    found = [predicted[each] for each in outputs_of(name)]
    assert [each.shape for each in found] == [
        (2, *(size or 5 for size in shape[1:])) for shape in shapes
    ]
    assert are_identical_lists([predicted_when_loaded[each] for each in outputs_of(name)], found)
    layer = saved.model.get_layer(name)
    trained = not are_identical_lists(layer.get_weights(), saved.before[name])
    assert trained == bool(layer.trainable_weights)


@pytest.fixture(scope="module", params=["model.keras", "model.weights.h5", "model.h5"])
def built_again(saved: Saved, request: pytest.FixtureRequest) -> tuple[Path, Built]:
    file = saved.folder / request.param
    return file, build(saved.checked, weights=file)


@EACH_EXAMPLE
def test_weights_are_loaded_from_where_they_are_declared_to_be(
    saved: Saved, built_again: tuple[Path, Built], name: str
) -> None:
    file, built = built_again
    (weights,) = (node.weights for node in saved.checked.nodes if node.name == name)
    with open_weights(file, saved.checked) as stored:
        variables = stored.layers[name].variables
        assert {path: each.shape for path, each in variables.items()} == {
            path: weight.shape for path, weight in stored_at(weights).items()
        }
    found, expected = (each.get_layer(name).get_weights() for each in (built.model, saved.model))
    assert are_identical_lists(found, expected)
    assert (name in built.loaded[0].layers) == bool(weights)


# What does not fit a weights file

STORED = """
cnnspec: 1
inputs: {x: [7, 3]}
layers:
  - Bidirectional: {name: both, layer: {LSTM: {units: 4, return_sequences: true}}}
  - TimeDistributed: {name: each, layer: {Dense: {units: 2}}}
  - RNN: {name: stack, cell: [{GRUCell: {units: 2}}, {GRUCell: {units: 2}}]}
"""
MISFITS = {
    "the inner shape": (
        ("units: 4", "units: 5"),
        [
            "'both/forward_layer/cell' has a kernel with shape (3, 20), but the file has (3, 16)",
            "'both/backward_layer/cell' has a kernel with shape (3, 20), but the file has (3, 16)",
            "'each/layer' has a kernel with shape (10, 2), but the file has (8, 2)",
        ],
    ),
    "fewer inner weights": (
        ("Dense: {units: 2}", "Dense: {units: 2, use_bias: false}"),
        ["'each/layer' has 1 weight, but the file has 2"],
    ),
    "one more wrapper": (
        (
            "TimeDistributed: {name: each, layer: {Dense: {units: 2}}}",
            "Dense: {name: each, units: 2}",
        ),
        [
            "the file has no weights for 'each'",
            "the file has weights for 'each/layer', which is not a layer of the model",
        ],
    ),
    "another cell": (
        ("cell: [{GRUCell: {units: 2}}, {GRUCell: {units: 2}}]", "cell: {GRUCell: {units: 2}}"),
        [
            "the file has no weights for 'stack/cell'",
            "the file has weights for 'stack/cell/cells/gru_cell', which is not a layer of the model",
            "the file has weights for 'stack/cell/cells/gru_cell_1', which is not a layer of the model",
        ],
    ),
    "a cell more": (
        ("{GRUCell: {units: 2}}]", "{GRUCell: {units: 2}}, {GRUCell: {units: 2}}]"),
        ["the file has no weights for 'stack/cell/cells/gru_cell_2'"],
    ),
}


@pytest.mark.parametrize("what", MISFITS)
def test_what_does_not_fit_is_told_by_the_path_inside_the_layer(what: str, tmp_path: Path) -> None:
    (before, after), misfits = MISFITS[what]
    file = tmp_path / "model.weights.h5"
    loads(STORED).build().save_weights(file)
    checked = loads(STORED.replace(before, after)).compile()
    with pytest.raises(WeightsDoNotFit) as raised:
        build(checked, weights=file)
    assert str(raised.value) == f"'{file}' does not match 'model': {'; '.join(misfits)}"


# Several outputs

TRANSLATOR = """
cnnspec: 1
name: translator
inputs: {source: [null, 3], target: [null, 2]}
layers:
  - LSTM: {name: encoder, from: source, units: 4, return_state: true}
  - LSTM: {name: decoder, from: [target, encoder/state_h, encoder/state_c], units: 4,
           return_sequences: true, return_state: true}
  - Dense: {name: words, units: 5}
outputs:
  words: {}
  memory: {from: decoder/state_c}
  encoder: {}
"""


def test_states_go_from_one_layer_to_another() -> None:
    model = loads(TRANSLATOR).build()
    source, target = keras.Input((None, 3)), keras.Input((None, 2))
    encoded, *states = model.get_layer("encoder")(source)
    decoded, _, memory = model.get_layer("decoder")(target, initial_state=states)
    by_hand = keras.Model([source, target], [model.get_layer("words")(decoded), memory, encoded])
    inputs = data((None, 6, 3), (None, 7, 2))
    assert model.output_names == ["words", "memory", "encoder"]
    assert are_identical_lists(model.predict(inputs, verbose=0), by_hand.predict(inputs, verbose=0))


BOTH_WAYS = """
cnnspec: 1
inputs: {x: [7, 3]}
layers:
  - Bidirectional: {name: both, layer: {GRU: {units: 4, return_state: true}}, merge_mode: null}
  - Subtract: {from: [both/forward, both/forward_state]}
  - Subtract: {from: [both/backward, both/backward_state]}
  - Add: {name: sum, from: [subtract_1, subtract_2]}
"""


def test_the_outputs_of_both_ways_go_by_their_names() -> None:
    model = loads(BOTH_WAYS).build()
    inputs = data((None, 7, 3))
    assert model.predict(inputs, verbose=0).tolist() == numpy.zeros((2, 4)).tolist()


TWICE = """
cnnspec: 1
inputs: {x: [7, 3]}
layers:
  - GRU: {name: gru, units: 4, return_state: true}
  - shared: {layer: gru, name: again, from: [x, gru/state]}
"""


def test_a_layer_with_states_is_called_again() -> None:
    model = loads(TWICE).build()
    gru = model.get_layer("gru")
    x = keras.Input((7, 3))
    by_hand = keras.Model(x, gru(x, initial_state=gru(x)[1:])[0])
    inputs = data((None, 7, 3))
    assert are_identical_lists(model.predict(inputs, verbose=0), by_hand.predict(inputs, verbose=0))
    assert (model.output_names, len(model.weights)) == (["again"], 3)


def test_the_last_step_may_have_several_outputs() -> None:
    text = "cnnspec: 1\ninputs: {x: [7, 3]}\nlayers: [LSTM: {units: 4, return_state: true}]"
    model = loads(text).build()
    assert (model.output_names, model.output_shape) == (["lstm_1"], (None, 4))


def test_branches_lead_to_attention() -> None:
    text = """
cnnspec: 1
inputs: {x: [7, 3]}
layers:
  - MultiHeadAttention:
      num_heads: 2
      key_dim: 3
      branches: {query: [], value: [{Dense: {units: 4}}], key: [{Dense: {units: 5}}]}
"""
    node = loads(text).compile().nodes[-1]
    assert [tensor.shape for tensor in node.inputs] == [(None, 7, 3), (None, 7, 4), (None, 7, 5)]


def test_a_model_of_keras_whose_layers_have_states_is_read() -> None:
    source, target = keras.Input((None, 3), name="source"), keras.Input((None, 2), name="target")
    forward = keras.layers.LSTM(4, return_state=True, return_sequences=True, name="inner")
    encoder = keras.layers.Bidirectional(forward, merge_mode="sum", name="encoder")
    encoded, *states = encoder(source)
    decoder = keras.layers.LSTM(4, return_sequences=True, name="decoder")
    attention = keras.layers.MultiHeadAttention(2, 3, name="attention")
    decoded = decoder(target, initial_state=states[:2])
    attended = attention(query=decoded, value=encoded)
    model = keras.Model([source, target], [attended, states[3]])
    document = model_document(json.loads(model.to_json()))
    assert {step.name: step.from_ for step in document.layers} == {
        "encoder": ["source"],
        "decoder": ["target", "encoder/forward_state_h", "encoder/forward_state_c"],
        "attention": ["decoder", "encoder"],
    }
    assert {name: output.from_ for name, output in document.outputs.items()} == {
        "attention": None,
        "encoder_backward_state_c": "encoder/backward_state_c",
    }
    read = Spec.of(document).build()
    read.set_weights(model.get_weights())
    inputs = data((None, 6, 3), (None, 7, 2))
    assert are_identical_lists(read.predict(inputs, verbose=0), model.predict(inputs, verbose=0))


# Frozen layers

FROZEN = {
    "LSTM: {units: 4, dropout: 0.5, recurrent_dropout: 0.5}": {"units": 4},
    "ConvLSTM1D: {filters: 2, kernel_size: 2, dropout: 0.5}": {"filters": 2, "kernel_size": 2},
    "RNN: {cell: {GRUCell: {units: 4, dropout: 0.5}}}": {"cell": {"GRUCell": {"units": 4}}},
    "RNN: {cell: [{GRUCell: {units: 4, dropout: 0.5}}]}": {
        "cell": {"StackedRNNCells": {"cells": [{"GRUCell": {"units": 4}}]}}
    },
    "TimeDistributed: {layer: {Dropout: {rate: 0.5}}}": {"layer": {"Identity": {}}},
    "Bidirectional: {layer: {GRU: {units: 4, dropout: 0.5}}, merge_mode: sum}": {
        "layer": {"GRU": {"units": 4}},
        "merge_mode": "sum",
    },
    "Bidirectional: {layer: {GRU: {units: 4}}, backward_layer: {GRU: {units: 4, dropout: 0.5, go_backwards: true}}}": {
        "layer": {"GRU": {"units": 4}},
        "backward_layer": {"GRU": {"units": 4, "go_backwards": True}},
    },
}


def written(value: Any) -> Any:
    """A checked layer as a spec would write it."""
    if isinstance(value, Layer):
        return {value.kind(): {name: written(each) for name, each in value.given.items()}}
    return [written(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("layer", FROZEN)
def test_a_frozen_layer_does_in_training_what_it_does_in_inference(layer: str) -> None:
    shape = "[7, 5, 3]" if "Conv" in layer else "[7, 3]"
    text = f"cnnspec: 1\ninputs: {{x: {shape}}}\nlayers: [{{{layer}}}, {{Dense: {{units: 1}}}}]"
    text = text.replace("}}, {Dense", ", frozen: true}}, {Dense")
    checked = loads(text).compile()
    frozen: Any = checked.nodes[0].layer
    assert {name: written(value) for name, value in frozen.given.items()} == FROZEN[layer]
    model = build(checked).model
    inputs = data(checked.inputs[0].tensor.shape)
    assert numpy.allclose(model(inputs, training=True), model(inputs), rtol=1e-5)
    assert [weight.path for weight in model.trainable_weights] == [
        "dense_1/kernel",
        "dense_1/bias",
    ]


NOT_TRAINED = (
    "TimeDistributed: {layer: {Dense: {units: 2}}, trainable: false}",
    "TimeDistributed: {layer: {TimeDistributed: {layer: {Dense: {units: 2}}, trainable: false}}}",
    "TimeDistributed: {layer: {Dense: {units: 2, trainable: false}}}",
    "TimeDistributed: {layer: {Bidirectional: {layer: {GRU: {units: 2}}, trainable: false}}}",
    "SpectralNormalization: {layer: {Dense: {units: 2, trainable: false}}}",
    "TimeDistributed: {layer: {RNN: {cell: [{GRUCell: {units: 2}}], trainable: false}}}",
    "TimeDistributed: {layer: {RNN: {cell: [{GRUCell: {units: 2, trainable: false}}]}}}",
    "ConvLSTM1D: {filters: 2, kernel_size: 2, trainable: false}",
    "MultiHeadAttention: {num_heads: 2, key_dim: 2, from: [x, x], trainable: false}",
)
"""Most of these Keras would train: wrappers do not tell the layers inside them."""


@pytest.mark.parametrize("layer", NOT_TRAINED)
def test_what_is_not_trainable_is_not_trained(layer: str) -> None:
    checked = loads(f"cnnspec: 1\ninputs: {{x: [7, 5, 3]}}\nlayers: [{{{layer}}}]").compile()
    assert (checked.trainable_params, build(checked).model.trainable_weights) == (0, [])


# Refusals

UNITS = "units: 4"
REFUSALS = {
    "LSTM: {from: image, units: 4}": (
        "wrong-rank",
        "LSTM takes an input with 3 axes (batch, steps, features), not (None, 8, 8, 3)",
    ),
    "ConvLSTM2D: {from: image, filters: 2, kernel_size: 3}": (
        "wrong-rank",
        "ConvLSTM2D takes an input with 5 axes (batch, steps, height, width, channels), not (None, 8, 8, 3)",
    ),
    "ConvLSTM1D: {from: open, filters: 2, kernel_size: 3}": (
        "unknown-size",
        "ConvLSTM1D needs to know all sizes of a step, but axis 2 of its input is unknown",
    ),
    "ConvLSTM1D: {from: image, filters: 2, kernel_size: 9}": (
        "kernel-too-large",
        "ConvLSTM1D needs at least 9 values, but its input has only 8",
    ),
    "ConvLSTM1D: {from: image, filters: 2, kernel_size: 2, strides: 2, dilation_rate: 2}": (
        "conflicting-arguments",
        "ConvLSTM1D cannot have both 'strides' and 'dilation_rate' above 1",
    ),
    "ConvLSTM1D: {from: image, filters: 2, kernel_size: 2, padding: causal}": (
        "unknown-value",
        "'padding' of ConvLSTM1D must be 'valid' or 'same', not 'causal'",
    ),
    "LSTM: {units: 4, stateful: true}": (
        "unknown-size",
        "a stateful LSTM needs a fixed batch size, which a spec cannot set",
    ),
    "LSTM: {from: any, units: 4, unroll: true}": (
        "unknown-size",
        "LSTM can be unrolled only over a known number of steps, but its input is (None, None, 3)",
    ),
    "LSTM: {units: 4, dropout: 1}": (
        "out-of-range",
        "'dropout' of LSTM must be a number from 0 to below 1, not 1",
    ),
    "LSTM: {units: 4, dtype: bfloat16}": (
        "conflicting-arguments",
        "LSTM cannot have bfloat16 weights with an orthogonal 'recurrent_initializer'; mixed_bfloat16 can",
    ),
    "LSTM: {units: 4, use_cudnn: true, unroll: true}": (
        "conflicting-arguments",
        "cuDNN supports LSTM only if 'unroll' is false",
    ),
    "GRU: {units: 4, use_cudnn: true, reset_after: false}": (
        "conflicting-arguments",
        "cuDNN supports GRU only if 'reset_after' is true",
    ),
    "GRU: {units: 4, use_cudnn: true, recurrent_dropout: 0.1}": (
        "conflicting-arguments",
        "cuDNN supports GRU only if 'recurrent_dropout' is 0",
    ),
    "GRU: {units: 4, use_cudnn: true, activation: relu}": (
        "conflicting-arguments",
        "cuDNN supports GRU only if 'activation' is 'tanh'",
    ),
    "GRU: {units: 4, use_cudnn: always}": (
        "unknown-value",
        "'use_cudnn' of GRU must be 'auto', true or false, not 'always'",
    ),
    "LSTM: {from: [x, four], units: 4}": (
        "wrong-input-count",
        "LSTM takes all of its states (state_h, state_c) after its input, not 1",
    ),
    "LSTM: {from: [x, four, three], units: 4}": (
        "shape-mismatch",
        "the state 'state_c' of LSTM must be (None, 4), not (None, 3)",
    ),
    "Bidirectional: {from: [x, four, four], layer: {LSTM: {units: 4}}}": (
        "wrong-input-count",
        "Bidirectional takes all of its states (forward_state_h, forward_state_c, "
        "backward_state_h, backward_state_c) after its input, not 2",
    ),
    "RNN: {from: [x, four, four, four], cell: [{LSTMCell: {units: 4}}, {GRUCell: {units: 4}}]}": (
        "wrong-input-count",
        "RNN does not accept initial states if a cell with several states is part of a stack",
    ),
    "RNN: {cell: {Dense: {units: 4}}}": (
        "wrong-type",
        "'cell' of RNN must be a cell such as LSTMCell; Dense is not a cell",
    ),
    "RNN: {cell: []}": (
        "wrong-type",
        "'cell' of RNN must be a cell such as LSTMCell, or a list of them, not []",
    ),
    "RNN: {cell: {StackedRNNCells: {cells: [{StackedRNNCells: {cells: [{GRUCell: {units: 4}}]}}]}}}": (
        "wrong-type",
        "StackedRNNCells needs cells such as LSTMCell; StackedRNNCells is not a cell",
    ),
    "RNN: {cell: {GRUCell: {units: 4, dropout: 0.5}}, dtype: mixed_float16}": (
        "conflicting-arguments",
        "GRUCell drops values in float32, but RNN around it computes in float16; give both the same 'dtype'",
    ),
    "TimeDistributed: {from: image, layer: {LSTM: {units: 4, dropout: 0.5}}, dtype: float64}": (
        "conflicting-arguments",
        "LSTM drops values in float32, but TimeDistributed around it computes in float64; give both "
        "the same 'dtype'",
    ),
    "LSTMCell: {from: [x, four, four], units: 4}": (
        "wrong-rank",
        "LSTMCell takes an input with 2 axes (batch, features), not (None, 7, 3)",
    ),
    "LSTMCell: {from: [four, four, four], units: 4, dropout: 0.5}": (
        "conflicting-arguments",
        "LSTMCell can drop values only as the cell of an RNN; on its own it cannot be trained",
    ),
    "GRUCell: {from: four, units: 4}": (
        "wrong-input-count",
        "GRUCell takes 2 inputs or more, not 1",
    ),
    "GRUCell: {from: [four, whole], units: 4}": (
        "wrong-dtype",
        "the state 'state' of GRUCell must be floats, not int32",
    ),
    "TimeDistributed: {from: four, layer: {Dense: {units: 4}}}": (
        "wrong-rank",
        "TimeDistributed takes an input with at least 3 axes (batch, steps, ...), not (None, 4)",
    ),
    "TimeDistributed: {layer: {Conv2D: {filters: 4, kernel_size: 3}}}": (
        "wrong-rank",
        "Conv2D takes an input with 4 axes (batch, height, width, channels), not (None, 3)",
    ),
    "TimeDistributed: {layer: Add}": (
        "conflicting-arguments",
        "TimeDistributed passes one input to its layer, but Add takes several",
    ),
    "TimeDistributed: {from: image, layer: {LSTM: {units: 4, return_state: true}}}": (
        "conflicting-arguments",
        "TimeDistributed supports only one output of its layer, but LSTM has several",
    ),
    "TimeDistributed: {layer: {Dense: {units: 4, activity_regularizer: L2}}}": (
        "conflicting-arguments",
        "TimeDistributed ignores the penalty of its layer; set it on TimeDistributed",
    ),
    "TimeDistributed: {from: image, layer: {StochasticDepth: {drop_path_rate: 0.5}}}": (
        "conflicting-arguments",
        "StochasticDepth cannot be used in TimeDistributed",
    ),
    "TimeDistributed: {from: image, layer: {Pipeline: {layers: [{Dropout: {rate: 0.5}}]}}}": (
        "conflicting-arguments",
        "Pipeline cannot be used in TimeDistributed",
    ),
    "TimeDistributed: {from: image, layer: {Dense: {units: 2, bias_initializer: Orthogonal}}}": (
        "shape-mismatch",
        "Orthogonal cannot make the bias of Dense, which has 1 axis",
    ),
    "Bidirectional: {layer: {GRU: {units: 2, reset_after: false, bias_initializer: STFT}}}": (
        "shape-mismatch",
        "STFT cannot make the bias of GRU, which has 1 axis",
    ),
    "RNN: {cell: [{GRUCell: {units: 2}}, {LSTMCell: {units: 2, kernel_initializer: STFT}}]}": (
        "shape-mismatch",
        "STFT cannot make the kernel of LSTMCell, which has 2 axes",
    ),
    "SpectralNormalization: {layer: Flatten}": (
        "conflicting-arguments",
        "SpectralNormalization normalizes a kernel or embeddings, but Flatten has neither",
    ),
    "SpectralNormalization: {layer: {LSTM: {units: 4}}}": (
        "conflicting-arguments",
        "SpectralNormalization normalizes a kernel or embeddings, but LSTM has neither",
    ),
    "SpectralNormalization: {layer: {Dense: {units: 4}}, power_iterations: 0}": (
        "out-of-range",
        "'power_iterations' of SpectralNormalization must be a whole number of at least 1, not 0",
    ),
    "SpectralNormalization: {layer: {Dense: {units: 4}}, frozen: true}": (
        "conflicting-arguments",
        "SpectralNormalization cannot be frozen: it changes its kernel whenever the model trains",
    ),
    "SpectralNormalization: {from: whole, layer: {Dense: {units: 4}}}": (
        "wrong-dtype",
        "SpectralNormalization casts its output to the type of its input, int32, which has no fractions",
    ),
    "Bidirectional: {layer: {Dense: {units: 4}}}": (
        "wrong-type",
        "Bidirectional needs a recurrent layer such as LSTM, not Dense",
    ),
    "Bidirectional: {layer: {LSTM: {units: 4, go_backwards: true}}}": (
        "conflicting-arguments",
        "one of the two layers of Bidirectional must have 'go_backwards', the other not",
    ),
    "Bidirectional: {layer: {LSTM: {units: 4}}, backward_layer: {LSTM: {units: 4, go_backwards: true, return_state: true}}}": (
        "conflicting-arguments",
        "both layers of Bidirectional must have the same 'return_state'",
    ),
    "Bidirectional: {layer: {LSTM: {units: 4}}, backward_layer: {GRU: {units: 5, go_backwards: true}}}": (
        "shape-mismatch",
        "Bidirectional needs two layers with the same shapes: (None, 4) forwards, (None, 5) backwards",
    ),
    "Bidirectional: {layer: {LSTM: {units: 4}}, merge_mode: concatenate}": (
        "unknown-value",
        "'merge_mode' of Bidirectional must be 'concat', 'sum', 'mul', 'ave' or null, not 'concatenate'",
    ),
    "Bidirectional: {layer: {LSTM: {units: 4}}, weights: []}": (
        "unknown-argument",
        "Bidirectional has no argument 'weights'",
    ),
    "Attention: {from: [x, x, x, x]}": (
        "wrong-input-count",
        "Attention takes 2 inputs, not 4",
    ),
    "Attention: {from: [x, four]}": (
        "wrong-rank",
        "Attention takes inputs with the same number of axes, not (None, 7, 3) and (None, 4)",
    ),
    "Attention: {from: [four, four]}": (
        "wrong-rank",
        "Attention takes inputs with at least 3 axes (batch, ..., steps, features), not (None, 4)",
    ),
    "Attention: {from: [x, wide]}": (
        "shape-mismatch",
        "Attention needs a query and a key with equal sizes: 3 is 4 in the other",
    ),
    "AdditiveAttention: {from: [x, wide]}": (
        "shape-mismatch",
        "AdditiveAttention needs a query and a key with equal sizes: 3 is 4 in the other",
    ),
    "MultiHeadAttention: {from: [x, image], num_heads: 2, key_dim: 3}": (
        "wrong-rank",
        "MultiHeadAttention takes inputs with the same number of axes, not (None, 7, 3) and (None, 8, 8, 3)",
    ),
    "MultiHeadAttention: {from: [four, four], num_heads: 2, key_dim: 3}": (
        "wrong-rank",
        "MultiHeadAttention takes inputs with at least 3 axes (batch, steps, ..., features), not (None, 4)",
    ),
    "MultiHeadAttention: {from: [x, wide, any], num_heads: 2, key_dim: 3}": (
        "shape-mismatch",
        "MultiHeadAttention needs a value and a key with the same axes except the last, "
        "not (None, 7, 4) and (None, None, 3)",
    ),
    "MultiHeadAttention: {from: [x, x], num_heads: 2, key_dim: 3, attention_axes: [2]}": (
        "out-of-range",
        "MultiHeadAttention cannot attend over axis 2 of (None, 7, 3): it must be an existing "
        "axis between batch and features",
    ),
    "MultiHeadAttention: {from: [image, image], num_heads: 2, key_dim: 3, attention_axes: [1, -1]}": (
        "out-of-range",
        "MultiHeadAttention cannot attend over axis -1 of (None, 8, 8, 3): it must be an "
        "existing axis between batch and features",
    ),
    "MultiHeadAttention: {from: [image, image], num_heads: 2, key_dim: 3, attention_axes: [1, 1]}": (
        "conflicting-arguments",
        "'attention_axes' of MultiHeadAttention names an axis of (None, 8, 8, 3) twice",
    ),
    "MultiHeadAttention: {from: [x, x], num_heads: 2, key_dim: 3, attention_axes: []}": (
        "out-of-range",
        "'attention_axes' of MultiHeadAttention must name an axis",
    ),
    "MultiHeadAttention: {from: [image, image], num_heads: 2, key_dim: 3, sliding_window: 2}": (
        "conflicting-arguments",
        "MultiHeadAttention supports 'sliding_window' only for axis 1, but it attends over (1, 2)",
    ),
    "MultiHeadAttention: {from: [x, x], num_heads: 2, key_dim: 3, output_shape: [4, 0]}": (
        "out-of-range",
        "'output_shape' of MultiHeadAttention must be a size of at least 1, a list of them, or null, "
        "not [4, 0]",
    ),
    "MultiHeadAttention: {from: [x, x], num_heads: 2, key_dim: 3, flash_attention: true}": (
        "unknown-value",
        "Keras has no flash attention on TensorFlow",
    ),
    "GroupQueryAttention: {from: [image, image], head_dim: 2, num_query_heads: 2, num_key_value_heads: 1}": (
        "wrong-rank",
        "GroupQueryAttention takes inputs with 3 axes (batch, steps, features), not (None, 8, 8, 3)",
    ),
    "GroupQueryAttention: {from: [x, wide], head_dim: 2, num_query_heads: 2, num_key_value_heads: 1}": (
        "shape-mismatch",
        "GroupQueryAttention needs a query and a value with the same number of features, not 3 and 4",
    ),
    "GroupQueryAttention: {from: [x, x], head_dim: 2, num_query_heads: 3, num_key_value_heads: 2}": (
        "conflicting-arguments",
        "GroupQueryAttention cannot split 3 query heads into 2 groups",
    ),
}
INPUTS = (
    "inputs: {x: [7, 3], any: [null, 3], wide: [7, 4], image: [8, 8, 3], open: [5, null, 3], "
    "four: [4], three: [3], whole: {shape: [4], dtype: int32}}"
)


@pytest.mark.parametrize("layer", REFUSALS)
def test_what_cannot_work_is_refused(layer: str) -> None:
    said = layer if "from:" in layer else layer.replace(": {", ": {from: x, ", 1)
    with pytest.raises(SpecError) as raised:
        loads(f"cnnspec: 1\n{INPUTS}\nlayers: [{{{said}}}]", keras=str(NEWEST)).compile()
    assert [(found.code, found.message) for found in raised.value.report] == [REFUSALS[layer]]


def test_a_problem_of_an_inner_layer_is_found_where_it_stands() -> None:
    text = """cnnspec: 1
inputs: {x: [7, 3, 3, 3]}
layers:
  - TimeDistributed:
      layer:
        Conv2D: {filters: 2, kernel_size: 4}
  - RNN:
      cell: [{GRUCell: {units: 4}}, {GRUCell: {unit: 4}}]
"""
    with pytest.raises(SpecError) as raised:
        loads(text).compile()
    assert [
        (found.code, found.message, found.span and (found.span.line, found.span.column))
        for found in raised.value.report
    ] == [
        (
            "kernel-too-large",
            "Conv2D needs at least 4 x 4 values, but its input has only 3 x 3",
            (6, 43),
        ),
        ("unknown-argument", "GRUCell has no argument 'unit'", (8, 48)),
    ]


def test_what_may_not_be_frozen_says_so_inside_of_a_wrapper() -> None:
    layer: Any = LAYERS.check(
        {
            "TimeDistributed": {
                "layer": {"SpectralNormalization": {"layer": {"Dense": {"units": 4}}}}
            }
        }
    )
    with pytest.raises(Problem) as raised:
        layer.in_inference()
    assert (raised.value.code, raised.value.at) == ("conflicting-arguments", ("layer",))
