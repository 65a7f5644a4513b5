"""The examples of operations, in models that hold those of one module of declarations."""

from typing import Any

import keras
import numpy

from cnnspec.compiler import checked_or_raise, compile_document
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document
from cnnspec.layers.base import Example
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.families import FAMILIES, PREFIX
from cnnspec.shapes import Shape
from tests.support.keras_versions import examples_in_specs

POSITIVE = ("ops.cholesky",)
"""Functions of positive definite matrices."""

Cases = dict[str, tuple[str, Example]]


def cases_of(module: str) -> Cases:
    """The examples of the operations of a module that a spec can have, by the names of their steps."""
    return {
        f"{kind.removeprefix(PREFIX).replace('.', '_')}_{position}": (kind, example)
        for kind in (f"{PREFIX}{word}" for word in FAMILIES[module])
        for position, example in examples_in_specs(kind).items()
    }


MODULES = [module for module in FAMILIES if cases_of(module)]
"""The modules with such examples."""


def results_of(kind: str, example: Example) -> tuple[str, ...]:
    """The names of the results of an example; of a single one, the empty text."""
    declaration: Any = OPERATIONS.kinds[kind]
    return declaration.of(example.arguments).outputs() or ("",)


def model_of(cases: Cases) -> CheckedGraph:
    """A model with a step for each case, on inputs of its own."""
    inputs: dict[str, Any] = {}
    steps: list[Any] = []
    outputs: dict[str, Any] = {}
    for name, (kind, example) in cases.items():
        own = [f"{name}_x{at}" for at in range(len(example.shapes))]
        for each, shape, dtype in zip(own, example.shapes, example.types, strict=True):
            inputs[each] = {"shape": list(shape[1:]), "dtype": dtype}
        steps.append({kind: {**example.arguments, "name": name, "from": own}})
        for result in results_of(kind, example):
            outputs[f"{name}_y{result}"] = {"from": f"{name}/{result}" if result else name}
    document = Document.model_validate({"inputs": inputs, "layers": steps, "outputs": outputs})
    return checked_or_raise(compile_document(document))


def values_for(cases: Cases) -> list[Any]:
    """Values for all inputs of the model of some cases, two samples each."""
    numbers = numpy.random.default_rng(0)
    return [
        value_of(kind, shape, dtype, numbers)
        for kind, example in cases.values()
        for shape, dtype in zip(example.shapes, example.types, strict=True)
    ]


def value_of(kind: str, shape: Shape, dtype: str, numbers: numpy.random.Generator) -> Any:
    """Random values for an input of an operation."""
    sizes = [size or (2 if at == 0 else 3) for at, size in enumerate(shape)]
    drawn = numbers.random(sizes).astype(dtype)
    if kind not in POSITIVE:
        return drawn
    return drawn @ drawn.swapaxes(-1, -2) + 3 * numpy.eye(sizes[-1], dtype=dtype)


def computed(model: Any, cases: Cases) -> dict[str, Any]:
    """What the model of some cases computes, by the names of its outputs."""
    values = values_for(cases)
    found = keras.tree.flatten(model(values if len(values) > 1 else values[0]))
    return dict(zip(model.output_names, map(numpy.asarray, found), strict=True))


def differing(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The names of the outputs that have other values, or another type."""
    assert list(one) == list(other)
    return [
        name
        for name, value in one.items()
        if value.dtype != other[name].dtype
        or not numpy.array_equal(
            value, other[name], equal_nan=numpy.issubdtype(value.dtype, numpy.inexact)
        )
    ]
