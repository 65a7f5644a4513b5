"""Calls that mean the same, and how they are written, make no difference to anything."""

from itertools import zip_longest
from typing import Any

import pytest

import cnnspec
from cnnspec.backends.python.models import NoScript
from cnnspec.backends.python.script import script
from cnnspec.declarations.family import Family
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.declarations.wording import shortest
from cnnspec.decompile.compact.equality import same_model
from cnnspec.diff.compare import compare
from cnnspec.ir.checked import CheckedGraph
from tests.support.spellings import KINDS, calls, compiled, model, words, words_on_examples

EACH_KIND = pytest.mark.parametrize(
    ("family", "kind"), KINDS, ids=[f"{family.namespace}.{kind}" for family, kind in KINDS]
)


def code(checked: CheckedGraph) -> str:
    """The script of a model; why there is none, where there is none."""
    try:
        return script(checked)
    except NoScript as reason:
        return str(reason)


def seen(checked: CheckedGraph) -> dict[str, Any]:
    """What becomes of a model: its script, and the figure that all diagrams show."""
    return {"code": code(checked), "figure": cnnspec.draw(checked).whole}


@EACH_KIND
def test_calls_that_mean_the_same_make_no_difference(family: Family, kind: str) -> None:
    originals = calls(family, kind)
    plain = [each.kind() if not each.given else {each.kind(): each.given} for each in originals]
    first = model(family, plain, kind)
    texts = seen(first)
    spelled = zip_longest(*words_on_examples(family, kind))
    for variant in spelled:
        written = [here or there for here, there in zip(variant, plain, strict=True)]
        other = model(family, written, kind)
        same = compare(first, other).is_empty, same_model(first.graph, other.graph)
        assert (same, written) == ((True, True), written)
        assert seen(other) == texts


@EACH_KIND
def test_the_shortest_words_for_a_call_are_the_same_and_mean_the_same(
    family: Family, kind: str
) -> None:
    for call in calls(family, kind):
        short = shortest(call)
        assert family.check(short).meaning() == call.meaning()
        assert {repr(shortest(family.check(word))) for word in words(call)} == {repr(short)}


CHAIN = {"cnnspec": 1, "name": "spelled", "inputs": {"image": [8, 8, 3]}}
SAME = {
    "strides of a pool": (
        {"MaxPooling2D": {"pool_size": 3}},
        {"MaxPool2D": {"pool_size": [3, 3], "strides": 3}},
    ),
    "no activation": (
        {"Conv2D": {"filters": 2, "kernel_size": 3}},
        {
            "Conv2D": {
                "filters": 2,
                "kernel_size": [3, 3],
                "activation": "linear",
                "dtype": "float32",
            }
        },
    ),
    "two names of a function": (
        {"Activation": {"activation": "swish"}},
        {"Activation": {"activation": "silu"}},
    ),
    "where the channels are": ("Flatten", {"Flatten": {"data_format": "channels_last"}}),
}
DIFFERENT = {
    "strides": ({"MaxPooling2D": {"pool_size": 3}}, {"MaxPooling2D": {"pool_size": 3, "strides": 2}}),
    "a range of one side": ({"RandomBrightness": {"factor": 0.2}}, {"RandomBrightness": {"factor": [0, 0.2]}}),
    "a zoom that keeps the proportions": (
        {"RandomZoom": {"height_factor": 0.2}},
        {"RandomZoom": {"height_factor": 0.2, "width_factor": 0.2}},
    ),
    "a number for each channel": (
        {"Rescaling": {"scale": 0.5}},
        {"Rescaling": {"scale": [0.5, 0.5, 0.5]}},
    ),
    "classes of one name": ({"a.layers:Own": {"size": 1}}, {"b.layers:Own": {"size": 1}}),
    "numbers for code that is not known": ({"a.layers:Own": {"size": 1}}, {"a.layers:Own": {"size": 1.0}}),
    "what a layer of one's own is told": ({"a.layers:Own": {}}, {"a.layers:Own": {"trainable": False}}),
}  # fmt: skip
SAME_MEASURES = {
    "an alias": ("mse", "MeanSquaredError"),
    "no arguments": ("MeanSquaredError", {"mean_squared_error": {"reduction": "sum_over_batch_size"}}),
    "words that leave it open": ("crossentropy", "ce"),
}  # fmt: skip
DIFFERENT_MEASURES = {
    "one that is left open": ("crossentropy", "categorical_crossentropy"),
    "another": ("mse", "mae"),
}


def chain(step: Any) -> CheckedGraph:
    """A model of one layer."""
    return compiled({**CHAIN, "layers": [step]}, NEWEST)


def trained(loss: Any, metric: Any = "mae", **train: Any) -> CheckedGraph:
    """A model with a loss and a metric."""
    head = {"Dense": {"name": "head", "units": 3}}
    outputs = {"head": {"loss": loss, "metrics": [metric]}}
    return compiled({**CHAIN, "layers": ["Flatten", head], "outputs": outputs, **train})


def are_alike(one: CheckedGraph, other: CheckedGraph) -> set[bool]:
    """Whether two models are the same to everything that compares or shows them."""
    return {
        compare(one, other).is_empty,
        compare(other, one).is_empty,
        same_model(one.graph, other.graph),
        seen(one) == seen(other),
    }


@pytest.mark.parametrize("what", SAME)
def test_layers_that_are_the_same(what: str) -> None:
    assert are_alike(*map(chain, SAME[what])) == {True}


@pytest.mark.parametrize("what", DIFFERENT)
def test_layers_that_are_not(what: str) -> None:
    one, other = map(chain, DIFFERENT[what])
    assert (compare(one, other).is_empty, same_model(one.graph, other.graph)) == (False, False)


@pytest.mark.parametrize("what", SAME_MEASURES)
def test_losses_that_are_the_same(what: str) -> None:
    assert are_alike(*map(trained, SAME_MEASURES[what])) == {True}


@pytest.mark.parametrize("what", DIFFERENT_MEASURES)
def test_losses_that_are_not(what: str) -> None:
    assert are_alike(*map(trained, DIFFERENT_MEASURES[what])) == {False}


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("mean_squared_error", "MeanSquaredError", True),
        ("mean_squared_error", {"mse": {}}, False),  # which Keras calls by that word
        ({"MeanSquaredError": {"name": "mse"}}, "mse", True),
        ("accuracy", "Accuracy", True),
        ("accuracy", "acc", False),
        ("accuracy", {"Accuracy": {"name": "accuracy"}}, False),  # not chosen by the shapes
    ],
)
def test_metrics_are_the_same_by_what_they_measure_and_are_called(
    one: Any, other: Any, alike: bool
) -> None:
    assert are_alike(trained("mse", one), trained("mse", other)) == {alike}


@pytest.mark.parametrize("optimizer", ["adam", "Adam", {"Adam": {}}, {"adam": {"name": "adam"}}])
def test_adam_is_the_optimizer_where_none_is_named(optimizer: Any) -> None:
    assert are_alike(trained("mse"), trained("mse", train={"optimizer": optimizer})) == {True}
