"""Converts operations of `x + y` and `keras.ops` to layers that compute the same.

Results must be equal bit for bit; operations without such a layer become calls of functions.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.frontends.functions import function_step
from cnnspec.frontends.keras_2 import of_keras_3
from cnnspec.frontends.operations import Equal, NoEqual, Recorded, not_in_a_spec
from cnnspec.frontends.reshaping import RESHAPING
from cnnspec.keras_files.configuration import is_recorded

BY_KERAS_2 = ("SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer")
"""The class of recorded operations in Keras 2, which has no shapes and data types."""


def is_operator(layer: Mapping[str, Any]) -> bool:
    """Whether Keras recorded an operation; HDF5 files do not store its module."""
    if layer["class_name"] in BY_KERAS_2:
        return True
    if "module" in layer:
        return is_recorded(layer)
    return not layer["config"].keys() & {"trainable", "dtype", "layers"}


def operator_steps(
    operation: Recorded, unused: Callable[[str], str], *, masked: bool
) -> list[tuple[str, Equal]]:
    """Return the layers or functions that compute the same as an operation, each with its name.

    Those before the last one prepare an operand; `unused` makes their names.

    Raises:
        UnreadableModel: there are none; the message is the reason.

    """
    try:
        if operation.kind not in BY_KERAS_2:
            return [(operation.name, _equal(operation, masked=masked))]
        return [(each.name, _equal(each, masked=masked)) for each in of_keras_3(operation, unused)]
    except NoEqual as reason:
        raise not_in_a_spec(operation, reason) from None


def _equal(operation: Recorded, *, masked: bool) -> Equal:
    """Return the layer of an operation, or else the call of its function.

    Layers pass masks on, which operations do not.
    """
    make = OPERATIONS.get(operation.kind)
    only_layers = operation.config.get("newshape", [0])[:1] == [None]
    if make is not None and (only_layers or not masked):
        try:
            return make(operation)
        except NoEqual:
            if only_layers:
                raise
    if operation.kind == "Identity":
        return Equal("Identity", {}, (operation.tensor,))
    return function_step(operation)


def _merged(kind: str) -> Callable[[Recorded], Equal]:
    """Return the merging layer of two tensors; layers broadcast sizes of 1, but not ranks."""

    def make(operation: Recorded) -> Equal:
        first, second = operation.tensors(2)
        if len(operation.shape(first)) != len(operation.shape(second)):
            raise NoEqual(
                "its tensors have different ranks, which the layer would align differently"
            )
        return Equal(kind, operation.dtype(first, second), (first, second))

    return make


def _add(operation: Recorded) -> Equal:
    if operation.number is None:
        return _merged("Add")(operation)
    return _rescaled(operation, 1.0, operation.number)


def _subtract(operation: Recorded) -> Equal:
    if operation.number is None:
        return _merged("Subtract")(operation)
    if operation.number_first:
        return _rescaled(operation, -1.0, operation.number)
    return _rescaled(operation, 1.0, -operation.number)


def _multiply(operation: Recorded) -> Equal:
    if operation.number is None:
        return _merged("Multiply")(operation)
    return _rescaled(operation, operation.number)


def _divide(operation: Recorded) -> Equal:
    """Divide by a power of two, whose inverse is exact."""
    divisor = operation.number
    if divisor is None:
        raise NoEqual("no layer divides one tensor by another")
    if operation.number_first:
        raise NoEqual("no layer divides a number by a tensor")
    if not _is_power_of_two(divisor):
        raise NoEqual(f"no layer divides by {divisor} with the same rounding")
    return _rescaled(operation, 1 / divisor)


def _negative(operation: Recorded) -> Equal:
    return _rescaled(operation, -1.0)


def _square(operation: Recorded) -> Equal:
    tensor = operation.tensor
    return Equal("Multiply", operation.dtype(tensor), (tensor, tensor))


def _extreme(kind: str) -> Callable[[Recorded], Equal]:
    """Maximum or minimum of two tensors, or of a tensor and zero."""

    def make(operation: Recorded) -> Equal:
        if operation.number is None:
            return _merged(kind)(operation)
        if kind == "Maximum" and operation.number == 0:
            return Equal("ReLU", operation.dtype(operation.tensor), (operation.tensor,))
        raise NoEqual(f"no layer compares with the number {operation.number}")

    return make


def _clip(operation: Recorded) -> Equal:
    low, high = operation.config["x_min"], operation.config["x_max"]
    if low != 0 or not isinstance(high, int | float) or high <= 0:
        raise NoEqual(f"no layer clips to {low} ... {high}")
    said = {"max_value": high} | operation.dtype(operation.tensor)
    return Equal("ReLU", said, (operation.tensor,))


def _cast(operation: Recorded) -> Equal:
    """Convert integers to floats, as Rescaling does before multiplication."""
    tensor, target = operation.tensor, operation.config["dtype"]
    if operation.is_float(tensor) or target != "float32":
        raise NoEqual(f"no layer casts {tensor.dtype} to {target}")
    return Equal("Rescaling", {"scale": 1.0}, (tensor,))


def _converted(operation: Recorded) -> Equal:
    """Converting a tensor to a tensor changes nothing, unless its type is changed."""
    tensor, dtype = operation.tensor, operation.config.get("dtype")
    if dtype not in (None, tensor.dtype):
        raise NoEqual(f"no layer casts {tensor.dtype} to {dtype}")
    return Equal("Identity", operation.dtype(tensor), (tensor,))


def _rescaled(operation: Recorded, scale: float, offset: float = 0.0) -> Equal:
    said: dict[str, Any] = {"scale": scale} | ({"offset": offset} if offset else {})
    whole = isinstance(operation.number, int) and operation.kind not in ("Divide", "TrueDivide")
    if not operation.is_float(operation.tensor) and (whole or operation.number is None):
        raise NoEqual("its result has an integer type, which Rescaling would cast to float")
    return Equal("Rescaling", said | operation.float_dtype(operation.tensor), (operation.tensor,))


def _activation(function: str, **only: Any) -> Callable[[Recorded], Equal]:
    """An activation function without other arguments."""

    def make(operation: Recorded) -> Equal:
        for name, value in only.items():
            if operation.config.get(name, value) != value:
                message = f"the activation '{function}' uses {value} as its {name}"
                raise NoEqual(f"{message}, not {operation.config[name]}")
        said = {"activation": function} | operation.dtype(operation.tensor)
        return Equal("Activation", said, (operation.tensor,))

    return make


def _layer(kind: str, *arguments: str) -> Callable[[Recorded], Equal]:
    """A layer with the arguments of the operation."""

    def make(operation: Recorded) -> Equal:
        said = {name: operation.config[name] for name in arguments}
        return Equal(kind, said | operation.dtype(operation.tensor), (operation.tensor,))

    return make


def _is_power_of_two(number: float) -> bool:
    mantissa, exponent = math.frexp(abs(number))
    return mantissa == 0.5 and -100 < exponent < 100


OPERATIONS: Mapping[str, Callable[[Recorded], Equal]] = {
    **RESHAPING,
    "Add": _add,
    "Cast": _cast,
    "Clip": _clip,
    "ConvertToTensor": _converted,
    "Divide": _divide,
    "Maximum": _extreme("Maximum"),
    "Minimum": _extreme("Minimum"),
    "Multiply": _multiply,
    "Negative": _negative,
    "Square": _square,
    "Subtract": _subtract,
    "TrueDivide": _divide,
    "LeakyRelu": _layer("LeakyReLU", "negative_slope"),
    "ReLU": _layer("ReLU", "max_value", "negative_slope", "threshold"),
    "Softmax": _layer("Softmax", "axis"),
    "Celu": _activation("celu", alpha=1.0),
    "Elu": _layer("ELU", "alpha"),
    "Exp": _activation("exponential"),
    "Gelu": _activation("gelu", approximate=False),
    "HardShrink": _activation("hard_shrink", threshold=0.5),
    "HardSigmoid": _activation("hard_sigmoid"),
    "HardSilu": _activation("hard_silu"),
    "HardTanh": _activation("hard_tanh"),
    "LogSigmoid": _activation("log_sigmoid"),
    "LogSoftmax": _activation("log_softmax", axis=-1),
    "Relu": _activation("relu"),
    "Relu6": _activation("relu6"),
    "Selu": _activation("selu"),
    "Sigmoid": _activation("sigmoid"),
    "Silu": _activation("silu"),
    "SoftShrink": _activation("soft_shrink", threshold=0.5),
    "Softplus": _activation("softplus"),
    "Softsign": _activation("softsign"),
    "SparsePlus": _activation("sparse_plus"),
    "SparseSigmoid": _activation("sparse_sigmoid"),
    "Sparsemax": _activation("sparsemax", axis=-1),
    "Squareplus": _activation("squareplus", b=4),
    "Tanh": _activation("tanh"),
    "TanhShrink": _activation("tanh_shrink"),
}
"""By class name."""
