"""Operations that Keras recorded and no layer computes become steps that call the same functions."""

from typing import Any

import keras
import numpy
import pytest

from cnnspec.backends.keras.building import build
from cnnspec.frontends.archive import read_json
from cnnspec.importing import imported
from cnnspec.layers.base import Example
from cnnspec.operations.base import OPERATIONS
from tests.support.layers import compiled_example

EXAMPLES = {
    f"{kind}-{number}": (kind, example)
    for kind, declaration in OPERATIONS.kinds.items()
    for number, example in enumerate(declaration.examples)
    if all(shape[:1] == (None,) for shape in example.shapes)
}


POSITIVE = ("ops.cholesky",)
"""Functions of positive definite matrices."""


def values(kind: str, example: Example) -> Any:
    numbers = numpy.random.default_rng(0)
    found = [
        numbers.random([size or (2 if at == 0 else 3) for at, size in enumerate(shape)]).astype(
            example.dtype
        )
        for shape in example.shapes
    ]
    if kind in POSITIVE:
        found = [
            each @ each.swapaxes(-1, -2) + 3 * numpy.eye(each.shape[-1], dtype="float32")
            for each in found
        ]
    return found if len(found) > 1 else found[0]


@pytest.mark.parametrize("case", EXAMPLES)
def test_a_model_with_an_operation_comes_back(case: str) -> None:
    """The model of every example is saved, imported and built again: it computes the same."""
    kind, example = EXAMPLES[case]
    model = build(compiled_example(kind, example)).model
    spec = imported(read_json(model.to_json()))
    again = build(spec.checked).model
    given = values(kind, example)
    for one, same in zip(
        keras.tree.flatten(model(given)), keras.tree.flatten(again(given)), strict=True
    ):
        assert one.dtype == same.dtype
        assert numpy.array_equal(one, same, equal_nan=one.dtype.is_floating)
