"""Whether initializers, regularizers and constraints work on the weights and outputs of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.dtype_rules import variable_dtype

if TYPE_CHECKING:
    from cnnspec.layers.base import Layer, Weight
    from cnnspec.shapes import Shape

ROLES = ("initializer", "regularizer", "constraint")


def check_weights(layer: Layer, weights: Sequence[Weight]) -> None:
    """Check the weights of a layer against what makes, penalizes and limits them.

    Raises:
        Problem: an initializer, a regularizer or a constraint does not work on a weight.

    """
    dtype = variable_dtype(layer.dtype)
    declared: Any = type(layer)
    for weight in weights:
        for role in ROLES:
            if (argument := _argument(declared, weight.name, role)) is not None:
                _check(layer, argument, weight.shape, dtype, weight.name)


@cache
def _argument(declared: type[Any], weight: str, role: str) -> str | None:
    """Return the argument for a weight, such as `depthwise_initializer`; None if there is none."""
    names = [f"{weight}_{role}", f"{weight.removesuffix('_kernel')}_{role}"]
    names += [f"depthwise_{role}"] if weight == "kernel" else []
    return next((name for name in names if name in declared.arguments()), None)


def check_output(layer: Layer, shape: Shape, dtype: str) -> None:
    """Check an output of a layer against the penalty on it.

    Raises:
        Problem: the regularizer does not work on such values.

    """
    if layer.activity_regularizer is not None:
        _check(layer, "activity_regularizer", shape, dtype, "output")


def _check(layer: Layer, argument: str, shape: Sequence[int | None], dtype: str, what: str) -> None:
    made: Any = layer.checked(argument)
    try:
        if made is not None:
            made.check(shape, dtype, f"{what} of {layer.kind()}")
    except Problem as problem:
        raise problem.inside(argument) from None
