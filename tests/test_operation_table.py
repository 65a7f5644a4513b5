"""The table of all functions of keras.ops: declared, said by layers, or refused with a reason."""

from collections import Counter

import keras
import numpy
import pytest

from cnnspec.compiler import compile_text
from cnnspec.layers.base import LAYERS
from cnnspec.operations.refusals import SAID_BY_LAYERS
from conformance.coverage import groups_of_functions, public_functions, unaccounted_functions
from tests.support.keras_versions import RUNNING

VALUES = numpy.random.default_rng(0).random(2 * 9**3 * 4, dtype="float32")


def test_every_function_is_in_a_group() -> None:
    assert unaccounted_functions() == []


def test_no_function_is_in_two_groups() -> None:
    times = Counter(name for group in groups_of_functions().values() for name in group)
    assert [name for name, count in times.items() if count > 1] == []


@pytest.mark.skipif(not RUNNING.is_newest, reason="older releases lack functions")
def test_the_table_has_no_others() -> None:
    named = {name for group in groups_of_functions().values() for name in group}
    assert named - set(public_functions()) == set()


def test_at_least_180_are_declared() -> None:
    assert len(groups_of_functions()["declared"]) >= 180


@pytest.mark.parametrize("module", ["", "image.", "linalg.", "nn.", "numpy."])
def test_a_new_function_is_missing_in_the_table(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is, wherever Keras exposes it."""

    def brand_new(x: object) -> object:
        return x

    home = getattr(keras.ops, module.rstrip("."), keras.ops)
    monkeypatch.setattr(home, "brand_new", brand_new, raising=False)
    assert unaccounted_functions() == [f"{module}brand_new"]


REFUSED = [
    (name, reason)
    for group in ("said by layers", "refused")
    for name, reason in groups_of_functions()[group].items()
]


@pytest.mark.parametrize(("name", "reason"), REFUSED)
def test_what_is_not_declared_is_one_error_with_the_reason(name: str, reason: str) -> None:
    spec = f"cnnspec: 1\ninputs: {{x: [8]}}\nlayers:\n  - ops.{name}\n"
    (error,) = compile_text(spec.encode()).report
    assert error.code == "refused-kind"
    assert error.message.startswith(f"ops.{name} cannot be used in a spec: ")
    named = reason.split(", ") if name in SAID_BY_LAYERS else [reason]
    assert [each for each in named if each not in error.message] == []


@pytest.mark.skipif(
    not RUNNING.is_newest, reason="older releases lack the functions and the layers"
)
@pytest.mark.parametrize("name", SAID_BY_LAYERS)
def test_layers_compute_what_the_functions_compute(name: str) -> None:
    function = getattr(keras.ops, name)
    for rank, kind in enumerate(SAID_BY_LAYERS[name], start=1):
        assert kind in LAYERS.kinds
        layer = getattr(keras.layers, kind)(3, data_format="channels_last")
        values = keras.ops.convert_to_tensor(VALUES.reshape(2, *[9] * rank, -1))
        said = function(values, 3, data_format="channels_last")
        assert numpy.array_equal(layer(values), said)
