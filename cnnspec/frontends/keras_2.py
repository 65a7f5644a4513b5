"""Converts operations that Keras 2 recorded, by the names of TensorFlow, to those of Keras 3."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cnnspec.frontends.nodes import Node, Tensor
from cnnspec.frontends.operations import NoEqual, Recorded

_OF_TWO = {
    "add": "Add",
    "divide": "Divide",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "multiply": "Multiply",
    "pow": "Power",
    "subtract": "Subtract",
    "truediv": "TrueDivide",
}
_OF_ONE = {
    "abs": "Absolute",
    "cos": "Cos",
    "elu": "Elu",
    "exp": "Exp",
    "log": "Log",
    "log1p": "Log1p",
    "negative": "Negative",
    "relu": "Relu",
    "relu6": "Relu6",
    "rsqrt": "Rsqrt",
    "selu": "Selu",
    "sigmoid": "Sigmoid",
    "silu": "Silu",
    "sin": "Sin",
    "softplus": "Softplus",
    "sqrt": "Sqrt",
    "square": "Square",
    "tanh": "Tanh",
}
_WITH_ARGUMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "concat": ("Concatenate", {"axis": "axis"}),
    "expand_dims": ("ExpandDims", {"axis": "axis"}),
    "gelu": ("Gelu", {"approximate": "approximate"}),
    "reduce_max": ("Max", {"axis": "axis", "keepdims": "keepdims"}),
    "reduce_mean": ("Mean", {"axis": "axis", "keepdims": "keepdims"}),
    "reduce_min": ("Min", {"axis": "axis", "keepdims": "keepdims"}),
    "reduce_sum": ("Sum", {"axis": "axis", "keepdims": "keepdims"}),
    "reshape": ("Reshape", {"shape": "newshape"}),
    "softmax": ("Softmax", {"axis": "axis"}),
    "split": ("Split", {"num_or_size_splits": "indices_or_sections", "axis": "axis"}),
    "squeeze": ("Squeeze", {"axis": "axis"}),
    "stack": ("Stack", {"axis": "axis"}),
    "transpose": ("Transpose", {"perm": "axes"}),
}
"""The class of Keras 3 for each function with arguments, and their names there."""
_DEFAULTS: dict[str, dict[str, Any]] = {"gelu": {"approximate": False}, "softmax": {"axis": -1}}
"""The defaults of TensorFlow that Keras may not share."""
_OPERANDS = ("b", "y")
"""What TensorFlow calls the second operand."""


def of_keras_3(recorded: Recorded) -> Recorded:
    """Return the operation of Keras 3 that computes what Keras 2 recorded.

    Raises:
        NoEqual: there is none; the message is the reason.

    """
    path = str(recorded.config.get("function", ""))
    *_, function = path.split(".")
    kwargs = {key: each for key, each in recorded.node.kwargs.items() if key != "name"}
    if function == "shape":
        raise NoEqual("it reads the shape of a tensor, which is no tensor in a spec")
    if function == "getitem":
        key = _key(kwargs.pop("slice_spec"))
        return _as(recorded, "GetItem", {}, [*recorded.node.args, key], kwargs)
    if function in _OF_ONE:
        return _as(recorded, _OF_ONE[function], {}, recorded.node.args, kwargs)
    if function in _OF_TWO or function == "matmul":
        second = [kwargs.pop(name) for name in _OPERANDS if name in kwargs]
        kind = _OF_TWO.get(function, "Matmul")
        return _as(recorded, kind, {}, [*recorded.node.args, *second], kwargs)
    if function not in _WITH_ARGUMENTS:
        raise NoEqual(f"a spec cannot call the function '{path}' of TensorFlow")
    kind, names = _WITH_ARGUMENTS[function]
    known = {name: value for name, value in kwargs.items() if name in names}
    config = {names[name]: value for name, value in (_DEFAULTS.get(function, {}) | known).items()}
    if any(isinstance(each, Tensor) for each in _leaves(config)):
        raise NoEqual("one of its arguments is a tensor")
    if function == "split" and isinstance(config["indices_or_sections"], list):
        config["indices_or_sections"] = list(_cuts(config["indices_or_sections"]))
    rest = {name: value for name, value in kwargs.items() if name not in names}
    return _as(recorded, kind, config, recorded.node.args, rest)


def _as(
    recorded: Recorded,
    kind: str,
    config: Mapping[str, Any],
    args: list[Any],
    rest: Mapping[str, Any],
) -> Recorded:
    for name, value in rest.items():
        if value not in (None, False):
            raise NoEqual(f"it is called with '{name}'")
    return replace(recorded, kind=kind, config=config, node=Node(args))


def _cuts(sizes: list[Any]) -> Iterator[int]:
    """Yield where to cut for parts of some sizes."""
    if any(type(size) is not int or size < 0 for size in sizes):
        raise NoEqual("the sizes of its parts are not all known")
    for position in range(1, len(sizes)):
        yield sum(sizes[:position])


def _key(spec: Any) -> Any:
    """Return the key of an indexing in the form of Keras 3."""
    if isinstance(spec, list):
        return [_key(each) for each in spec]
    if isinstance(spec, Mapping) and "class_name" not in spec:
        return {"class_name": "__slice__", "config": spec}
    return spec


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _leaves(each)
    if not isinstance(value, list):
        yield value
