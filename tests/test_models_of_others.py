"""Models with classes of other packages: imported by path, without running their code, and built again."""

import json
import random
import sys
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cnnspec
from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.keras_files.problems import UnreadableModel
from tests.support.commands import python_output, run_command
from tests.support.keras_versions import is_since
from tests.support.stand_in_packages import write_package

PACKAGE = "stand_in"


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    write_package(tmp_path, PACKAGE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [each for each in sys.modules if each.startswith(PACKAGE)]:
        del sys.modules[name]


def layers() -> Any:
    return import_module(f"{PACKAGE}.layers")


def models() -> Any:
    return import_module(f"{PACKAGE}.models")


def example() -> Any:
    """A model with every kind of call of a layer of another package."""
    own = layers()
    x, mask = keras.Input((4,), name="x"), keras.Input((4,), name="mask")
    scale = own.Scale(2.0, kernel_initializer=keras.initializers.Constant(3.0), name="scale")
    first = scale(x, mask_of_others=mask)
    again = scale(first, double=True)
    found, index = own.Towers(3, name="towers")(again)
    last = own.Wrapped(keras.layers.Dense(2, name="inner"), name="last")(found)
    return keras.Model([x, mask], [last, index], name="example")


def filled(model: Any) -> Any:
    """Give all weights different values."""
    generator = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(generator.uniform(0.1, 1, weight.shape))
    return model


def outputs(model: Any) -> list[np.ndarray]:
    given = [np.linspace(0, 1, 8, dtype="float32").reshape(2, 4) for _ in model.inputs]
    found = model(given if len(given) > 1 else given[0], training=False)
    return [keras.ops.convert_to_numpy(each) for each in keras.tree.flatten(found)]


def assert_equal(made: Any, model: Any) -> None:
    for ours, theirs in zip(outputs(made), outputs(model), strict=True):
        np.testing.assert_array_equal(ours, theirs)


LAYERS = f"""\
layers:
  - {PACKAGE}.layers:Scale:
      name: scale
      from: [x, mask]
      factor: 2.0
      kernel_initializer: {{Constant: {{value: 3.0}}}}
      output_shape: [4]
      call: {{mask_of_others: from}}
  - shared: {{name: scale_call_1, layer: scale, output_shape: [4], call: {{double: true}}}}
  - {PACKAGE}.layers:Towers: {{name: towers, units: 3, output_shape: [[3], null]}}
  - {PACKAGE}.layers:Wrapped:
      name: last
      inner:
        module: keras.layers
        class_name: Dense
        config:
          name: inner
          trainable: true
          dtype: float32
"""


def test_the_spec_of_a_file_says_its_classes_and_their_shapes() -> None:
    example().save("model.keras")
    for name in [each for each in sys.modules if each.startswith(PACKAGE)]:
        del sys.modules[name]
    code, text, err = run_command("import", "model.keras", "--no-compact")
    assert (code, PACKAGE in sys.modules) == (0, False)
    assert LAYERS in text
    assert err == (
        f"note: a build will run code of the package '{PACKAGE}' (Scale, Towers, Wrapped), "
        f"which `--allow-code {PACKAGE}` allows\n"
        "note: the file does not have the output shape of the layer 'towers' (and of 1 more), so shapes "
        "are unknown from there on; `output_shape` declares one\n"
    )


def test_a_spec_of_a_live_model_has_all_shapes() -> None:
    spec = cnnspec.from_keras(example())
    nodes = spec.compile().nodes
    assert {node.name: [each.shape for each in node.outputs.values()] for node in nodes} == {
        "scale": [(None, 4)],
        "scale_call_1": [(None, 4)],
        "towers": [(None, 3), (None,)],
        "last": [(None, 2)],
        "towers_1": [(None,)],
    }
    assert spec.notes == (
        f"a build will run code of the package '{PACKAGE}' (Scale, Towers, Wrapped), "
        f"which `--allow-code {PACKAGE}` allows",
    )


@pytest.mark.parametrize("options", [[], ["--no-compact"]])
def test_a_model_is_built_again_with_all_weights(options: list[str]) -> None:
    model = filled(example())
    model.save("model.keras")
    assert run_command("import", "model.keras", "-o", "model.yaml", *options)[0] == 0
    assert_equal(cnnspec.load("model.yaml").build(allow_code=[PACKAGE]), model)
    assert_equal(
        cnnspec.load("model.keras").build(allow_code=[PACKAGE], weights="model.keras"), model
    )
    code, _, err = run_command("build", "model.yaml", "-o", "out")
    assert (code, "error[code-not-allowed]" in err) == (1, True)


def test_weights_of_layers_in_nested_lists_are_found_where_keras_stores_them() -> None:
    x = keras.Input((4,), name="x")
    model = filled(keras.Model(x, layers().Nested(name="nested")(x)))
    model.save("model.keras")
    spec = cnnspec.load("model.keras")
    if is_since("3.15.0"):
        assert_equal(spec.build(allow_code=[PACKAGE], weights="model.keras"), model)
        return
    with pytest.raises(WeightsDoNotFit) as lacking:
        spec.build(allow_code=[PACKAGE], weights="model.keras")
    assert str(lacking.value) == "the file has no weights for 'nested' (nested/part/scale)"


FEWER = """

class Fewer(Towers):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.layers = self.layers[:1]
"""


def test_weights_that_are_missing_are_an_error() -> None:
    filled(example()).save_weights("all.weights.h5")
    spec = cnnspec.from_keras(example())
    text = cnnspec.dumps(spec).replace("layers:Towers", "layers:Fewer")
    with Path(PACKAGE, "layers.py").open("a") as file:
        file.write(FEWER)
    del sys.modules[f"{PACKAGE}.layers"]
    with pytest.raises(WeightsDoNotFit, match="the file has weights for 'towers/layers/dense_1'"):
        cnnspec.loads(text).build(allow_code=[PACKAGE], weights="all.weights.h5")
    keras.Model(model := keras.Input((4,)), keras.layers.Identity(name="last")(model)).save_weights(
        "no.weights.h5"
    )
    with pytest.raises(WeightsDoNotFit, match="the file has no weights for 'scale' "):
        spec.build(allow_code=[PACKAGE], weights="no.weights.h5")


def test_a_model_of_a_program_names_its_classes_there(package: Path) -> None:
    script = (
        "import keras, cnnspec, numpy as np\n"
        "class Twice(keras.layers.Layer):\n"
        "    def call(self, x): return 2 * x\n"
        "i = keras.Input((3,), name='x')\n"
        "model = keras.Model(i, Twice(name='y')(i))\n"
        "spec = cnnspec.from_keras(model)\n"
        "print(spec.compile().nodes[0].layer.word)\n"
        "print(spec.build(allow_code=['__main__'])(np.ones((1, 3))).numpy().tolist())\n"
        "other = cnnspec.from_keras(model, classes={'Twice': 'a.b:Twice'})\n"
        "print(other.compile().nodes[0].layer.word)\n"
    )
    assert python_output("-c", script, cwd=package).splitlines() == [
        "__main__:Twice",
        "[[2.0, 2.0, 2.0]]",
        "a.b:Twice",
    ]


def test_classes_without_a_module_are_named_by_option() -> None:
    given = keras.Input((4,), name="x")
    found = layers().Scale(2.0, name="scale")(given)
    model = filled(keras.Model(given, keras.layers.Dense(2, name="y")(found), name="old"))
    with warnings.catch_warnings(action="ignore"):  # HDF5 is a legacy format
        model.save("model.h5")
    name = f"{PACKAGE}>Scale"
    path = f"{PACKAGE}.layers:Scale"
    assert run_command("import", "model.h5") == (
        1,
        "",
        f"error[unreadable-model]: 'model.h5': the layer 'scale' has the class '{name}', which is not "
        "from Keras, and the file does not have its module, which "
        f"`--class '{name}=package.module:Scale'` names\n",
    )
    code, _, err = run_command(
        "import", "model.h5", "--class", f"{name}={path}", "-o", "model.yaml"
    )
    assert (code, err) == (
        0,
        f"note: a build will run code of the package '{PACKAGE}' (Scale), which "
        f"`--allow-code {PACKAGE}` allows\n",
    )
    spec = cnnspec.load("model.h5", classes={name: path})
    assert_equal(cnnspec.load("model.yaml").build(allow_code=[PACKAGE]), model)
    assert spec.compile().nodes[0].layer.word == path
    assert run_command("import", "model.h5", "--class", "Scale") == (
        2,
        "",
        "cnnspec: --class expects NAME=PACKAGE.MODULE:CLASS, got 'Scale'\n",
    )


def test_a_layer_that_does_not_take_its_name_gets_it() -> None:
    given = keras.Input((4,), name="x")
    found = layers().Nameless(2, name="lost")(given)
    model = keras.Model(given, found)
    spec = cnnspec.from_keras(model)
    assert [each.name for each in spec.build(allow_code=[PACKAGE]).layers] == [
        each.name for each in model.layers
    ]


def test_layers_without_get_config_are_refused() -> None:
    given = keras.Input((4,))
    model = keras.Model(given, layers().Silent(keras.ops.abs, name="silent")(given))
    with pytest.raises(UnreadableModel) as refused:
        cnnspec.from_keras(model)
    assert str(refused.value) == (
        f"the layer 'silent' has the class {PACKAGE}.layers:Silent, which has no get_config, so Keras "
        "writes none of its arguments"
    )


@pytest.mark.parametrize("kind", ["Forgets", "Adds", "Fails", "Leaves"])
def test_layers_whose_configurations_do_not_make_them_are_told_by_their_arguments(
    kind: str,
) -> None:
    given = keras.Input((4,), name="x")
    layer = getattr(layers(), kind)(3, name="y", trainable=False)
    model = filled(keras.Model(given, layer(given)))
    state = random.getstate()
    spec = cnnspec.from_keras(model)
    assert (random.getstate(), "get_config" in vars(layer)) == (state, False)
    (node,) = spec.compile().nodes
    assert node.layer.given == {"units": 3, "mode": None, "trainable": False}
    model.save_weights("own.weights.h5")
    assert_equal(spec.build(weights="own.weights.h5", allow_code=[PACKAGE]), model)


def test_layers_that_were_changed_are_told_by_their_configurations() -> None:
    given = keras.Input((4,), name="x")
    scale = layers().Scale(2.0, name="scale")
    model = keras.Model(given, scale(given))
    scale.factor = 7.0
    (node,) = cnnspec.from_keras(model).compile().nodes
    assert node.layer.given["factor"] == 7.0


def test_subclasses_of_functional_are_their_graph() -> None:
    model = filled(models().Backbone(3, name="backbone"))
    spec = cnnspec.from_keras(model)
    model.save_weights("own.weights.h5")
    assert_equal(spec.build(weights="own.weights.h5", allow_code=[PACKAGE]), model)
    assert type(model) is models().Backbone
    model.save("model.keras")
    code, out, err = run_command("import", "model.keras")
    assert (code, out) == (1, "")
    assert err == (
        f"error[unreadable-model]: 'model.keras': it is a model of the class {PACKAGE}.models:Backbone, "
        "whose code makes the layers, so they are not in the file; load it with Keras and pass it to "
        "`cnnspec.from_keras`, which reads the graph of the model\n"
    )


def test_models_of_other_classes_inside_a_model_are_their_graphs() -> None:
    given = keras.Input((4,), name="given")
    backbone = models().Backbone(3, name="backbone")
    steps = keras.layers.TimeDistributed(models().Chain([keras.Input((4,)), keras.layers.Dense(2)]))
    found = keras.layers.Dense(2, name="y")(backbone(given)["pooled"])
    model = filled(keras.Model(given, [found, steps(keras.layers.Reshape((1, 4))(given))]))
    spec = cnnspec.from_keras(model)
    model.save_weights("own.weights.h5")
    assert_equal(spec.build(weights="own.weights.h5", allow_code=[PACKAGE]), model)


@pytest.mark.parametrize("kind", ["Own", "Chain"])
def test_a_file_with_the_graph_of_another_class_is_read_with_a_note(kind: str) -> None:
    given = keras.Input((4,), name="x")
    dense = keras.layers.Dense(2, name="y")
    made = models().Chain([given, dense]) if kind == "Chain" else models().Own(given, dense(given))
    model = filled(made)
    model.name = "other"
    model.save("model.keras")
    code, text, err = run_command("import", "model.keras")
    assert (code, "- Dense: {name: y, units: 2}" in text) == (0, True)
    assert err == (
        f"note: 'other' has the class '{kind}', whose code may compute or train something else than its "
        "graph, which is what the spec has\n"
    )
    assert_equal(cnnspec.load("model.keras").build(weights="model.keras"), model)


def test_what_a_class_does_besides_its_graph_is_a_note() -> None:
    given = keras.Input((4,), name="x")
    spec = cnnspec.from_keras(models().Own(given, keras.layers.Dense(2)(given), name="own"))
    assert spec.notes == (
        f"'own' has the class {PACKAGE}.models:Own, which defines `train_step` and may train in another "
        "way; the spec has the graph between its inputs and outputs",
    )


def test_a_model_without_a_graph_is_refused() -> None:
    model = models().Free()
    model(np.zeros((1, 2)))
    with pytest.raises(UnreadableModel) as refused:
        cnnspec.from_keras(model)
    assert str(refused.value) == (
        f"its class {PACKAGE}.models:Free is neither Functional nor Sequential, so Keras knows no graph of "
        "it; a model made from its inputs and outputs has one: `keras.Model(inputs, outputs)`"
    )


def test_a_layer_that_holds_another_layer_of_the_model_is_refused() -> None:
    dense = keras.layers.Dense(4, name="tied")
    given = keras.Input((4,), name="x")
    held = layers().Wrapped(dense, name="holds")(dense(given))
    model = keras.Model(given, held)
    message = (
        f"the layer 'holds' ({PACKAGE}.layers:Wrapped) holds the layer 'tied', which the model has elsewhere "
        "too: a spec cannot say that they share weights"
    )
    with pytest.raises(UnreadableModel) as refused:
        cnnspec.from_keras(model)
    assert str(refused.value) == message
    model.save("model.keras")
    assert run_command("import", "model.keras") == (
        1,
        "",
        "error[unreadable-model]: 'model.keras': the layer 'tied' (Dense) is used in several models, which a "
        "spec cannot express; a model around it can be called in all of them instead\n",
    )


MISTAKES = {
    "call: {a: from, b: from}": (
        "wrong-input-count",
        "'call' takes 2 tensors, but the step gets 1 tensor",
    ),
    "call: {2: from}": (
        "wrong-input-count",
        "'call' starts at position 2, but nothing is at 0",
    ),
    "call: {0: 1}": (
        "wrong-input-count",
        "'call' starts at position 0, but the tensors that it does not take are at 0",
    ),
    "call: {1: 2, 3: 4}": ("wrong-type", "the positions in 'call' must follow each other"),
    "call: {a-b: 1}": ("wrong-type", "'a-b' is neither a position nor the name of an argument"),
    "call: from": ("wrong-type", "'call' must be a mapping of arguments to values, not 'from'"),
    "output_shape: [[2], [0]]": (
        "wrong-type",
        "'output_shape' must be a list of sizes without the batch, with null for unknown ones, not 0",
    ),
    "output_dtype: float33": ("unknown-value", "unknown data type 'float33'"),
    "output_dtype: [int32, int8]": (
        "conflicting-arguments",
        "'output_dtype' has 2 data types, but there are 1 outputs",
    ),
    "outputs: 0": ("wrong-type", "'outputs' must be the number of outputs, not 0"),
    "outputs: 3, output_shape: [[2], [3]]": (
        "conflicting-arguments",
        "'output_shape' is of 2, but there are 3 'outputs'",
    ),
    "kernel_initializer: {Constant: {valu: 1}}": (
        "unknown-argument",
        "Constant has no argument 'valu'",
    ),
}


@pytest.mark.parametrize("said", MISTAKES)
def test_what_a_step_says_of_a_class_is_checked(said: str) -> None:
    report = cnnspec.loads(
        f"cnnspec: 1\ninputs: {{x: [4]}}\nlayers: [{{a.b:C: {{{said}}}}}]\n"
    ).report
    assert [(found.code, found.message) for found in report] == [MISTAKES[said]]


def test_keys_of_steps_are_no_arguments_of_classes() -> None:
    config = json.loads(example().to_json())
    for layer in config["config"]["layers"]:
        if layer["name"] == "towers":
            layer["config"]["repeat"] = 2
    Path("model.json").write_text(json.dumps(config))
    assert run_command("import", "model.json") == (
        1,
        "",
        f"error[unreadable-model]: 'model.json': the layer 'towers' ({PACKAGE}.layers:Towers) has an "
        "argument 'repeat', which is a key of every step of a spec\n",
    )


def test_further_calls_keep_their_arguments_in_compact_specs() -> None:
    x, mask = keras.Input((4,), name="x"), keras.Input((4,), name="mask")
    scale = layers().Scale(2.0, name="scale")
    model = filled(keras.Model([x, mask], scale(scale(x, mask_of_others=mask), double=True)))
    spec = cnnspec.from_keras(model)
    (shared,) = [step for step in spec.document.layers if step.kind == "shared"]
    assert shared.arguments == {"layer": "scale", "output_shape": [4], "call": {"double": True}}
    model.save_weights("own.weights.h5")
    again = cnnspec.loads(cnnspec.dumps(spec))
    assert_equal(again.build(weights="own.weights.h5", allow_code=[PACKAGE]), model)


NOT_HERE = (
    "unknown {} '{}'; classes of other packages can be steps, activations, initializers, regularizers, "
    "constraints, losses and metrics"
)


@pytest.mark.parametrize(
    ("step", "train", "noun"),
    [
        ("TimeDistributed: {layer: {own.parts:Own: {a: 1}}}", "", "layer"),
        ("RNN: {cell: 'own.parts:Own'}", "", "layer"),
        (
            "Bidirectional: {layer: {LSTM: {units: 2}}, backward_layer: 'own.parts:Own'}",
            "",
            "layer",
        ),
        ("Dense: {units: 2}", "{optimizer: 'own.parts:Own'}", "optimizer"),
        (
            "Dense: {units: 2}",
            "{optimizer: {SGD: {learning_rate: {own.parts:Own: {a: 1}}}}}",
            "learning-rate schedule",
        ),
        ("Dense: {units: 2}", "{data: {own.parts:Own: {path: a.npz}}}", "data source"),
        ("Dense: {units: 2}", "{callbacks: ['own.parts:Own']}", "callback"),
    ],
)
def test_where_a_spec_takes_no_classes_of_others_is_said(step: str, train: str, noun: str) -> None:
    text = f"cnnspec: 1\ninputs: {{x: [3, 4]}}\nlayers: [{step}]\n" + f"train: {train}" * bool(
        train
    )
    found = [each.message for each in cnnspec.loads(text).report if each.code == "unknown-kind"]
    assert found == [NOT_HERE.format(noun, "own.parts:Own")]


def test_what_is_left_out_needs_no_code() -> None:
    x = keras.Input((3, 4), name="x")
    model = keras.Model(x, keras.layers.Dense(2, name="y")(x))
    model.compile(type("Own", (keras.optimizers.SGD,), {"__module__": PACKAGE})(0.5), "mse")
    assert cnnspec.from_keras(model).notes == (
        f"its optimizer is left out: {NOT_HERE.format('optimizer', f'{PACKAGE}:Own')}",
    )


def test_a_layer_of_others_inside_another_is_refused_by_its_place() -> None:
    x = keras.Input((3, 4), name="x")
    inner = layers().Wrapped(keras.layers.Dense(2), name="inner")
    model = keras.Model(x, keras.layers.TimeDistributed(inner, name="outer")(x))
    with pytest.raises(UnreadableModel) as refused:
        cnnspec.from_keras(model)
    assert str(refused.value) == (
        f"the layer 'outer' (TimeDistributed): {NOT_HERE.format('layer', f'{PACKAGE}.layers:Wrapped')}"
    )
