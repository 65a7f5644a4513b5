""".keras files that Keras wrote, read as data: the same models, or a refusal that says why."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
from keras import layers
from keras.src.applications.convnext import LayerScale, StochasticDepth
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

from cnnspec import Spec, load, loads
from cnnspec.backends.keras.building import build
from cnnspec.backends.keras.loading import LoadedWeights
from cnnspec.backends.keras.objects import keras_object, weight_name
from cnnspec.backends.lowering import layer_called_with
from cnnspec.backends.summary.rows import rows
from cnnspec.frontends.archive import read_archive
from cnnspec.frontends.models import model_document
from cnnspec.keras_files.archive import CONFIG
from cnnspec.keras_files.configuration import MAX_BYTES, MAX_VALUES
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import LAYERS, Example
from tests.support.commands import python_output
from tests.support.keras_versions import layer_examples
from tests.support.models import save, with_random_weights

pytestmark = pytest.mark.usefixtures("names_counted_from_one")


# Models of every form


def sequential() -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1), name="image"),
            layers.Rescaling(1 / 255),
            layers.Conv2D(4, 3, padding="same", kernel_initializer="he_normal", use_bias=False),
            layers.BatchNormalization(epsilon=1e-5),
            layers.LeakyReLU(0.2),
            layers.SeparableConv2D(6, (3, 2), strides=2, activation="gelu"),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5, seed=3),
            layers.Dense(
                3,
                activation="softmax",
                kernel_regularizer=keras.regularizers.L2(0.1),
                kernel_constraint="max_norm",
                bias_initializer=keras.initializers.Constant(0.5),
            ),
        ]
    )


def sequential_built_later() -> Any:
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    model.build((None, 4))
    return model


def several_inputs_and_outputs() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((3,), name="right")
    both = layers.Concatenate(axis=-1)([left, layers.Dense(2, name="narrow")(right)])
    outputs = [layers.Dense(2, name="second")(both), layers.Dense(1, name="first")(both)]
    return keras.Model([right, left], outputs, name="several")


def inputs_by_name() -> Any:
    z, a = keras.Input((3,), name="z"), keras.Input((4,), name="a")
    return keras.Model({"z": z, "a": a}, layers.Concatenate()([z, layers.Dense(2)(a)]))


def shared_layer() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    tower, norm = layers.Dense(4, name="tower"), layers.LayerNormalization(name="norm")
    halves = norm(tower(tower(left))), norm(tower(right))
    return keras.Model([left, right], layers.Subtract()(halves))


def shared_head() -> Any:
    left, right = keras.Input((4,), name="left"), keras.Input((4,), name="right")
    head = layers.Dense(2, name="head")
    return keras.Model([left, right], [head(left), head(right)])


def one_tensor_twice() -> Any:
    x = keras.Input((4,))
    y = layers.Dense(2, name="y")(x)
    return keras.Model(x, [y, y])


def input_as_output() -> Any:
    x = keras.Input((4,), name="x")
    return keras.Model(x, [x, layers.Dense(2)(x)])


def concatenated_with_itself() -> Any:
    x = keras.Input((4,))
    return keras.Model(x, layers.Concatenate()([x, x]))


def part(name: str = "part") -> Any:
    x = keras.Input((4,), name=f"{name}_x")
    y = layers.BatchNormalization(name=f"{name}_norm")(layers.Dense(4, name=f"{name}_dense")(x))
    return keras.Model(x, y, name=name)


def nested() -> Any:
    x = keras.Input((4,))
    tail = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="tail")
    return keras.Model(x, layers.Dense(2)(tail(part()(x))))


def nested_called_twice() -> Any:
    x, inner = keras.Input((4,)), part()
    return keras.Model(x, layers.Add()([inner(inner(x)), x]))


def nested_as_output() -> Any:
    x = keras.Input((4,))
    middle = keras.Model(x, part()(x), name="middle")
    y = keras.Input((4,))
    return keras.Model(y, middle(layers.Dense(4)(y)))


def nested_twice_as_output() -> Any:
    x, inner = keras.Input((4,)), part()
    first = inner(x)
    return keras.Model(x, [inner(first), first])


def nested_of_several_outputs() -> Any:
    x = keras.Input((4,))
    inner = keras.Model(x, [layers.Dense(3, name="a")(x), layers.Dense(2, name="b")(x)], name="two")
    y = keras.Input((4,))
    a, b = inner(y)
    return keras.Model(y, layers.Concatenate()([layers.Dense(2)(b), a]))


def nested_of_several_inputs() -> Any:
    p, q = keras.Input((4,)), keras.Input((3,))
    inner = keras.Model([p, q], layers.Concatenate()([p, layers.Dense(2)(q)]), name="join")
    x, y = keras.Input((3,), name="x"), keras.Input((4,), name="y")
    return keras.Model([x, y], layers.Dense(2)(inner([y, x])))


def sequential_of_models() -> Any:
    return keras.Sequential([keras.Input((4,)), part("one"), part("two"), layers.Dense(2)])


def frozen_part() -> Any:
    x, inner = keras.Input((4,)), part()
    inner.trainable = False
    return keras.Model(x, layers.Dense(2, trainable=False, name="d")(layers.Dense(2)(inner(x))))


def called_for_inference() -> Any:
    x = keras.Input((4,))
    return keras.Model(x, layers.Dense(2)(part()(x, training=False)))


def other_data_types() -> Any:
    image = keras.Input((4, 4, 1), dtype="uint8")
    scaled = layers.Flatten()(layers.Rescaling(1 / 255)(image))
    half = layers.Dense(4, dtype="mixed_float16")(scaled)
    return keras.Model(image, layers.Dense(2, dtype="float64")(half))


def cut() -> Any:
    whole = sequential()
    return keras.Model(whole.inputs[0], whole.layers[4].output)


def names_with_dots() -> Any:
    x = keras.Input((4,), name="in.0")
    return keras.Model(x, layers.Dense(2, name="dense-1.0")(x), name="net_1.00_224")


def a_layer_named_like_a_call() -> Any:
    x = keras.Input((4,))
    dense = layers.Dense(4, name="dense")
    return keras.Model(x, layers.Dense(2, name="dense_call_1")(dense(dense(x))))


def outputs_by_name() -> Any:
    x = keras.Input((4,))
    return keras.Model(x, {"z": layers.Dense(3, name="a")(x), "a": layers.Dense(2, name="b")(x)})


def inputs_in_lists() -> Any:
    p, q, r = (keras.Input((size,), name=name) for size, name in ((4, "p"), (3, "q"), (2, "r")))
    return keras.Model([[p, q], r], [[layers.Concatenate()([p, r])], layers.Dense(2)(q)])


def nested_of_inputs_by_name() -> Any:
    p, q = keras.Input((4,), name="p"), keras.Input((3,), name="q")
    by_key, by_name = (
        keras.Model(form, layers.Concatenate()([p, layers.Dense(2)(q)]), name=name)
        for form, name in (({"q": q, "p": p}, "by_key"), ([p, q], "by_name"))
    )
    x, y = keras.Input((3,), name="x"), keras.Input((4,), name="y")
    both = [by_key({"q": x, "p": y}), by_name({"q": x, "p": y})]
    return keras.Model([x, y], layers.Add()(both))


def nested_of_outputs_by_name() -> Any:
    x = keras.Input((4,))
    results = {"z": layers.Dense(3, name="a")(x), "a": layers.Dense(2, name="b")(x)}
    inner = keras.Model(x, results, name="two")
    y = keras.Input((4,))
    found = inner(y)
    return keras.Model(y, layers.Concatenate()([layers.Dense(4)(found["z"]), found["a"]]))


def several_outputs_twice() -> Any:
    x = keras.Input((4,))
    inner = keras.Model(x, [layers.Dense(4, name="a")(x), layers.Dense(2, name="b")(x)], name="two")
    y = keras.Input((4,))
    a, _ = inner(y)
    again, b = inner(a)
    return keras.Model(y, [layers.Concatenate()([a, again]), b])


def sequential_that_starts_with_a_model() -> Any:
    return keras.Sequential([part(), layers.Dense(2)])


def called_by_keyword() -> Any:
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(2)(inputs=layers.Dense(3)(x)))


def the_private_layers_of_applications() -> Any:
    x = keras.Input((4, 4, 3))
    scaled = LayerScale(0.5, 3, name="scale")(x)
    return keras.Model(x, CustomScaleLayer(0.3, name="sum")([x, StochasticDepth(0.1)(scaled)]))


MODELS = [
    sequential, sequential_built_later, several_inputs_and_outputs, inputs_by_name, shared_layer,
    shared_head, one_tensor_twice, input_as_output, concatenated_with_itself, nested,
    nested_called_twice, nested_as_output, nested_twice_as_output, nested_of_several_outputs,
    nested_of_several_inputs, sequential_of_models, frozen_part, called_for_inference,
    other_data_types, cut, names_with_dots, a_layer_named_like_a_call, outputs_by_name,
    inputs_in_lists, nested_of_inputs_by_name, nested_of_outputs_by_name, several_outputs_twice,
    sequential_that_starts_with_a_model, called_by_keyword, the_private_layers_of_applications,
]  # fmt: skip
EACH_MODEL = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def saved(model: Any, folder: Path) -> Path:
    """The file of a model, after its weights were made random."""
    return save(with_random_weights(model), folder / "model.keras")


def described(layer: Any) -> tuple[Any, ...]:
    """A Keras layer as a row of a table."""
    outputs = keras.tree.flatten(layer.output)
    kind = "Functional" if isinstance(layer, keras.Model) else type(layer).__name__
    shapes = tuple(tuple(tensor.shape) for tensor in outputs)
    return layer.name, kind, shapes, layer.count_params()


def described_all(model: Any) -> list[tuple[Any, ...]]:
    """The layers of a Keras model, those inside nested models too."""
    found = []
    for layer in model.layers:
        if not isinstance(layer, layers.InputLayer):
            found.append(described(layer))
        if isinstance(layer, keras.Model):
            found += described_all(layer)
    return sorted(found)


def random_inputs(model: Any) -> dict[str, Any]:
    """Random values for every input, by the name of its layer."""
    numbers = numpy.random.default_rng(1)
    return {
        each._keras_history.operation.name: (numbers.random((3, *each.shape[1:])) * 9).astype(
            each.dtype
        )
        for each in model.inputs
    }


def outputs_of(model: Any, inputs: dict[str, Any]) -> list[Any]:
    """A model's outputs for inputs by name."""
    is_sequential = isinstance(model, keras.Sequential)
    form = model.inputs if is_sequential else model.input
    given = keras.tree.map_structure(
        lambda tensor: inputs[tensor._keras_history.operation.name], form
    )
    return keras.tree.flatten(model(given[0] if is_sequential else given))


def trained(model: Any) -> list[tuple[str, tuple[int, ...]]]:
    """The names and shapes of what training changes; weights without a name are not counted."""
    return sorted((weight_name(each), tuple(each.shape)) for each in model.trainable_weights)


@EACH_MODEL
def test_the_model_is_read_with_its_layers_shapes_and_parameters(
    model: Callable[[], Any], folder: Path
) -> None:
    original = model()
    spec = Spec.of(read_archive(saved(original, folder)))
    assert list(spec.report) == []
    found = sorted(
        (row.name, row.kind, row.output_shapes, row.params)
        for row in rows(spec.compile(), expand=True)
        if row.kind not in ("InputLayer", "Identity")  # two outputs of a layer get a name each
    )
    assert found == described_all(original)


@EACH_MODEL
def test_the_model_is_built_with_its_weights_and_flags(
    model: Callable[[], Any], folder: Path
) -> None:
    original = model()
    path = saved(original, folder)
    built = Spec.of(read_archive(path)).build(weights=path)
    inputs = random_inputs(original)
    expected, results = outputs_of(original, inputs), outputs_of(built, inputs)
    assert [each.dtype for each in results] == [each.dtype for each in expected]
    assert [numpy.array_equal(*pair) for pair in zip(results, expected, strict=True)] == [
        True for _ in expected
    ]
    assert trained(built) == trained(original)


def test_inputs_and_outputs_keep_their_order_and_names(folder: Path) -> None:
    document = read_archive(saved(several_inputs_and_outputs(), folder))
    assert (document.name, list(document.inputs), list(document.outputs)) == (
        "several",
        ["right", "left"],
        ["second", "first"],
    )


NOT_FLOATS = {
    "HashedCrossing": "int64",
    "IntegerLookup": "int64",
    "StringLookup": "string",
    "TextVectorization": "string",
}
"""The data types of inputs of kinds that take no floats."""


EXAMPLES = layer_examples()


@pytest.mark.parametrize(("kind", "example"), EXAMPLES.values(), ids=EXAMPLES)
def test_every_kind_is_read_with_all_its_arguments(kind: str, example: Example) -> None:
    dtype = "int64" if example.arguments.get("invert") else NOT_FLOATS.get(kind)
    inputs = [keras.Input(shape[1:], dtype=dtype) for shape in example.shapes]
    declared = LAYERS.kinds[kind].of(example.arguments)
    positional, named = layer_called_with(declared, inputs)
    layer = keras_object(declared)
    layer.name = "layer"
    model = keras.Model(inputs, keras.tree.flatten(layer(*positional, **named)))
    built = Spec.of(model_document(json.loads(model.to_json()))).build()
    found, expected = (
        json.loads(json.dumps(keras.saving.serialize_keras_object(each.get_layer("layer"))))
        for each in (built, model)
    )
    assert found == expected


def test_a_network_of_keras_applications() -> None:
    model = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), alpha=0.35, weights=None, classes=10
    )
    checked = Spec.of(model_document(json.loads(model.to_json()))).compile()
    trainable = sum(weight.numpy().size for weight in model.trainable_weights)
    assert [
        (row.name, row.kind, row.output_shapes, row.params)
        for row in sorted(rows(checked), key=lambda row: row.name)
    ] == sorted(described(layer) for layer in model.layers)
    assert (checked.params, checked.trainable_params) == (model.count_params(), trainable)


# A Keras file as a submodel

REUSED = """cnnspec: 1
name: reused
submodels:
  base:
    keras: model.keras
    until: UNTIL
    frozen: true
inputs: {photo: [8, 8, 1]}
layers:
  - base: {name: base_model}
  - Flatten: {name: flat}
  - Dense: {name: head, units: 2}
"""


def test_a_keras_file_is_reused_cut_and_frozen(folder: Path) -> None:
    original = sequential()
    path = saved(original, folder)
    spec = loads(REUSED.replace("UNTIL", "leaky_re_lu"), folder=folder)
    built = build(spec.compile())
    part = keras.Model(original.inputs[0], original.get_layer("leaky_re_lu").output)
    images = random_inputs(original)["image"]
    base = built.model.get_layer("base_model")
    assert built.loaded == [LoadedWeights(path, ("conv2d", "batch_normalization"))]
    assert [layer.name for layer in base.layers] == [
        "image", "rescaling", "conv2d", "batch_normalization", "leaky_re_lu",
    ]  # fmt: skip
    assert numpy.array_equal(base(images, training=True), part(images))
    assert [weight.path for weight in built.model.trainable_weights] == ["head/kernel", "head/bias"]


def test_what_a_frozen_keras_file_drops_in_training_is_left_out(folder: Path) -> None:
    saved(sequential(), folder)
    model = loads(REUSED.replace("UNTIL", "dense"), folder=folder).build()
    images = numpy.random.default_rng(0).random((3, 8, 8, 1), "float32")
    results = [model(images, training=training) for training in (True, True, False)]
    assert numpy.array_equal(results[0], results[1])
    assert numpy.array_equal(results[0], results[2])


@pytest.mark.parametrize("names", [("a$(b)",), ("$x", "x$"), ("a$b", "a_b", "a_b_2")])
def test_layers_whose_names_are_expressions_get_their_weights(
    folder: Path, names: tuple[str, ...]
) -> None:
    x = keras.Input((4,), name="x")
    y = x
    for name in names:
        y = layers.Dense(4, name=name)(y)
    original = with_random_weights(keras.Model(x, y))
    original.save(folder / "model.keras")
    spec = loads(
        AS_SUBMODEL.replace("model.keras", "model.keras, weights: model.keras"), folder=folder
    )
    images = numpy.random.default_rng(0).random((3, 4), "float32")
    assert numpy.array_equal(spec.build()(images), original(images))


# Files that are no model that a spec can say

NO_KERAS_FILE = "this is not a .keras file"
NO_KERAS_MODEL = "its configuration is not that of a Keras model"


class Subclassed(keras.Model):
    """A model whose graph is code."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.dense = layers.Dense(2)

    def call(self, inputs: Any) -> Any:
        return self.dense(inputs)


def of_layer(layer: Any, **called_with: Any) -> Any:
    x = keras.Input((4,))
    return keras.Model(x, layer(x, **called_with))


def subclassed() -> Any:
    model = Subclassed()
    model(numpy.zeros((1, 4), "float32"))
    return model


def with_a_layer_in_two_models() -> Any:
    both = layers.Dense(4, name="both")
    parts = []
    for name in ("one", "two"):
        x = keras.Input((4,))
        parts.append(keras.Model(x, both(x), name=name))
    return keras.Sequential([keras.Input((4,)), *parts])


def with_an_optional_input() -> Any:
    x = keras.Input((4,), name="x", optional=True)
    return keras.Model(x, layers.Dense(2)(x))


REFUSED_MODELS: dict[str, tuple[Callable[[], Any], str]] = {
    "a lambda": (
        lambda: of_layer(layers.Lambda(lambda x: x, name="code")),
        "the layer 'code' (Lambda): Lambda cannot be used in a spec: it runs Python code",
    ),
    "a subclass of Model": (
        subclassed,
        "it is a model of the class test_archive:Subclassed, whose code makes the layers, so they are not in "
        "the file; load it with Keras and pass it to `cnnspec.from_keras`, which reads the graph of the model",
    ),
    "a layer in two models": (
        with_a_layer_in_two_models,
        "the layer 'both' (Dense) is used in several models, which a spec cannot express; a model around it can be called in all of them instead",
    ),
    "an operation that no layer does": (
        lambda: of_layer(lambda x: keras.ops.meshgrid(x, x)[0]),
        "the operation 'meshgrid' (Meshgrid) cannot be used in a spec: "
        "the number of its results depends on its inputs",
    ),
}

if "optional" in layers.InputLayer((4,)).get_config():  # older versions of Keras lose it
    REFUSED_MODELS["an optional input"] = (
        with_an_optional_input,
        "the input 'x' is optional, which a spec cannot express; one that is not can be imported",
    )


def archived(config: str | bytes, method: int = zipfile.ZIP_STORED) -> Callable[[Path], None]:
    """A file with a configuration."""

    def make(path: Path) -> None:
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr(CONFIG, config)

    return make


def damaged(method: int) -> Callable[[Path], None]:
    """A file whose compressed configuration was damaged."""

    def make(path: Path) -> None:
        archived(numpy.random.default_rng(0).bytes(500) * 3, method)(path)
        data = bytearray(path.read_bytes())
        start = data.index(CONFIG.encode()) + len(CONFIG) + 5
        data[start : start + 100] = b"\xff" * 100
        path.write_bytes(data)

    return make


def changed(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    """A file whose configuration was changed by hand."""

    def make(path: Path) -> None:
        config = json.loads(of_layer(layers.Dense(2, name="dense")).to_json())
        change(config["config"])
        archived(json.dumps(config))(path)

    return make


def half(path: Path) -> None:
    of_layer(layers.Dense(2)).save(path)
    path.write_bytes(path.read_bytes()[:-100])


REFUSED_FILES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "empty": (lambda path: path.write_bytes(b""), NO_KERAS_FILE),
    "a text": (lambda path: path.write_text("hello"), NO_KERAS_FILE),
    "truncated": (half, NO_KERAS_FILE),
    "without configuration": (lambda path: zipfile.ZipFile(path, "w").close(), NO_KERAS_FILE),
    "damaged": (damaged(zipfile.ZIP_STORED), NO_KERAS_FILE),
    "damaged, deflated": (damaged(zipfile.ZIP_DEFLATED), NO_KERAS_FILE),
    "damaged, bzip2": (damaged(zipfile.ZIP_BZIP2), NO_KERAS_FILE),
    "damaged, lzma": (damaged(zipfile.ZIP_LZMA), NO_KERAS_FILE),
    "too large": (
        archived(b" " * (MAX_BYTES + 1), zipfile.ZIP_DEFLATED),
        f"its configuration has more than {MAX_BYTES} bytes",
    ),
    "too many values": (
        archived(b"[" + b"[]," * MAX_VALUES + b"[]]", zipfile.ZIP_DEFLATED),
        f"its configuration has more than {MAX_VALUES} values",
    ),
    "not JSON": (archived("{"), NO_KERAS_MODEL),
    "not UTF-8": (archived(b'"\xff\xfe\xfa"'), NO_KERAS_MODEL),
    "nested too deep": (archived("[" * 100_000), NO_KERAS_MODEL),
    "a list": (archived("[]"), NO_KERAS_MODEL),
    "null": (archived("null"), NO_KERAS_MODEL),
    "a number of 5000 digits": (archived("1" * 5000), NO_KERAS_MODEL),
    "a Sequential that was never built": (
        lambda path: archived(keras.Sequential([layers.Dense(2)]).to_json())(path),
        "it is a Sequential model that was never built, so its input shape is unknown; call it once, or begin it with an Input, and save it again",
    ),
    "no layers": (changed(lambda config: config.pop("layers")), NO_KERAS_MODEL),
    "layers that are numbers": (
        changed(lambda config: config.__setitem__("layers", [1, 2])),
        NO_KERAS_MODEL,
    ),
    "an input that is not there": (
        changed(lambda config: config.__setitem__("input_layers", ["gone", 0, 0])),
        NO_KERAS_MODEL,
    ),
    "an output that is not there": (
        changed(lambda config: config.__setitem__("output_layers", ["gone", 0, 0])),
        "the output 'gone' is not a layer",
    ),
    "a layer that reads itself": (
        changed(
            lambda config: config["layers"][1].__setitem__(
                "inbound_nodes",
                [
                    {
                        "args": [
                            {
                                "class_name": "__keras_tensor__",
                                "config": {"keras_history": ["dense", 0, 0]},
                            }
                        ],
                        "kwargs": {},
                    }
                ],
            )
        ),
        "the layer 'dense' (Dense) uses a tensor that is not in the model; save the model with Keras again",
    ),
    "an input marked as optional": (
        changed(lambda config: config["layers"][0]["config"].__setitem__("optional", True)),
        "the input 'input_layer' is optional, which a spec cannot express; one that is not can be imported",
    ),
    "an unknown argument": (
        changed(lambda config: config["layers"][1]["config"].__setitem__("colour", "red")),
        "the layer 'dense' (Dense): Dense has no argument 'colour'",
    ),
    "an impossible shape": (
        changed(lambda config: config["layers"][1]["config"].__setitem__("units", 0)),
        "the layer 'dense' (Dense): 'units' of Dense must be a whole number of at least 1, not 0",
    ),
}

AS_SUBMODEL = """cnnspec: 1
name: outer
submodels:
  base: {keras: model.keras}
inputs: {x: [4]}
layers: [{base: {name: inner}}]
"""


def save_model(model: Callable[[], Any]) -> Callable[[Path], None]:
    return lambda path: model().save(path)


REFUSED = {
    **{what: (save_model(model), message) for what, (model, message) in REFUSED_MODELS.items()},
    **REFUSED_FILES,
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_told_where_the_file_is_named(what: str, folder: Path) -> None:
    make, message = REFUSED[what]
    make(folder / "model.keras")
    (folder / "outer.yaml").write_text(AS_SUBMODEL, encoding="utf-8")
    report = load(folder / "outer.yaml").report
    assert [
        (found.code, found.message, found.span and (found.span.line, found.span.column))
        for found in report
    ] == [("unreadable-model", f"'model.keras': {message}", (4, 17))]


@pytest.mark.parametrize(
    "what", [what for what, (_, message) in REFUSED_FILES.items() if message == NO_KERAS_FILE]
)
def test_what_is_no_archive_cannot_be_read(what: str, folder: Path) -> None:
    make, message = REFUSED_FILES[what]
    make(folder / "model.keras")
    with pytest.raises(UnreadableModel) as raised:
        read_archive(folder / "model.keras")
    assert str(raised.value) == message


def test_reading_imports_neither_keras_nor_tensorflow(folder: Path) -> None:
    saved(nested(), folder)
    (folder / "outer.yaml").write_text(AS_SUBMODEL, encoding="utf-8")
    code = """
import json, sys
from cnnspec import load
spec = load("outer.yaml")
spec.compile()
print(json.dumps([len(list(spec.report)), sorted({"keras", "tensorflow"} & sys.modules.keys())]))
"""
    assert json.loads(python_output("-c", code)) == [0, []]
