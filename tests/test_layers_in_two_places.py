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


TIED = {
    "two models": ("'tied' is in 'first' and in 'second'", "'tied' is used in several models"),
    "a model and its outer one": ("'tied' is in", "'tied' is used in several models"),
    "a model in two models": ("'first' is in", "'first' is used in several models"),
    "a wrapper": ("'tied' is in", "'tied' is used in several models"),
    "two wrappers": ("'tied' is in 'one' and in 'two'", "'two' holds the layer 'tied'"),
}


@pytest.mark.parametrize("kind", TIED)
def test_layers_in_two_places_are_refused(kind: str, tmp_path: Path) -> None:
    of_model, of_file = TIED[kind]
    model = tied(kind)
    with pytest.raises(UnreadableModel) as refused:
        cnnspec.from_keras(model)
    assert f"the layer {of_model}" in str(refused.value)
    assert "a spec cannot say that they share weights" in str(refused.value)
    model.save(tmp_path / "model.keras")
    code, text, err = run_command("import", str(tmp_path / "model.keras"))
    assert (code, text, f"the layer {of_file}" in err) == (1, "", True)


def test_layers_without_weights_may_be_in_two_models() -> None:
    x, again = keras.Input((4,), name="x"), keras.layers.ReLU(name="again")
    inner = keras.Model(x, again(x), name="inner")
    model = keras.Model(x, keras.layers.Add(name="y")([inner(x), again(x)]))
    values = np.linspace(-1, 1, 8, dtype="float32").reshape(2, 4)
    assert are_identical(cnnspec.from_keras(model).build()(values), model(values))
