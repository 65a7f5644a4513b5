"""The arguments of a layer in short form, and in full."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.wording import shortest, shortest_argument, shortest_arguments
from cnnspec.layers.base import Layer
from cnnspec.operations.base import Operation


def by(sizes: Any) -> str:
    """Format sizes along axes: 3x3."""
    return "×".join(map(str, sizes)) if isinstance(sizes, Sequence) else str(sizes)


def _sizes(layer: Layer, value: Any) -> str:
    rank = getattr(layer, "rank", None)
    return by((value,) * rank if isinstance(value, int) and isinstance(rank, int) else value)


def _strides(layer: Layer, value: Any) -> str | None:
    steps = set(value) if isinstance(value, Sequence) else {value}
    if steps <= {1}:
        return None
    return f"/{by(value) if len(steps) > 1 else steps.pop()}"


def _unless(usual: Any, said: str = "{}") -> Callable[[Layer, Any], str | None]:
    return lambda layer, value: None if value == usual else said.format(value)


def _ends(layer: Layer, value: Any) -> str | None:
    return None if value == "valid" else _text(value)


SHORT: dict[str, Callable[[Layer, Any], str | None]] = {
    "filters": _unless(None),
    "units": _unless(None),
    "input_dim": _unless(None, "{} words"),
    "output_dim": _unless(None),
    "kernel_size": _sizes,
    "pool_size": _sizes,
    "size": lambda layer, value: f"up {_sizes(layer, value)}",
    "strides": lambda layer, value: None if layer.is_default("strides") else _strides(layer, value),
    "padding": lambda layer, value: _ends(layer, shortest_argument(layer, "padding")),
    "cropping": lambda layer, value: _ends(layer, shortest_argument(layer, "cropping")),
    "dilation_rate": lambda layer, value: (
        (said := _strides(layer, value)) and f"dilation {said[1:]}"
    ),
    "groups": _unless(1, "{} groups"),
    "depth_multiplier": _unless(1, "depth {}"),
    "target_shape": lambda layer, value: by(["?" if size == -1 else size for size in value]),
    "dims": lambda layer, value: ", ".join(map(str, value)),
    "rate": _unless(None, "rate {}"),
    "stddev": _unless(None, "stddev {}"),
    "num_heads": _unless(None, "{} heads"),
    "key_dim": _unless(None, "key {}"),
    "equation": _unless(None),
    "activation": _unless("linear"),
    "recurrent_activation": lambda layer, value: None,
    "return_sequences": lambda layer, value: "sequences" if value is True else None,
    "max_value": _unless(None, "up to {}"),
    "negative_slope": _unless(0.0, "slope {}"),
}
"""The short forms of arguments, in this order; all others are only in the full table."""


MAX_VALUES = 4
"""The most numbers of an argument of an operation that a box shows."""


def brief(layer: Layer) -> tuple[str, ...]:
    """Return the most important arguments: 32, 3x3, /2, same, relu."""
    if isinstance(layer, Operation):
        return tuple(_of_operation(layer))
    known = layer.arguments()
    said = (
        SHORT[name](layer, layer.meant(name)) for name in SHORT if name in known
    )  # fmt: skip
    return tuple(each for each in said if each)


def _of_operation(operation: Operation) -> Iterator[str]:
    """Yield the constants of an operation, and its other arguments with their names."""
    constants = operation.constants()
    for name, value in shortest_arguments(operation).items():
        shown = _text(value)
        if isinstance(value, list):
            has_lists = any(isinstance(each, list) for each in value)
            is_long = len(value) > MAX_VALUES or has_lists
            shown = f"{len(value)} values" if is_long else ", ".join(map(_text, value))
        if name in constants and name != operation.tensors[0]:
            yield shown
        elif value is not False:
            yield name if value is True else f"{name} {shown}"


def in_full(layer: Layer) -> list[tuple[str, str]]:
    """Return all arguments that differ from their defaults, as text."""
    return [(name, _text(value)) for name, value in shortest_arguments(layer).items()]


def _text(value: Any) -> str:
    """Format a value as in a spec, on one line."""
    if isinstance(value, Mapping):
        if len(value) == 1:
            ((name, inner),) = value.items()
            if isinstance(inner, Mapping):
                return _call(str(name), inner)
        return "{" + ", ".join(f"{name}: {_text(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _call(word: str, given: Mapping[str, Any]) -> str:
    inner = ", ".join(f"{name}: {_text(value)}" for name, value in given.items())
    return f"{word}({inner})" if inner else word


def call_text(call: Declaration) -> str:
    """Format a loss or metric as in a spec, with its arguments."""
    return _text(shortest(call))
