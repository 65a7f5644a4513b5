"""What means the same, held against Keras: equal calls make equal objects that do the same."""

import json
from collections.abc import Callable
from typing import Any

import keras
import numpy
import pytest

from cnnspec.backends.keras.objects import RUNNING, keras_object, layer_object, made
from cnnspec.backends.keras.operations import OperationCall
from cnnspec.backends.lowering import KerasCall, layer_call, short_literal
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.wording import short_alias
from cnnspec.layers.base import LAYERS, Example, Layer
from cnnspec.objects.families import CALLBACKS, DATA, LOSSES, METRICS
from cnnspec.operations.base import OPERATIONS
from tests.support.keras_versions import examples_of, first_example, kinds_of, layer_kinds
from tests.support.operations import MODULES, cases_of, differing, values_for
from tests.support.spellings import AS_GIVEN, KINDS, calls, words

LEFT_OUT = {
    "activity_regularizer": "some layers store it only if it was given",
    "name": "where it is null, Keras counts; a build gives the name",
}
OF_KERAS = [
    pytest.param(family, kind, id=f"{family.namespace}.{kind}")
    for family, kind in KINDS
    if family not in (CALLBACKS, DATA, OPERATIONS)
]
WITH_SUCH_ARGUMENTS = [
    kind for kind in layer_kinds() if LAYERS.kinds[kind].meanings().keys() & AS_GIVEN.keys()
]


def keras_one(call: Declaration) -> Any:
    """The object of Keras for a call."""
    return layer_object(call, "layer") if isinstance(call, Layer) else keras_object(call)


def stored(call: Declaration) -> Any:
    """What Keras stores of an object, but for what it stores as it was given."""
    return plain(json.loads(json.dumps(keras.saving.serialize_keras_object(keras_one(call)))))


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        left_out = {*AS_GIVEN, *LEFT_OUT}
        return {key: plain(each) for key, each in value.items() if key not in left_out}
    return [*map(plain, value)] if isinstance(value, list) else value


@pytest.mark.parametrize(("family", "kind"), OF_KERAS)
def test_keras_stores_the_same_of_calls_that_mean_the_same(family: Family, kind: str) -> None:
    for call in calls(family, kind):
        if needs_scipy(call):
            continue
        first = stored(call)
        assert [stored(family.check(word)) for word in words(call)] == [first for _ in words(call)]


def needs_scipy(call: Declaration) -> bool:
    """Whether Keras would import a package for a call that is not installed with it."""
    return call.kind() == "STFT" and call.checked("window") is not None


def outputs(call: Layer, example: Example) -> list[Any]:
    """What a layer gives for the same numbers or words, drawing the same."""
    return outputs_of(lambda: layer_object(call, "layer"), call, example)


def outputs_of(make: Callable[[], Any], call: Layer, example: Example) -> list[Any]:
    """What a layer that is made when Keras has been seeded gives."""
    keras.utils.set_random_seed(1)
    draw = numpy.random.default_rng(1)
    shapes = [[size or 4 for size in shape] for shape in example.shapes]
    if example.dtype == "string":
        tensors = [
            keras.ops.convert_to_tensor(draw.choice(["cat", "dog"], each)) for each in shapes
        ]
    else:
        tensors = [keras.ops.cast(draw.uniform(size=each), example.dtype) for each in shapes]
    positional, named = type(call).arranged(tensors)
    layer = make()
    if layer._call_has_training_arg:
        named["training"] = True
    return [each.numpy().tolist() for each in keras.tree.flatten(layer(*positional, **named))]


@pytest.mark.parametrize("kind", WITH_SUCH_ARGUMENTS)
def test_layers_that_mean_the_same_do_the_same(kind: str) -> None:
    declaration: Any = LAYERS.kinds[kind]
    seed = {"seed": 7} if "seed" in declaration.arguments() else {}
    for example in examples_of(kind).values():
        call = declaration.of(example.arguments | seed)
        spelled = [LAYERS.check(word) for word in words(call)]
        first = outputs(call, example)
        assert [outputs(each, example) for each in spelled] == [first for _ in spelled]


@pytest.mark.parametrize("module", MODULES)
def test_operations_that_mean_the_same_compute_the_same(module: str) -> None:
    wrong = {}
    for name, (kind, example) in cases_of(module).items():
        call = OPERATIONS.kinds[kind].of(example.arguments)
        tensors = values_for({name: (kind, example)})
        spelled = [each for each in map(OPERATIONS.check, words(call)) if awaits_all(each, tensors)]
        first = results_of_call(call, tensors)
        others = {
            repr(each.given): differing(first, results_of_call(each, tensors)) for each in spelled
        }
        wrong[name] = [given for given, other in others.items() if other]
    assert wrong == {name: [] for name in wrong}


def awaits_all(call: Any, tensors: list[Any]) -> bool:
    """Whether a call takes all tensors: null for an optional one leaves it out."""
    return call.merges or len(call.open_operands()) >= len(tensors)


def results_of_call(call: Any, tensors: list[Any]) -> dict[str, Any]:
    """What an operation computes, by the positions of its results."""
    positional, named = call.arranged(tensors)
    function = OperationCall(layer_call(call, "it", RUNNING), "it")
    found = keras.tree.flatten(function.computed(*positional, **named))
    return {str(at): numpy.asarray(each) for at, each in enumerate(found)}


def with_numbers(call: Layer) -> dict[str, Any]:
    """The arguments of sizes, given or by default, as a script writes them."""
    sized = [name for name in call.arguments() if isinstance(call.checked(name), tuple)]
    return {name: short_literal(call, name) for name in sized}


@pytest.mark.parametrize("kind", layer_kinds())
def test_keras_takes_the_numbers_that_scripts_write_for_lists(kind: str) -> None:
    declaration: Any = LAYERS.kinds[kind]
    example = first_example(kind)
    call = declaration.of(example.arguments)
    numbers = with_numbers(call)
    if not any(isinstance(value, int | float) for value in numbers.values()):
        return
    told = layer_call(call, "layer")
    changed = KerasCall(told.module, told.kind, {**told.arguments, **numbers})
    assert outputs_of(lambda: made(changed), call, example) == outputs(call, example)


NUMBERS = ("CategoricalGeneralizedCrossEntropy", "Circle", "SparseCategoricalCrossentropy")
"""Losses of class numbers."""


def labels_and_predictions(kind: str) -> tuple[Any, Any]:
    """Labels and predictions of four classes, as a loss or metric takes them."""
    draw = numpy.random.default_rng(1)
    if kind == "CTC":
        return draw.integers(1, 4, size=(2, 3)), draw.dirichlet(numpy.ones(4), size=(2, 6))
    labels, predictions = numpy.eye(4)[[0, 1, 2, 3, 1, 2]], draw.dirichlet(numpy.ones(4), size=6)
    if kind in NUMBERS or kind.startswith("Sparse"):
        return labels.argmax(axis=-1), predictions
    if kind in ("IoU", "MeanIoU"):
        return labels[:, :3].argmax(axis=-1), predictions[:, :3].argmax(axis=-1)
    return (
        (labels[:, :3], predictions[:, :3]) if kind.startswith("OneHot") else (labels, predictions)
    )


def measured(call: Declaration) -> Any:
    """What a loss or metric of Keras gives for them."""
    labels, predictions = labels_and_predictions(call.kind())
    made = keras_object(call)
    if call.family is LOSSES:
        return made(labels, predictions).numpy().tolist()
    made.update_state(labels, predictions.astype("float32"))
    return numpy.asarray(made.result()).tolist()


@pytest.mark.parametrize(
    ("family", "kind"),
    [pytest.param(*each, id=each[1]) for each in KINDS if each[0] in (LOSSES, METRICS)],
)
def test_losses_and_metrics_that_mean_the_same_measure_the_same(family: Family, kind: str) -> None:
    for call in calls(family, kind):
        spelled = [family.check(word) for word in words(call)]
        first = measured(call)
        assert [measured(each) for each in spelled] == [first for _ in spelled]


@pytest.mark.parametrize("kind", kinds_of(LOSSES))
def test_a_word_for_a_loss_is_to_keras_the_loss(kind: str) -> None:
    call = LOSSES.check(kind)
    word = short_alias(call)
    if word is None:
        assert LOSSES.kinds[kind].aliases == ()
        return
    labels, predictions = labels_and_predictions(kind)
    values = []
    for loss in (word, keras_object(call)):
        model = keras.Sequential([keras.Input(predictions.shape[1:]), keras.layers.Identity()])
        model.compile(loss=loss)
        values.append(model.compute_loss(y=labels, y_pred=predictions).numpy().tolist())
    assert values[0] == values[1]
