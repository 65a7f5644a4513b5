"""The declared layers against Keras: arguments, defaults, aliases, shapes, data types, weights."""

import inspect
from typing import Any

import keras
import pytest

from cnnspec.backends.keras.objects import keras_class, keras_object, weight_name
from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.layers.base import LAYERS, Example
from cnnspec.layers.families import ELSEWHERE
from conformance.configurations import Configuration
from conformance.steps import Ran
from conformance.verdicts import trained
from tests.support.keras_versions import (
    arguments_of,
    examples_of,
    first_example,
    kinds_of,
    layer_kinds,
)

BASE_ARGUMENTS = ("activity_regularizer", "trainable", "dtype", "autocast", "name")
"""What a layer that takes `**kwargs` passes on to keras.layers.Layer."""

ANYWHERE = {
    "name": "a key of every step",
    "autocast": "a layer without it would be given data types that it does not compute in",
}
LANGUAGE_MODELS = {
    "lora_rank": "splits a kernel for fine-tuning; Keras stores it whole, so the file would not fit",
    "lora_alpha": "belongs to lora_rank",
    "quantization_config": "takes a Python object",
}
LEFT_OUT = {
    "Dense": LANGUAGE_MODELS,
    "EinsumDense": {**LANGUAGE_MODELS, "gptq_unpacked_column_size": "belongs to quantization"},
    "Embedding": {**LANGUAGE_MODELS, "weights": "takes arrays; a weights file holds them"},
    "Bidirectional": {"weights": "takes arrays; a weights file holds them"},
    "ActivityRegularization": {"activity_regularizer": "Keras makes it of l1 and l2"},
    "LayerNormalization": {"rms_scaling": "RMSNormalization does it; newer versions lack it"},
    "HashedCrossing": dict.fromkeys(("activity_regularizer", "trainable"), "Keras drops it"),
    "IntegerLookup": {"activity_regularizer": "Keras raises an error"},
    "SimpleRNN": {"activity_regularizer": "Keras drops it"},
    "StringLookup": {"activity_regularizer": "Keras raises an error"},
}
"""Arguments of Keras that no spec can give, with the reason."""

POLICIES = (None, "float16", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16")
INPUT_TYPES = ("float32", "float16")
"""Keras states the data types of other outputs wrongly; `make conformance` runs them."""

EACH_KIND = pytest.mark.parametrize("kind", kinds_of(LAYERS))
EACH_EXAMPLE = pytest.mark.parametrize(
    ("kind", "example"),
    [
        pytest.param(kind, example, id=f"{kind}-{position}")
        for kind in LAYERS.kinds
        for position, example in examples_of(kind).items()
    ],
)


def keras_arguments(kind: str) -> dict[str, Any]:
    """The arguments of a Keras layer with their defaults, those of its base class included.

    Of a class between them, they are those that are declared: a layer may set the others itself.
    """
    layer, declared = keras_class(LAYERS.kinds[kind]), LAYERS.kinds[kind].arguments()
    found: dict[str, Any] = {}
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for parent in inspect.getmro(layer):
        if "__init__" not in vars(parent):
            continue
        parameters = inspect.signature(parent.__init__).parameters
        for name, each in parameters.items():
            if parent is keras.layers.Layer:
                is_passed_on = name in BASE_ARGUMENTS
            else:
                is_passed_on = not found or name in declared
            if name != "self" and each.kind not in variadic and is_passed_on:
                found.setdefault(name, each.default)
        is_last = not any(
            each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()
        )
        if parent is keras.layers.Layer or is_last:
            break
    return found


def meaning(value: Any) -> Any:
    """A checked value as plain data; a call is its kind with the values of all its arguments."""
    if isinstance(value, Declaration):
        return value.kind(), {name: meaning(value.checked(name)) for name in value.arguments()}
    return value


def defaults(declaration: type[Declaration], said: dict[str, Any]) -> dict[str, Any]:
    """What values mean to a kind, each by itself: Keras has defaults that it refuses together."""
    with_these = type(declaration.kind(), (declaration,), dict(said))
    return {name: meaning(value) for name, value in with_these.defaults().items() if name in said}


@EACH_KIND
def test_the_arguments_are_those_of_keras(kind: str) -> None:
    left_out = {**ANYWHERE, **LEFT_OUT.get(kind, {})}
    made = set(arguments_of(LAYERS.kinds[kind])) - set(LAYERS.kinds[kind].in_call)
    assert sorted(made) == sorted(keras_arguments(kind).keys() - left_out)


@EACH_KIND
def test_the_arguments_of_calls_are_those_of_keras(kind: str) -> None:
    declaration = LAYERS.kinds[kind]
    parameters = inspect.signature(keras_class(declaration).call).parameters
    expected = {name: getattr(declaration, name) for name in declaration.in_call}
    assert {name: parameters[name].default for name in declaration.in_call} == expected


@EACH_KIND
def test_the_arguments_that_must_be_given_are_those_of_keras(kind: str) -> None:
    declaration = LAYERS.kinds[kind]
    required = [name for name in arguments_of(declaration) if not hasattr(declaration, name)]
    assert sorted(required) == sorted(
        name
        for name, default in keras_arguments(kind).items()
        if default is inspect.Parameter.empty
    )


@EACH_KIND
def test_the_defaults_mean_what_those_of_keras_mean(kind: str) -> None:
    declaration = LAYERS.kinds[kind]
    of_keras = {
        name: default
        for name, default in keras_arguments(kind).items()
        if name in declaration.arguments() and default is not inspect.Parameter.empty
    }
    own = {name: getattr(declaration, name) for name in of_keras if hasattr(declaration, name)}
    assert defaults(declaration, own) == defaults(declaration, of_keras)


@EACH_KIND
def test_the_aliases_are_all_those_of_keras(kind: str) -> None:
    layer = keras_class(LAYERS.kinds[kind])
    names = [name for name, found in inspect.getmembers(keras.layers) if found is layer]
    names += [kind] if kind in ELSEWHERE else []
    assert sorted((kind, *LAYERS.kinds[kind].aliases)) == sorted(names)


@pytest.mark.parametrize("kind", LAYERS.kinds)
def test_there_is_an_example(kind: str) -> None:
    assert LAYERS.kinds[kind].examples != ()


def keras_call(
    kind: str, example: Example, *, input_type: str = "float32", **arguments: Any
) -> tuple[Any, list[Any]]:
    """An example's Keras layer, and the tensors that it gives."""
    inputs = [keras.Input(shape[1:], dtype=input_type) for shape in example.shapes]
    said = example.arguments | arguments
    try:
        layer = keras_object(LAYERS.kinds[kind].of(said))
    except Problems:
        made = {key: each for key, each in said.items() if key not in LAYERS.kinds[kind].in_call}
        layer = keras_class(LAYERS.kinds[kind])(**made)
    flags = LAYERS.kinds[kind].in_call
    positional, named = LAYERS.kinds[kind].arranged(inputs)
    named |= {name: said[name] for name in flags if name in said}
    return layer, keras.tree.flatten(layer(*positional, **named))


def listed(value: Any) -> list[Any]:
    """What a rule gives: a list for a layer of several outputs, one thing for any other."""
    return value if isinstance(value, list) else [value]


@EACH_EXAMPLE
def test_an_example_is_in_keras_as_it_is_declared(kind: str, example: Example) -> None:
    layer, outputs = keras_call(kind, example, input_type=example.dtype)
    declared = LAYERS.kinds[kind].of(example.arguments)
    dtypes = listed(declared.output_dtype(*(example.dtype for _ in example.shapes)))
    stated = [output.dtype for output in outputs]
    if stated != dtypes:  # for some, Keras states other types than they have when they run
        types = (example.dtype,) * len(example.shapes)
        ran = trained(Configuration(kind, example.arguments, example.shapes, types))
        stated = list(ran.dtypes) if isinstance(ran, Ran) else []
    assert {
        "outputs": [tuple(output.shape) for output in outputs],
        "dtypes": stated,
        "weights": [
            (weight_name(each), tuple(each.shape), each.trainable) for each in layer.weights
        ],
    } == {
        "outputs": listed(example.output),
        "dtypes": dtypes,
        "weights": [
            (each.name, each.shape, each.trainable) for each in declared.weights(*example.shapes)
        ],
    }
    assert declared.shape(*example.shapes) == example.output


STRICTER = {
    "SimpleRNNCell": "a state is floats, as for the other cells",
    **dict.fromkeys(ELSEWHERE, "a network gives them floats; Keras keeps some types of others"),
    "SpectralNormalization": "Keras makes its output of the type of its input, without fractions",
    **dict.fromkeys(
        (
            "AdaptiveAveragePooling3D",
            "AdaptiveMaxPooling3D",
            "AveragePooling3D",
            "CategoryEncoding",
            "CutMix",
            "HashedCrossing",
            "Hashing",
            "MaxPooling3D",
            "MelSpectrogram",
            "RandomElasticTransform",
            "RandomErasing",
            "RandomGaussianBlur",
            "RandomPerspective",
            "RandomRotation",
            "RandomShear",
            "RandomTranslation",
            "RandomZoom",
            "STFTSpectrogram",
            "StochasticDepth",
            "StringLookup",
            "TextVectorization",
            "TimeDistributed",
        ),
        "Keras fails when the model runs",
    ),
}
"""Kinds that refuse data types which Keras takes, with the reason."""
MISSTATED = ("CategoryEncoding", "SpectralNormalization", "TimeDistributed")
"""Kinds whose outputs have other data types when they run than Keras states."""


def declared_types(
    kind: str, example: Example, given: str, said: dict[str, Any]
) -> list[Any] | None:
    """The data types that an example gives as it is declared; None if it refuses them."""
    types = [given] * len(example.shapes)
    try:
        call: Any = LAYERS.kinds[kind].of(example.arguments | said)
        call.check_dtypes(*types)
    except (Problem, Problems):
        return None
    return listed(call.output_dtype(*types))


def keras_types(kind: str, example: Example, given: str, said: dict[str, Any]) -> list[Any] | None:
    """The data types that an example gives in Keras; None if that fails."""
    if kind in MISSTATED:
        types = (given,) * len(example.shapes)
        ran = trained(Configuration(kind, example.arguments | said, example.shapes, types))
        return list(ran.dtypes) if isinstance(ran, Ran) else None
    try:
        _, outputs = keras_call(kind, example, input_type=given, **said)
    except Exception:  # Keras and TensorFlow raise whatever they come upon
        return None
    return [output.dtype for output in outputs]


@pytest.mark.parametrize("kind", layer_kinds())
def test_the_data_type_of_the_output_is_that_of_keras(kind: str) -> None:
    example = first_example(kind)
    declared, of_keras = {}, {}
    for policy in POLICIES:
        said = {} if policy is None else {"dtype": policy}
        for given in INPUT_TYPES:
            types = declared_types(kind, example, given, said)
            if types is None and kind in STRICTER:
                continue
            declared[policy, given] = types
            of_keras[policy, given] = keras_types(kind, example, given, said)
    assert declared == of_keras
