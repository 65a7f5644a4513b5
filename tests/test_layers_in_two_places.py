"""Layers that several models or layers share, which a spec cannot say."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import cnnspec
from cnnspec.keras_files.problems import UnreadableModel
from tests.support.commands import run_command
from tests.support.models import are_identical


def tied(kind: str) -> Any:
    """A model with a layer in two places."""
    x, steps = keras.Input((4,), name="x"), keras.Input((5, 4), name="steps")
    dense = keras.layers.Dense(3, name="tied")
    first = keras.Sequential([keras.Input((4,)), dense], name="first")
    if kind == "two models":
        second = keras.Sequential([keras.Input((4,)), dense], name="second")
        return keras.Model([x, steps], [first(x), second(x)], name="outer")
    if kind == "a model and its outer one":
        return keras.Model([x, steps], [first(x), dense(x)], name="outer")
    if kind == "a model in two models":
        inner = keras.Model(x, first(x), name="inner")
        return keras.Model([x, steps], [inner(x), first(x)], name="outer")
    if kind == "a wrapper":
        around = keras.layers.TimeDistributed(dense, name="around")
        return keras.Model([x, steps], [around(steps), dense(x)], name="outer")
    cell = keras.layers.LSTMCell(2, name="tied")
    found = [keras.layers.RNN(cell, name=name)(steps) for name in ("one", "two")]
    return keras.Model([x, steps], found, name="outer")


IN_SEVERAL = (
    "is used in several models, which a spec cannot express; a model around it can be called in all of "
    "them instead"
)
TIED = {
    "two models": ("'tied' is in 'first' and in 'second'", f"'tied' (Dense) {IN_SEVERAL}"),
    "a model and its outer one": ("'tied' is in", f"'tied' (Dense) {IN_SEVERAL}"),
    "a model in two models": ("'first' is in", f"'first' (Sequential) {IN_SEVERAL}"),
    "a wrapper": ("'tied' is in", f"'tied' (Dense) {IN_SEVERAL}"),
    "two wrappers": (
        "'tied' is in 'one' and in 'two'",
        "'two' holds the layer 'tied', which the model has elsewhere too: a spec cannot say that they share weights",
    ),
}


@pytest.mark.parametrize("kind", TIED)
def test_layers_in_two_places_are_refused(kind: str, tmp_path: Path) -> None:
    of_model, of_file = TIED[kind]
    model = tied(kind)
    with pytest.raises(UnreadableModel) as refused:
        cnnspec.from_keras(model)
    assert f"the layer {of_model}" in str(refused.value)
    assert "a spec cannot say that they share weights" in str(refused.value)
    path = tmp_path / "model.keras"
    model.save(path)
    said = f"error[unreadable-model]: '{path}': the layer {of_file}\n"
    assert run_command("import", str(path)) == (1, "", said)


def test_layers_without_weights_may_be_in_two_models() -> None:
    x, again = keras.Input((4,), name="x"), keras.layers.ReLU(name="again")
    inner = keras.Model(x, again(x), name="inner")
    model = keras.Model(x, keras.layers.Add(name="y")([inner(x), again(x)]))
    values = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)
    assert are_identical(cnnspec.from_keras(model).build()(values), model(values))
