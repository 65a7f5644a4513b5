"""Losses, metrics, optimizers and their like: the declarations against Keras, and bad calls."""

import inspect
import json
import math
from importlib import import_module
from typing import Any

import keras
import numpy
import pytest

from cnnspec.backends.keras.objects import keras_object
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.keras_versions import varying_defaults
from cnnspec.diagnostics.problems import Problems
from cnnspec.objects.activations import ACTIVATIONS
from cnnspec.objects.families import FAMILIES, INITIALIZERS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES
from tests.support.keras_versions import (
    arguments_of,
    defaults_of,
    is_class_here,
    is_since,
    kinds_of,
    words_of,
)
from tests.support.models import count_names_from_one
from tests.support.spellings import LEAST

BASE = "a base class"
OBJECTS = "takes Python objects"
LEFT_OUT = {
    "initializers": {"Initializer": BASE},
    "regularizers": {"Regularizer": BASE},
    "constraints": {"Constraint": BASE},
    "losses": {"Loss": BASE},
    "metrics": {
        "Mean": "averages one value; Keras cannot call it with labels and predictions",
        "MeanMetricWrapper": OBJECTS,
        "Metric": BASE,
        "Sum": "sums one value; Keras cannot call it with labels and predictions",
    },
    "optimizers.schedules": {"LearningRateSchedule": BASE},
    "optimizers": {
        "MultiOptimizer": OBJECTS,
        "Optimizer": BASE,
        "OptimizerMap": OBJECTS,
    },
}
"""The public classes of Keras that no spec can name, with the reason."""

NAMES_ITSELF = () if is_since("3.15.0") else ("optimizers",)
"""The families whose kinds older versions of Keras name by default; newer ones leave it open."""

WITHOUT_SCIPY = {"STFT": {"window": None}}
"""Arguments that keep Keras from importing a package that is not installed with it."""

CHOSEN_BY_COMPILE = {
    "losses": dict.fromkeys(("crossentropy", "ce"), "CategoricalCrossentropy"),
    "metrics": {"acc": "Accuracy"},
}
"""Words that only `Model.compile` takes, with the kinds they are kept under."""

KINDS = [
    pytest.param(family, kind, id=f"{family.namespace}.{kind}")
    for family in FAMILIES
    for kind in sorted(kinds_of(family))
]
EACH_FAMILY = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.namespace)


def keras_classes(family: Family) -> dict[str, Any]:
    """The public classes of a family's Keras module, each by its own name."""
    module = keras
    for part in family.namespace.split("."):
        module = getattr(module, part)
    return {found.__name__: found for _, found in inspect.getmembers(module, inspect.isclass)}


def written(default: Any) -> str:
    """A default as text, in which 0, 0.0 and false differ, a tuple and a list do not."""
    return "required" if default is inspect.Parameter.empty else json.dumps(default)


@EACH_FAMILY
def test_every_class_is_declared_or_left_out(family: Family) -> None:
    known = [*kinds_of(family), *filter(is_class_here, LEFT_OUT[family.namespace])]
    assert sorted(known) == sorted(keras_classes(family))


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_arguments_and_defaults_are_those_of_keras(family: Family, kind: str) -> None:
    declaration = family.kinds[kind]
    defaults = defaults_of(declaration)
    declared = {
        name: written(defaults.get(name, inspect.Parameter.empty))
        for name in arguments_of(declaration)
        if not is_named(family, name)
    }
    parameters = inspect.signature(keras_classes(family)[kind].__init__).parameters
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    assert declared == {
        name: written(parameter.default)
        for name, parameter in parameters.items()
        if name != "self" and parameter.kind not in variadic and not is_named(family, name)
    }


def is_named(family: Family, argument: str) -> bool:
    """Whether an argument is a name that the installed Keras gives by default."""
    return argument == "name" and family.namespace in NAMES_ITSELF


def test_the_least_arguments_are_all_the_required_ones() -> None:
    required = {
        kind: {name for name in declaration.arguments() if not hasattr(declaration, name)}
        for family in FAMILIES
        for kind, declaration in family.kinds.items()
    }
    assert {kind: set(arguments) for kind, arguments in LEAST.items()} == {
        kind: names for kind, names in required.items() if names
    }


@pytest.mark.parametrize(("family", "kind"), KINDS)
def test_keras_builds_the_same_from_given_and_from_checked_arguments(
    family: Family, kind: str
) -> None:
    build = keras_classes(family)[kind]
    given = LEAST.get(kind, {}) | WITHOUT_SCIPY.get(kind, {})
    declared = family.check({kind: given})
    there = arguments_of(type(declared))
    always_passed = [name for name in varying_defaults(type(declared)) if name in there]
    given = given | {name: declared.checked(name) for name in always_passed}
    checked = {name: getattr(declared, name) for name in there if not is_named(family, name)}
    configs = []
    for arguments in (given, checked):
        count_names_from_one()
        made = {
            name: keras_object(declared.checked(name))
            if isinstance(declared.checked(name), Declaration)
            else value
            for name, value in arguments.items()
        }
        configs.append(build(**made).get_config())
    assert configs[0] == configs[1]


@pytest.mark.parametrize(
    ("family", "kind", "argument", "taken", "refused"),
    [
        (LOSSES, "CategoricalGeneralizedCrossEntropy", "q", 0.001, 0.0),
        (LOSSES, "CategoricalGeneralizedCrossEntropy", "q", 0.999, 1.0),
        (LOSSES, "Poisson", "reduction", "none", "nothing"),
        (METRICS, "AUC", "num_thresholds", 2, 1),
        (METRICS, "AUC", "curve", "pr", "Pr"),
        (METRICS, "BinaryIoU", "target_class_ids", [1], [2]),
        (METRICS, "F1Score", "average", "micro", "mean"),
        (METRICS, "FBetaScore", "beta", 0.001, 0.0),
        (METRICS, "FBetaScore", "threshold", 0.001, 0.0),
        (METRICS, "FBetaScore", "threshold", 1.0, 1.001),
        (METRICS, "IoU", "target_class_ids", [2], [3]),
        (METRICS, "PrecisionAtRecall", "num_thresholds", 1, 0),
        (METRICS, "PrecisionAtRecall", "recall", 1.0, 1.001),
        (METRICS, "R2Score", "num_regressors", 0, -1),
        (METRICS, "Recall", "thresholds", [0.0, 1.0], [0.0, 1.001]),
        (SCHEDULES, "CosineDecayRestarts", "first_decay_steps", 0.001, 0.0),
        (SCHEDULES, "ExponentialDecay", "decay_steps", 0.001, 0.0),
        (SCHEDULES, "PiecewiseConstantDecay", "values", [3, 2, 1], [2, 1]),
        (OPTIMIZERS, "Adam", "gradient_accumulation_steps", 2, 1),
        (OPTIMIZERS, "Adam", "name", "a b", "a/b"),
        (OPTIMIZERS, "Ftrl", "initial_accumulator_value", 0.0, -0.001),
        (OPTIMIZERS, "Ftrl", "learning_rate_power", 0.0, 0.001),
        (OPTIMIZERS, "Lion", "beta_1", 0.001, 0.0),
        (OPTIMIZERS, "Lion", "beta_1", 1.0, 1.001),
        (OPTIMIZERS, "SGD", "momentum", 1.0, 1.001),
    ],
)
def test_bounds_are_those_of_keras(
    family: Family, kind: str, argument: str, taken: object, refused: object
) -> None:
    build = keras_classes(family)[kind]
    build(**LEAST.get(kind, {}) | {argument: taken})
    family.check({kind: LEAST.get(kind, {}) | {argument: taken}})
    with pytest.raises(ValueError, match=r".+"):
        build(**LEAST.get(kind, {}) | {argument: refused})
    with pytest.raises(Problems) as found:
        family.check({kind: LEAST.get(kind, {}) | {argument: refused}})
    assert [problem.at[0] for problem in found.value.problems] == [argument]


@EACH_FAMILY
def test_aliases_are_the_words_that_keras_takes(family: Family) -> None:
    classes = keras_classes(family)
    kind_of = {classes[kind]: kind for kind in kinds_of(family)}
    if family is LOSSES:
        kind_of |= {classes[kind]().fn: kind for kind in kinds_of(family)}
    known = getattr(import_module(f"keras.src.{family.namespace}"), "ALL_OBJECTS_DICT", {})
    words = {word: kind_of[found] for word, found in known.items() if found in kind_of}
    words |= CHOSEN_BY_COMPILE.get(family.namespace, {})
    assert words_of(family) == {word: kind for word, kind in words.items() if word != kind}


@pytest.mark.parametrize(
    ("loss", "metric"), [("crossentropy", "accuracy"), ("ce", "acc")], ids=["long", "short"]
)
def test_compile_takes_the_words_that_leave_the_kind_open(loss: str, metric: str) -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Softmax()])
    results = []
    for words in ((loss, metric), ("SparseCategoricalCrossentropy", "SparseCategoricalAccuracy")):
        model.compile(loss=words[0], metrics=[words[1]], run_eagerly=True)
        found = model.evaluate(numpy.eye(3), numpy.array([0, 1, 1]), verbose=0, return_dict=True)
        results.append((found["loss"], found[words[1]]))
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("family", "word", "kind"),
    [
        (METRICS, "acc", "Accuracy"),
        (METRICS, "accuracy", "Accuracy"),
        (METRICS, "mse", "MeanSquaredError"),
        (LOSSES, "ce", "CategoricalCrossentropy"),
        (LOSSES, "crossentropy", "CategoricalCrossentropy"),
        (LOSSES, "BCE", "BinaryCrossentropy"),
        (OPTIMIZERS, "adamw", "AdamW"),
    ],
)
def test_a_declaration_keeps_the_word_that_was_written(
    family: Family, word: str, kind: str
) -> None:
    declared = family.check(word)
    assert (declared.kind(), declared.word, declared.given) == (kind, word, {})


def test_activations_are_all_functions_of_keras() -> None:
    functions = dict(inspect.getmembers(keras.activations, inspect.isfunction))
    assert sorted(ACTIVATIONS) == sorted(functions.keys() - {"get", "serialize", "deserialize"})


def test_a_learning_rate_is_a_float_or_a_schedule() -> None:
    schedule = {"CosineDecay": {"initial_learning_rate": 1, "decay_steps": 10}}
    number = OPTIMIZERS.check({"SGD": {"learning_rate": 1}})
    nested = OPTIMIZERS.check({"SGD": {"learning_rate": schedule}})
    assert json.dumps(number.checked("learning_rate")) == "1.0"
    assert nested.checked("learning_rate").kind() == "CosineDecay"
    assert nested.checked("learning_rate").given == schedule["CosineDecay"]


# fmt: off
BAD_CALLS: dict[str, tuple[Family, object, list[tuple[object, ...]]]] = {
    "unknown loss": (LOSSES, "binary_crosentropy", [
        ("unknown-kind", (), "unknown loss 'binary_crosentropy'",
         "did you mean 'binary_crossentropy'?"),
    ]),
    "unknown optimizer": (OPTIMIZERS, {"Adamm": {"learning_rate": 0.1}}, [
        ("unknown-kind", (), "unknown optimizer 'Adamm'", "did you mean 'Adam'?"),
    ]),
    "a list for a call": (METRICS, ["accuracy"], [
        ("wrong-structure", (),
         "a metric must be written as `Kind` or `Kind: {argument: value}`, not ['accuracy']", None),
    ]),
    "unknown argument of a loss": (LOSSES, {"BinaryCrossentropy": {"label_smooting": 0.1}}, [
        ("unknown-argument", ("label_smooting",),
         "BinaryCrossentropy has no argument 'label_smooting'", "did you mean 'label_smoothing'?"),
    ]),
    "argument of a parent class only": (METRICS, {"F1Score": {"beta": 2.0}}, [
        ("unknown-argument", ("beta",), "F1Score has no argument 'beta'", None),
    ]),
    "missing arguments": (METRICS, "IoU", [
        ("missing-argument", (), "IoU needs 'num_classes', a whole number of at least 1", None),
        ("missing-argument", (),
         "IoU needs 'target_class_ids', a list of whole numbers of at least 0", None),
    ]),
    "text for a number": (LOSSES, {"Huber": {"delta": "1"}}, [
        ("wrong-type", ("delta",), "'delta' of Huber must be a number above 0, not '1'", None),
    ]),
    "two losses in one call": (LOSSES, {"mse": {}, "mae": {}}, [
        ("wrong-structure", (),
         "a loss must be written as `Kind` or `Kind: {argument: value}`, not a mapping", None),
    ]),
    "smoothing beyond 1": (LOSSES, {"CategoricalCrossentropy": {"label_smoothing": 1.5}}, [
        ("out-of-range", ("label_smoothing",),
         "'label_smoothing' of CategoricalCrossentropy must be a number from 0 to 1, not 1.5",
         None),
    ]),
    "bound of an open interval": (LOSSES, {"CategoricalGeneralizedCrossEntropy": {"q": 1}}, [
        ("out-of-range", ("q",),
         "'q' of CategoricalGeneralizedCrossEntropy must be a number above 0"
         " and below 1, not 1", None),
    ]),
    "unknown reduction": (LOSSES, {"mse": {"reduction": "avg"}}, [
        ("unknown-value", ("reduction",),
         "'reduction' of MeanSquaredError must be 'sum_over_batch_size', 'sum', 'mean',"
         " 'mean_with_sample_weight', 'none' or null, not 'avg'", None),
    ]),
    "a whole-number type for a loss": (LOSSES, {"Dice": {"dtype": "int32"}}, [
        ("unknown-value", ("dtype",),
         "'dtype' of Dice must be 'float16', 'bfloat16', 'float32', 'float64',"
         " 'mixed_float16', 'mixed_bfloat16' or null, not 'int32'", None),
    ]),
    "slash in a name": (LOSSES, {"Poisson": {"name": "a/b"}}, [
        ("bad-name", ("name",), "'name' of Poisson must be text without '/', or null, not 'a/b'",
         None),
    ]),
    "bad item of a list": (LOSSES, {"CategoricalFocalCrossentropy": {"alpha": [0.5, -1, True]}}, [
        ("out-of-range", ("alpha", 1),
         "'alpha' of CategoricalFocalCrossentropy must be a number of at least 0, or a list"
         " of them, not [0.5, -1, true]", None),
    ]),
    "arguments of an open word for a loss": (LOSSES, {"ce": {"from_logits": True}}, [
        ("unknown-argument", ("from_logits",),
         "'ce' takes no arguments, because it does not name a specific cross-entropy",
         "use a specific one, such as 'CategoricalCrossentropy'"),
    ]),
    "arguments of an open word for a metric": (METRICS, {"acc": {"name": "hits"}}, [
        ("unknown-argument", ("name",),
         "'acc' takes no arguments, because it does not name a specific accuracy",
         "use a specific one, such as 'CategoricalAccuracy'"),
    ]),
    "threshold beyond 1": (METRICS, {"Precision": {"thresholds": [0.2, 1.2]}}, [
        ("out-of-range", ("thresholds", 1),
         "'thresholds' of Precision must be a number from 0 to 1, a list of them, or null,"
         " not [0.2, 1.2]", None),
    ]),
    "empty list": (METRICS, {"BinaryIoU": {"target_class_ids": []}}, [
        ("wrong-type", ("target_class_ids",),
         "'target_class_ids' of BinaryIoU must be a list of the classes 0 and 1, not []", None),
    ]),
    "class beyond the last": (METRICS,
     {"OneHotIoU": {"num_classes": 3, "target_class_ids": [0, 3]}}, [
        ("conflicting-arguments", ("target_class_ids", 1),
         "'target_class_ids' of OneHotIoU must be below 'num_classes' (3), not 3", None),
    ]),
    "number of labels without labels": (METRICS, {"AUC": {"num_labels": 3}}, [
        ("conflicting-arguments", ("num_labels",), "'num_labels' of AUC needs 'multi_label: true'",
         None),
    ]),
    "label weights that are too few": (METRICS,
     {"AUC": {"multi_label": True, "num_labels": 3, "label_weights": [1, 2]}}, [
        ("conflicting-arguments", ("label_weights",),
         "'label_weights' of AUC must be 3 numbers, as 'num_labels' says, not 2", None),
    ]),
    "two mistakes": (OPTIMIZERS, {"SGD": {"momentum": 2, "nesterov": 1}}, [
        ("out-of-range", ("momentum",), "'momentum' of SGD must be a number from 0 to 1, not 2",
         None),
        ("wrong-type", ("nesterov",), "'nesterov' of SGD must be true or false, not 1", None),
    ]),
    "three ways to clip": (OPTIMIZERS,
     {"adam": {"clipnorm": 1.0, "clipvalue": 0.5, "global_clipnorm": 1}}, [
        ("conflicting-arguments", ("global_clipnorm",),
         "Adam takes only one of 'clipnorm', 'clipvalue', 'global_clipnorm'", None),
    ]),
    "no weight decay where it is needed": (OPTIMIZERS, {"AdamW": {"weight_decay": None}}, [
        ("wrong-type", ("weight_decay",),
         "'weight_decay' of AdamW must be a number of at least 0, not null", None),
    ]),
    "negative learning rate": (OPTIMIZERS, {"Adam": {"learning_rate": -0.1}}, [
        ("out-of-range", ("learning_rate",),
         "'learning_rate' of Adam must be a number of at least 0 or a learning-rate"
         " schedule, not -0.1", None),
    ]),
    "endless learning rate": (OPTIMIZERS, {"Adam": {"learning_rate": math.inf}}, [
        ("out-of-range", ("learning_rate",),
         "'learning_rate' of Adam must be a number of at least 0 or a learning-rate"
         " schedule, not .inf", None),
    ]),
    "flag for a learning rate": (OPTIMIZERS, {"Adam": {"learning_rate": True}}, [
        ("wrong-type", ("learning_rate",),
         "'learning_rate' of Adam must be a number of at least 0 or a learning-rate"
         " schedule, not true", None),
    ]),
    "unknown schedule": (OPTIMIZERS,
     {"Adam": {"learning_rate": {"CosinDecay": {"decay_steps": 10}}}}, [
        ("unknown-kind", ("learning_rate",), "unknown learning-rate schedule 'CosinDecay'",
         "did you mean 'CosineDecay'?"),
    ]),
    "mistakes in a schedule": (OPTIMIZERS,
     {"Adam": {"learning_rate": {"CosineDecay": {"decay_steps": 0, "warmup_step": 10}},
               "beta_1": 1}}, [
        ("unknown-argument", ("learning_rate", "warmup_step"),
         "CosineDecay has no argument 'warmup_step'", "did you mean 'warmup_steps'?"),
        ("missing-argument", ("learning_rate",),
         "CosineDecay needs 'initial_learning_rate', a number of at least 0", None),
        ("out-of-range", ("learning_rate", "decay_steps"),
         "'decay_steps' of CosineDecay must be a number above 0, not 0", None),
        ("out-of-range", ("beta_1",), "'beta_1' of Adam must be a number from 0 to below 1, not 1",
         None),
    ]),
    "boundaries that fall, and too few values": (OPTIMIZERS,
     {"SGD": {"learning_rate":
         {"PiecewiseConstantDecay": {"boundaries": [20, 10], "values": [0.1, 0.01]}}}}, [
        ("out-of-range", ("learning_rate", "boundaries", 1),
         "'boundaries' of PiecewiseConstantDecay must increase: 10 follows 20", None),
        ("conflicting-arguments", ("learning_rate", "values"),
         "'values' of PiecewiseConstantDecay must be 3 numbers, one more than 'boundaries',"
         " not 2", None),
    ]),
    "a boundary between steps": (SCHEDULES,
     {"PiecewiseConstantDecay": {"boundaries": [10.5], "values": [0.1, 0.01]}}, [
        ("wrong-type", ("boundaries", 0),
         "'boundaries' of PiecewiseConstantDecay must be a list of whole numbers of at"
         " least 0, not [10.5]", None),
    ]),
    "bad pattern": (OPTIMIZERS, {"Muon": {"exclude_layers": ["digit", "("]}}, [
        ("unknown-value", ("exclude_layers", 1),
         "'exclude_layers' of Muon must be a list of regular expressions, or null, not"
         " ['digit', '(']", None),
    ]),
    "bad distribution of an initializer": (INITIALIZERS,
     {"VarianceScaling": {"scale": 0, "mode": "fan_inn"}}, [
        ("out-of-range", ("scale",), "'scale' of VarianceScaling must be a number above 0, not 0",
         None),
        ("unknown-value", ("mode",),
         "'mode' of VarianceScaling must be 'fan_in', 'fan_out' or 'fan_avg', not 'fan_inn'",
         "did you mean 'fan_in'?"),
    ]),
}
# fmt: on


@pytest.mark.parametrize(("family", "call", "expected"), BAD_CALLS.values(), ids=BAD_CALLS)
def test_bad_calls(family: Family, call: object, expected: list[tuple[object, ...]]) -> None:
    with pytest.raises(Problems) as raised:
        family.check(call)
    found = [
        (problem.code, problem.at, problem.message, problem.suggestion)
        for problem in raised.value.problems
    ]
    assert found == expected
