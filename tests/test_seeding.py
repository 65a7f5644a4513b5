"""Seeds of layers: each its own, from its name."""

from typing import Any

import numpy as np
import pytest

import cnnspec
from cnnspec.backends.keras.building import build
from cnnspec.backends.keras.seeding import derived_seed
from tests.support.models import are_identical

SPEC = """
cnnspec: 1
name: tiny
inputs: {{image: [6, 6, 1]}}
submodels:
  tower:
    spec:
      cnnspec: 1
      inputs: {{image: [6, 6, 1]}}
      layers: [{{Conv2D: {{name: conv, filters: 4, kernel_size: 3}}}}]
layers:
  - Conv2D: {{name: conv, filters: 4, kernel_size: 3}}
  - Add: {{branches: [[], [{{tower: {{name: one, from: image}}}}], [{{tower: {{name: two, from: image}}}}]]}}
{extra}  - Flatten
  - Dropout: {{name: drop, rate: 0.5}}
  - Dense: {{name: said, units: 3, kernel_initializer: {{GlorotUniform: {{seed: 7}}}}}}
  - Dense: {{name: end, units: 3}}
"""


def weights(seed: int | None, extra: str = "") -> dict[str, Any]:
    checked = cnnspec.loads(SPEC.format(extra=extra)).compile()
    model = build(checked, seed=seed).model
    return {
        f"{layer.name}/{each.path}": np.asarray(each)
        for layer in model.layers
        for each in layer.weights
    }


def equal_kernels(one: dict[str, Any], other: dict[str, Any]) -> dict[str, bool]:
    """Whether two models have the same weights, by path; biases are zeros in any."""
    return {path: are_identical(one[path], other[path]) for path in one if "bias" not in path}


def test_a_seed_gives_the_same_weights_whatever_else_there_is() -> None:
    one = weights(3)
    again = weights(3, extra="  - Conv2D: {filters: 4, kernel_size: 1}\n")
    assert set(equal_kernels(one, again).values()) == {True}
    other = equal_kernels(one, weights(4))
    assert other == {path: path == "said/said/kernel" for path in one if "bias" not in path}


def test_layers_of_one_name_in_other_models_have_seeds_of_their_own() -> None:
    kernels = [value for path, value in weights(3).items() if path.endswith("conv/kernel")]
    assert len(kernels) == 2
    assert not (kernels[0] == kernels[1]).any()


def test_without_a_seed_weights_are_random() -> None:
    assert not (weights(None)["end/end/kernel"] == weights(None)["end/end/kernel"]).any()


@pytest.mark.parametrize("seed", [0, 1, 2**31])
def test_a_derived_seed_is_a_whole_number_of_31_bits(seed: int) -> None:
    found = {derived_seed(seed, name) for name in ("a", "b", "a/b")}
    assert len(found) == 3
    assert all(0 <= each < 2**31 for each in found)
