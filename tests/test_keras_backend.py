"""The Keras backend: what is built, what training changes, and the traps of Keras around it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from cnnspec import Document, Spec, loads
from cnnspec.backends.keras.errors import BackendMismatch
from cnnspec.backends.keras.objects import layer_object
from cnnspec.language.document import Input, Step
from cnnspec.layers.base import LAYERS, Weight
from cnnspec.naming import keras_name
from tests.support.commands import python_output
from tests.support.keras_versions import first_example, layer_kinds, needs_newer
from tests.support.models import are_identical


def build(text: str, **arguments: Any) -> Any:
    return loads(text, **arguments).build()


def data(*shape: int) -> Any:
    return numpy.random.default_rng(0).normal(size=shape).astype("float32")


def paths(weights: list[Any]) -> list[str]:
    return sorted(weight.path for weight in weights)


def changed_by(model: Any, step: Callable[[], Any]) -> list[str]:
    """The paths of the weights that a step gives other values."""
    before = {weight.path: weight.numpy() for weight in model.weights}
    step()
    return sorted(
        weight.path
        for weight in model.weights
        if not are_identical(before[weight.path], weight.numpy())
    )


def fit(model: Any) -> None:
    """One step of training on random data; the model has one input and one output."""
    images, targets = (data(8, *shape[1:]) for shape in (model.input_shape, model.output_shape))
    model.fit(images, targets, batch_size=8, epochs=1, verbose=0)


# What is frozen

TRUNK = """
      - Conv2D: {name: conv, filters: 4, kernel_size: 3}
      - BatchNormalization: {name: norm}
      - SpatialDropout2D: {name: maps, rate: 0.5}
      - GaussianNoise: {name: noise, stddev: 0.5}
      - Flatten: {name: flat}
      - Dropout: {name: drop, rate: 0.5}
"""
HEAD = """
  - Dense: {name: head, units: 2}
outputs:
  head: {loss: mean_squared_error}
"""
AS_A_BLOCK = f"""
cnnspec: 1
name: frozen
inputs: {{image: [6, 6, 1]}}
blocks:
  trunk:
    layers: {TRUNK}
layers:
  - trunk: {{name: base, frozen: true}}
{HEAD}"""
AS_A_SUBMODEL = f"""
cnnspec: 1
name: frozen
inputs: {{image: [6, 6, 1]}}
submodels:
  trunk:
    frozen: true
    spec:
      inputs: {{pixels: [6, 6, 1]}}
      layers: {TRUNK.replace("      -", "        -")}
layers:
  - trunk: {{name: base}}
{HEAD}"""
AS_A_CALL = AS_A_SUBMODEL.replace("    frozen: true\n", "").replace(
    "trunk: {name: base}", "trunk: {name: base, frozen: true}"
)
NESTED = f"""
cnnspec: 1
name: frozen
inputs: {{image: [6, 6, 1]}}
submodels:
  outer:
    frozen: true
    spec:
      inputs: {{picture: [6, 6, 1]}}
      submodels:
        trunk:
          spec:
            inputs: {{pixels: [6, 6, 1]}}
            layers: {TRUNK.replace("      -", "              -")}
      layers:
        - Dropout: {{name: first, rate: 0.5}}
        - trunk: {{name: inner}}
layers:
  - outer: {{name: base}}
{HEAD}"""
LAYER_BY_LAYER = f"""
cnnspec: 1
name: frozen
inputs: {{image: [6, 6, 1]}}
layers: {TRUNK.replace("}", ", frozen: true}").replace("      -", "  -")}
{HEAD}"""
CALLED_TWICE = f"""
cnnspec: 1
name: frozen
inputs: {{image: [5]}}
layers:
  - Dense: {{name: dense, units: 5, frozen: true}}
  - BatchNormalization: {{name: norm, frozen: true}}
  - Dropout: {{name: drop, rate: 0.5, frozen: true}}
  - shared: {{layer: dense}}
  - shared: {{layer: norm}}
  - shared: {{layer: drop}}
{HEAD}"""

EACH_FROZEN = pytest.mark.parametrize(
    "text",
    [
        pytest.param(AS_A_BLOCK, id="a block"),
        pytest.param(AS_A_SUBMODEL, id="a submodel"),
        pytest.param(AS_A_CALL, id="a call of a submodel"),
        pytest.param(NESTED, id="a submodel in a submodel"),
        pytest.param(LAYER_BY_LAYER, id="layer by layer"),
        pytest.param(CALLED_TWICE, id="layers called again"),
    ],
)


def test_plain_keras_drops_out_inside_a_frozen_base() -> None:
    pixels = keras.Input((6,))
    base = keras.Model(pixels, keras.layers.Dropout(0.5)(keras.layers.Dense(6)(pixels)))
    base.trainable = False
    image = keras.Input((6,))
    model = keras.Model(image, base(image, training=False))
    images = data(8, 6)
    assert not are_identical(model(images, training=True), model(images, training=True))


def test_without_freezing_everything_acts_and_learns() -> None:
    model = build(AS_A_BLOCK.replace(", frozen: true", ""))
    images = data(8, 6, 6, 1)
    assert not are_identical(model(images, training=True), model(images, training=True))
    assert changed_by(model, lambda: fit(model)) == paths(model.weights)


@EACH_FROZEN
def test_what_is_frozen_runs_as_in_inference(text: str) -> None:
    model = build(text)
    images = data(8, *model.input_shape[1:])
    results = [model(images, training=training) for training in (True, True, False)]
    assert are_identical(*results)


@EACH_FROZEN
def test_training_changes_only_what_is_not_frozen(text: str) -> None:
    model = build(text)
    assert paths(model.trainable_weights) == ["head/bias", "head/kernel"]
    assert changed_by(model, lambda: fit(model)) == ["head/bias", "head/kernel"]


def frozen(kind: str) -> Spec:
    example = first_example(kind)
    inputs = {f"input_{at}": list(shape[1:]) for at, shape in enumerate(example.shapes)}
    step = Step(
        kind=kind, name="layer", arguments=example.arguments, from_=list(inputs), frozen=True
    )
    document = Document(
        name="frozen",
        inputs={name: Input(shape=shape) for name, shape in inputs.items()},
        layers=[step],
    )
    return Spec.of(document)


FREEZABLE = [kind for kind in layer_kinds() if not frozen(kind).report.has_errors]


def test_what_takes_numbers_can_be_frozen() -> None:
    refused = {
        kind: [found.code for found in frozen(kind).report]
        for kind in layer_kinds()
        if kind not in FREEZABLE
    }
    assert refused == {
        "HashedCrossing": ["wrong-dtype"],
        "SpectralNormalization": ["conflicting-arguments"],
        "StringLookup": ["wrong-dtype"],
        "TextVectorization": ["wrong-dtype"],
    }


@pytest.mark.parametrize("kind", FREEZABLE)
def test_a_frozen_kind_runs_as_in_inference(kind: str) -> None:
    model = frozen(kind).build()
    shapes = first_example(kind).shapes
    tensors = [abs(data(2, *(6 if size is None else size for size in s[1:]))) for s in shapes]
    given = tensors if len(tensors) > 1 else tensors[0]
    results = [keras.tree.flatten(model(given, training=each)) for each in (True, True, False)]
    assert model.trainable_weights == []
    for outputs in zip(*results, strict=True):
        assert len({numpy.asarray(each).tobytes() for each in outputs}) == 1


@pytest.mark.parametrize(
    ("steps", "trained"),
    [
        pytest.param(
            "[{Dense: {name: a, units: 2, trainable: false}}, {Dense: {name: b, units: 2}}]",
            ["b/bias", "b/kernel"],
            id="not trainable is not updated",
        ),
        pytest.param(
            "[{pair: {name: p, frozen: true}}]",
            [],
            id="trainable inside what is frozen",
        ),
        pytest.param(
            "[{pair: {name: p}}]",
            ["p_b/bias", "p_b/kernel"],
            id="not trainable inside what is",
        ),
        pytest.param(
            "[{whole: {name: w}}]",
            ["d/bias", "d/kernel"],
            id="frozen and not trainable inside a submodel",
        ),
    ],
)
def test_flags_are_what_the_spec_says(steps: str, trained: list[str]) -> None:
    model = build(f"""
cnnspec: 1
name: flags
inputs: {{x: [2]}}
blocks:
  pair:
    layers:
      - Dense: {{name: a, units: 2, trainable: false}}
      - Dense: {{name: b, units: 2, trainable: true}}
submodels:
  whole:
    spec:
      inputs: {{y: [2]}}
      layers:
        - Dense: {{name: a, units: 2, frozen: true}}
        - BatchNormalization: {{name: n, frozen: true}}
        - Dense: {{name: c, units: 2, trainable: false}}
        - Dense: {{name: d, units: 2}}
layers: {steps}
""")
    assert paths(model.trainable_weights) == trained


def test_not_trainable_is_not_frozen() -> None:
    model = build("""
cnnspec: 1
name: drops
inputs: {x: [64]}
layers: [{Dropout: {rate: 0.5, trainable: false}}]
""")
    assert not are_identical(model(data(1, 64), training=True), model(data(1, 64), training=False))


# Names and outputs

SHARED_HEAD = """
cnnspec: 1
name: shared_head
inputs: {left: [4], right: [4]}
layers:
  - Dense: {name: head, from: left, units: 1, activation: sigmoid}
  - shared: {name: again, layer: head, from: right}
outputs: OUTPUTS
"""


def test_plain_keras_names_both_outputs_of_a_shared_head_alike() -> None:
    left, right = keras.Input((4,)), keras.Input((4,))
    head = keras.layers.Dense(1, name="head")
    assert keras.Model([left, right], [head(left), head(right)]).output_names == ["head", "head"]


NAMES_OF_OUTPUTS = {
    "the names of the calls": {"head": "head", "again": "again"},
    "other names": {"one": "head", "two": "again"},
    "in another order": {"z": "again", "a": "head"},
    "one tensor twice": {"a": "head", "b": "head"},
    "names that Keras does not take": {"is it odd?": "head", "숫자": "again"},
}


def shared_head(names: dict[str, str]) -> str:
    """A spec with two outputs of these names and the weights 1 and 0.25; the calls they are of."""
    weights = dict(zip(names, (1.0, 0.25), strict=True))
    outputs = "".join(
        f'\n  "{name}": {{from: {call}, loss: mean_squared_error, loss_weight: {weights[name]}}}'
        for name, call in names.items()
    )
    return SHARED_HEAD.replace("OUTPUTS", outputs)


@pytest.mark.parametrize(
    "what",
    [what for what, each in NAMES_OF_OUTPUTS.items() if not needs_newer(loads(shared_head(each)))],
)
def test_outputs_have_the_names_of_the_spec(what: str) -> None:
    names = NAMES_OF_OUTPUTS[what]
    model = build(shared_head(names))
    left, right = data(8, 4), -data(8, 4)
    head = model.get_layer("head")
    of_call = {"head": numpy.asarray(head(left)), "again": numpy.asarray(head(right))}
    targets = {
        keras_name(name): of_call[call] - place
        for place, (name, call) in enumerate(names.items(), 1)
    }
    found = model.evaluate(
        {"left": left, "right": right}, targets, verbose=0, return_dict=True, batch_size=8
    )
    first, second = (keras_name(name) for name in names)
    assert model.output_names == [first, second]
    assert found == pytest.approx(
        {"loss": 1 + 0.25 * 4, f"{first}_loss": 1, f"{second}_loss": 4}, rel=1e-5
    )


MANY_NAMES = """
cnnspec: 1
name: names
inputs: {x: [4]}
submodels:
  part:
    spec:
      inputs: {y: [4]}
      layers: [{Dense: {units: 4}}, BatchNormalization]
layers:
  - Dense: {units: 4}
  - part
  - Dense: {name: out, units: 1, activation: sigmoid}
outputs:
  out: {loss: binary_crossentropy, metrics: [accuracy, AUC, {AUC: {curve: PR}}, Precision]}
train: {optimizer: AdamW}
"""


def names(model: Any) -> dict[str, Any]:
    """Every name that Keras may have made up."""
    results = model.evaluate(data(8, 4), data(8, 1) > 0, verbose=0, return_dict=True)
    return {
        "layers": [layer.name for layer in model._flatten_layers()],
        "weights": [weight.path for weight in model.weights],
        "optimizer": model.optimizer.name,
        "results": list(results),
    }


def test_names_do_not_depend_on_what_was_built_before() -> None:
    first, second = (names(build(MANY_NAMES)) for _ in range(2))
    assert first == second
    assert first["results"] == ["accuracy", "auc", "auc_1", "loss", "precision"]


# Weights that are shared, and weights that are not


@pytest.mark.parametrize("said", ["he_normal", "HeNormal", "{HeNormal: {}}", "RandomNormal"])
def test_layers_with_the_same_initializer_get_different_weights(said: str) -> None:
    model = build(f"""
cnnspec: 1
name: initializers
inputs: {{x: [4]}}
defaults: {{Dense: {{kernel_initializer: {said}}}}}
layers: [{{Dense: {{name: a, units: 4}}}}, {{Dense: {{name: b, units: 4}}}}]
""")
    assert not are_identical(model.get_layer("a").kernel, model.get_layer("b").kernel)


def test_a_shared_layer_is_one_layer() -> None:
    model = build("""
cnnspec: 1
name: siamese
inputs: {left: [4], right: [4]}
layers:
  - Dense: {name: tower, from: left, units: 3}
  - shared: {name: right_tower, layer: tower, from: right}
  - Subtract: {name: difference, from: [tower, right_tower]}
""")
    left, right = data(5, 4), data(5, 4)[::-1]
    kernel = model.get_layer("tower").kernel.numpy()
    assert [layer.name for layer in model.layers] == ["left", "right", "tower", "difference"]
    assert model.count_params() == 4 * 3 + 3
    by_name = model({"left": left, "right": right})
    assert are_identical(by_name, model([left, right]))
    numpy.testing.assert_allclose(by_name, (left - right) @ kernel, rtol=1e-4, atol=1e-5)


def test_a_submodel_that_is_called_twice_is_one_model() -> None:
    model = build("""
cnnspec: 1
name: twice
submodels:
  part:
    spec:
      inputs: {y: [4]}
      layers: [{Dense: {name: dense, units: 4}}]
inputs: {x: [4]}
layers: [{part: {name: first}}, {part: {name: second}}]
""")
    part = model.get_layer("first")
    assert [layer.name for layer in model.layers] == ["x", "first", "second"]
    assert model.count_params() == 4 * 4 + 4
    assert are_identical(model(data(5, 4)), part(part(data(5, 4))))


def test_a_submodel_of_several_inputs_and_outputs() -> None:
    model = build("""
cnnspec: 1
name: outer
submodels:
  part:
    spec:
      inputs: {p: [4], q: [3]}
      layers:
        - Dense: {name: wide, from: p, units: 5}
        - Dense: {name: narrow, from: q, units: 2}
      outputs: {narrow: {}, features: {from: wide}}
inputs: {a: [3], b: [4]}
layers:
  - part: {name: part, from: [b, a]}
  - Dense: {name: head, from: part/features, units: 1}
outputs: {head: {}, small: {from: part/narrow}}
""")
    a, b = data(6, 3), data(6, 4)
    part = model.get_layer("part")
    small, features = part([b, a])
    assert model.output_names == ["head", "small"]
    assert part.output_names == ["narrow", "features"]
    assert [tuple(tensor.shape) for tensor in model.outputs] == [(None, 1), (None, 2)]
    head, second = model([a, b])
    assert are_identical(head, model.get_layer("head")(features))
    assert are_identical(second, small)


# Keras's own settings

SETTINGS = """
cnnspec: 1
name: settings
inputs: {image: [8, 8, 2], offset: {shape: [2], dtype: float32}}
submodels:
  part:
    spec:
      inputs: {features: [32]}
      layers: [{Dense: {name: dense, units: 2}}, {LayerNormalization: {name: norm}}]
layers:
  - Conv2D: {name: conv, from: image, filters: 2, kernel_size: 3}
  - BatchNormalization: {name: norm}
  - MaxPooling2D: {name: pool}
  - ZeroPadding2D: {name: pad}
  - UpSampling2D: {name: up}
  - SpatialDropout2D: {name: drop, rate: 0.5}
  - Cropping2D: {name: crop, cropping: 3}
  - Flatten: {name: flat}
  - part: {name: part}
  - Add: {name: sum, from: [part, offset]}
  - Dense: {name: head, units: 1, activation: sigmoid}
outputs:
  head: {loss: binary_crossentropy, metrics: [accuracy, AUC]}
train: {optimizer: {SGD: {momentum: 0.5}}}
"""


@contextmanager
def keras_settings(**said: str) -> Iterator[None]:
    """Keras with settings of its user's own."""
    config = keras.config
    before = {name: getattr(config, name)() for name in ("floatx", "image_data_format")}
    policy = config.dtype_policy()
    for name, value in said.items():
        getattr(config, f"set_{name}")(value)
    try:
        yield
    finally:
        for name, value in before.items():
            getattr(config, f"set_{name}")(value)
        config.set_dtype_policy(policy)


@pytest.mark.parametrize(
    "said",
    [
        {"image_data_format": "channels_first"},
        {"floatx": "float64"},
        {"dtype_policy": "mixed_float16"},
        {"dtype_policy": "float64"},
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Explicitly requested dtype float64")  # JAX has no such floats
def test_a_model_does_not_depend_on_settings_of_keras(said: dict[str, str]) -> None:
    usual = build(SETTINGS)
    with keras_settings(**said):
        model = build(SETTINGS)
        model.set_weights(usual.get_weights())
        inputs = [data(4, 8, 8, 2), data(4, 2)]
        assert model.get_config() == usual.get_config()
        assert [each.dtype for each in model.weights] == [each.dtype for each in usual.weights]
        outputs = model(inputs)
    assert outputs.dtype == "float32"
    assert are_identical(outputs, usual(inputs))


# What differs from the static analysis is refused

SMALL = """
cnnspec: 1
name: small
inputs: {image: [4, 4]}
layers:
  - Flatten: {name: flat}
  - Dense: {name: dense, units: 2}
  - BatchNormalization: {name: norm}
"""
MISMATCHES = {
    "shape": (
        "Flatten",
        "shape",
        lambda layer, shape: (shape[0], 5),
        "layer 'flat' (Flatten) was built with the output (None, 16), not (None, 5)",
    ),
    "weights": (
        "Dense",
        "weights",
        lambda layer, shape: (Weight("kernel", (16, 2)),),
        "layer 'dense' (Dense) was built with the weights "
        "[('kernel', (16, 2)), ('bias', (2,))], not [('kernel', (16, 2))]",
    ),
    "trainable": (
        "BatchNormalization",
        "weights",
        lambda layer, shape: tuple(
            Weight(name, (2,), trainable=name != "gamma")
            for name in ("gamma", "beta", "moving_mean", "moving_variance")
        ),
        "the trainable weights differ from those of the spec: "
        "['norm/gamma', 'norm/moving_mean', 'norm/moving_variance']",
    ),
}


@pytest.mark.parametrize("what", MISMATCHES)
def test_a_difference_from_the_static_analysis_is_told(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, rule, wrong, message = MISMATCHES[what]
    monkeypatch.setattr(LAYERS.kinds[kind], rule, wrong)
    with pytest.raises(BackendMismatch) as raised:
        build(SMALL)
    assert str(raised.value) == message


# Losses, metrics, optimizers

COMPILED = """
cnnspec: 1
name: compiled
inputs: {x: [4]}
layers: [{Dense: {name: a, units: 3}}, {Dense: {name: b, from: x, units: 1}}]
outputs:
"""


def compiled_by_hand(**arguments: Any) -> Any:
    x = keras.Input((4,), name="x")
    a, b = keras.layers.Dense(3, name="a"), keras.layers.Dense(1, name="b")
    model = keras.Model(x, [a(x), b(x)])
    model.compile(**arguments)
    return model


def in_config(model: Any) -> Any:
    """What a model was compiled with, as Keras saves it."""
    return json.loads(json.dumps(model.get_compile_config()))


@pytest.mark.parametrize(
    ("said", "by_hand"),
    [
        pytest.param(
            """
  a: {loss: mse}
  b: {}
""",
            lambda: {
                "optimizer": keras.optimizers.Adam(name="adam"),
                "loss": {"a": "mean_squared_error", "b": None},
            },
            id="a word, one head without a loss",
        ),
        pytest.param(
            """
  a: {loss: categorical_crossentropy, loss_weight: 2}
  b: {loss: {BinaryCrossentropy: {from_logits: true, label_smoothing: 0.1}}}
train:
  optimizer: {Adam: {learning_rate: {CosineDecay: {initial_learning_rate: 0.01, decay_steps: 9}}}}
""",
            lambda: {
                "optimizer": keras.optimizers.Adam(
                    keras.optimizers.schedules.CosineDecay(0.01, 9), name="adam"
                ),
                "loss": {
                    "a": "categorical_crossentropy",
                    "b": keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1),
                },
                "loss_weights": {"a": 2.0, "b": 1.0},
            },
            id="nested calls",
        ),
        pytest.param(
            """
  a: {loss: Huber, metrics: [mae, {TopKCategoricalAccuracy: {k: 2}}]}
  b: {loss: MeanAbsoluteError, metrics: [AUC, Precision]}
train: {optimizer: {SGD: {learning_rate: 0.5, nesterov: true, clipnorm: 1}}}
""",
            lambda: {
                "optimizer": keras.optimizers.SGD(0.5, nesterov=True, clipnorm=1.0, name="sgd"),
                "loss": {"a": "huber", "b": "mean_absolute_error"},
                "metrics": {
                    "a": ["mae", keras.metrics.TopKCategoricalAccuracy(k=2)],
                    "b": ["auc", "precision"],
                },
            },
            id="kinds and metrics",
        ),
        pytest.param(
            """
  a: {metrics: [accuracy]}
  b: {}
""",
            lambda: {
                "optimizer": keras.optimizers.Adam(name="adam"),
                "metrics": {"a": ["accuracy"]},
            },
            id="metrics alone",
        ),
    ],
)
def test_calls_become_the_objects_of_keras(
    said: str, by_hand: Callable[[], dict[str, Any]]
) -> None:
    assert in_config(build(COMPILED + said)) == in_config(compiled_by_hand(**by_hand()))


def test_without_losses_and_metrics_nothing_is_compiled() -> None:
    assert build(COMPILED + "  a: {}\n  b: {}\n").compiled is False


# Random initialization


@pytest.fixture
def random_kernels(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes of the kernels that were made at random."""
    made = []
    initialize = keras.initializers.GlorotUniform.__call__

    def counted(self: Any, shape: Any, dtype: Any = None) -> Any:
        made.append(tuple(shape))
        return initialize(self, shape, dtype)

    monkeypatch.setattr(keras.initializers.GlorotUniform, "__call__", counted)
    return made


LOADED = """
cnnspec: 1
name: loaded
inputs: {x: [4]}
submodels:
  part:
    spec:
      inputs: {y: [4]}
      layers: [{Dense: {name: dense, units: 5}}, {PReLU: {name: act}}]
WEIGHTS
layers: [{part: {name: part}}, {Dense: {name: head, units: 2}}]
"""


def test_what_will_be_loaded_is_not_initialized_at_random(
    tmp_path: Path, random_kernels: list[tuple[int, ...]]
) -> None:
    first = build(LOADED.replace("WEIGHTS", ""))
    first.save_weights(tmp_path / "all.weights.h5")
    first.get_layer("part").save_weights(tmp_path / "part.weights.h5")
    with_part = LOADED.replace("WEIGHTS", "    weights: part.weights.h5")
    part_loaded = build(with_part, folder=tmp_path)
    all_loaded = loads(with_part, folder=tmp_path).build(weights=tmp_path / "all.weights.h5")
    assert random_kernels == [(4, 5), (5, 2), (5, 2)]
    assert are_identical(
        part_loaded.get_layer("part")(data(3, 4)), first.get_layer("part")(data(3, 4))
    )
    assert are_identical(all_loaded(data(3, 4)), first(data(3, 4)))
    assert part_loaded.to_json() == all_loaded.to_json() == first.to_json()


# The saved model is plain Keras

LOADED_ELSEWHERE = """
import json, sys
sys.modules["cnnspec"] = None
import keras, numpy

file, images, outputs = sys.argv[1:]
model = keras.models.load_model(file, safe_mode=True)
base = model.get_layer("base")
images, outputs = numpy.load(images), numpy.load(outputs)
first, second, inference = (
    numpy.asarray(model(images, training=t)) for t in (True, True, False)
)
before = [weight.numpy() for weight in base.weights]
model.fit(images, outputs + 1, verbose=0)
after = [weight.numpy() for weight in base.weights]
same = numpy.array_equal
print(json.dumps({
    "compiled": model.compiled,
    "base_weights": len(base.weights),
    "trainable_base_weights": len(base.trainable_weights),
    "training_is_inference": same(first, second) and same(first, inference),
    "outputs_are_those_before": same(inference, outputs),
    "fit_changes_the_base": not all(map(same, before, after)),
}))
"""


def test_a_saved_model_loads_where_cnnspec_is_not_installed(tmp_path: Path) -> None:
    model = build(AS_A_SUBMODEL)
    images = data(8, 6, 6, 1)
    files = [tmp_path / name for name in ("model.keras", "images.npy", "outputs.npy")]
    model.save(files[0])
    numpy.save(files[1], images)
    numpy.save(files[2], model(images))
    stdout = python_output("-c", LOADED_ELSEWHERE, *files)
    assert json.loads(stdout.splitlines()[-1]) == {
        "compiled": True,
        "base_weights": 6,
        "trainable_base_weights": 0,
        "training_is_inference": True,
        "outputs_are_those_before": True,
        "fit_changes_the_base": False,
    }


# Random weights

LARGE = """
cnnspec: 1
inputs: {pixels: [8, 8, 4]}
layers:
  - Conv2D: {name: conv, filters: 64, kernel_size: 5}
  - Flatten
  - Dense: {name: dense, units: 32, kernel_initializer: {HeNormal: {seed: 7}}}
outputs: {dense: {}}
"""


def test_weights_are_those_that_keras_draws_with_the_same_seeds() -> None:
    model = build(LARGE)
    for layer in (model.get_layer("conv"), model.get_layer("dense")):
        drawn = layer.kernel_initializer(layer.kernel.shape, dtype="float32")
        assert are_identical(layer.kernel.numpy(), numpy.asarray(drawn))
        assert layer.kernel.numpy().std() > 0


def test_layers_keep_their_initializers() -> None:
    model = build(LARGE)
    glorot, normal = (model.get_layer(name).kernel_initializer for name in ("conv", "dense"))
    assert type(glorot) is keras.initializers.GlorotUniform
    assert type(normal) is keras.initializers.HeNormal
    assert normal.seed == 7


PENALIZED = [
    kind for kind in layer_kinds() if "activity_regularizer" in LAYERS.find(kind).arguments()
]


@pytest.mark.parametrize("kind", PENALIZED)
def test_a_penalty_of_values_is_written_with_its_layer(kind: str) -> None:
    """Keras cannot write one that it got as an object, for layers without a `get_config` of their own."""
    given = {**first_example(kind).arguments, "activity_regularizer": {"L2": {"l2": 0.5}}}
    written = keras.layers.serialize(layer_object(LAYERS.find(kind).of(given), "it"))
    again = keras.layers.serialize(keras.layers.deserialize(written))
    penalties = [each["config"]["activity_regularizer"]["config"] for each in (written, again)]
    assert penalties == [{"l2": 0.5}] * 2
