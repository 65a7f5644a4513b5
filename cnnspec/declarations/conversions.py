"""Converts values of arguments from other frameworks, as the table of foreign words says."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.diagnostics.rewrites import flow_text

Given = Mapping[str, Any]
"""The arguments of the call, under the names that the other framework has for them."""


class UnclearError(Exception):
    """Raised if there is no value that certainly means the same, with what to do instead."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _sides(value: object, rank: int) -> tuple[int, ...] | None:
    """Return a whole number for each axis; None if it is something else."""
    items = list(value) if isinstance(value, list | tuple) else [value] * rank
    whole = [each for each in items if isinstance(each, int) and not isinstance(each, bool)]
    return tuple(whole) if len(items) == len(whole) == rank else None


def _first(given: Given, *names: str, default: Any = None) -> Any:
    return next((given[name] for name in names if name in given), default)


def _padded_by_hand(rank: int, value: object) -> str:
    amount = value if isinstance(value, int) else f"[{', '.join(map(str, value))}]"  # type: ignore[call-overload]
    return f"put `ZeroPadding{rank}D: {{padding: {amount}}}` above it, without 'padding'"


def complement(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Subtract from one: a part that is replaced becomes a part that is kept."""
    if not _is_number(value) or not 0 <= value <= 1:
        raise UnclearError("it is 1 minus this value")
    return {"": round(1 - value, 12)}


def convolution_padding(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return `same` for the padding that keeps the size; without strides they are equal."""
    if isinstance(value, str) and value.lower() in ("same", "valid"):
        return {"": value.lower()}
    padding = _sides(value, rank)
    if padding is None:
        raise UnclearError("it is 'valid' or 'same'")
    if not any(padding):
        return {}
    kernel = _sides(_first(given, "kernel_size", "size", "kernel"), rank)
    strides = _sides(_first(given, "stride", "strides", default=1), rank)
    dilation = _sides(_first(given, "dilation", "dilation_rate", default=1), rank)
    if kernel and strides and dilation and set(strides) == {1}:
        needed = tuple(step * (size - 1) for size, step in zip(kernel, dilation, strict=True))
        if tuple(2 * each for each in padding) == needed:
            return {"": "same"}
    raise UnclearError(_padded_by_hand(rank, value))


def half_padding(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return the padding of darknet, which is half of the kernel if it is not zero."""
    kernel = _first(given, "size", "kernel_size")
    if value == 0:
        return {}
    if value == 1 and isinstance(kernel, int):
        return convolution_padding(kernel // 2, given, rank)
    raise UnclearError("it is 'valid' or 'same'")


def transposed_padding(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return `same` for the padding that multiplies the size by the strides."""
    if isinstance(value, str) and value.lower() in ("same", "valid"):
        return {"": value.lower()}
    padding = _sides(value, rank)
    if padding is None:
        raise UnclearError("it is 'valid' or 'same'")
    kernel = _sides(_first(given, "kernel_size", "size", "kernel"), rank)
    strides = _sides(_first(given, "stride", "strides", default=1), rank)
    dilation = _sides(_first(given, "dilation", "dilation_rate", default=1), rank)
    if kernel and strides and dilation:
        cut = tuple(
            rate * (size - 1) + 1 - step
            for size, step, rate in zip(kernel, strides, dilation, strict=True)
        )
        if not any(padding) and min(cut) < 0:
            raise UnclearError("Keras ends with as many zeros as the strides skip")
        if any(padding) and tuple(2 * each for each in padding) == cut:
            return {"": "same"}
    if not any(padding):
        return {}
    raise UnclearError("`padding: same` multiplies the size by the strides")


def max_padding(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return `same` for the padding of a maximum that keeps the size."""
    window = _first(given, "kernel_size", "pool_size", "size")
    as_kernel = {
        **given,
        "kernel_size": window,
        "stride": _first(given, "stride", "strides", default=window),
    }
    try:
        return convolution_padding(value, as_kernel, rank)
    except UnclearError:
        raise UnclearError("`padding: same` pads only as much as the window needs") from None


def average_padding(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Leave out a padding of zero; Keras does not count the padding in averages."""
    padding = _sides(value, rank)
    if isinstance(value, str) or (padding and not any(padding)):
        return convolution_padding(value, given, rank)
    raise UnclearError("`padding: same` pads only as much as the window needs")


def kernel_sides(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return one size for each axis."""
    for names in (
        ("nb_row", "nb_col"),
        ("kernel_h", "kernel_w"),
        ("kernel_dim1", "kernel_dim2", "kernel_dim3"),
    ):
        if all(name in given for name in names) and len(names) == rank:
            return {"": [given[name] for name in names]}
    raise UnclearError("it is `kernel_size`, a list with the size of each axis")


def affine(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return whether a normalization has an offset and a scale."""
    if isinstance(value, bool):
        return {"center": value, "scale": value}
    raise UnclearError("it is `center` and `scale`")


def channel_axis(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return the last axis for that of channels, which PyTorch has first."""
    if isinstance(value, int) and not isinstance(value, bool) and value in (1, -1):
        return {"": -1}
    raise UnclearError("the axis of channels is the last one here, `axis: -1`")


def normalized_axes(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Leave out a size, which belongs to the last axis; count the sizes of several axes."""
    if isinstance(value, list) and len(value) > 1:
        return {"": [axis - len(value) for axis in range(len(value))]}
    return {}


def whole(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return a whole number, or a list of them."""
    items = value if isinstance(value, list) else [value]
    if all(_is_number(each) and each == int(each) and each >= 1 for each in items):
        numbers = [int(each) for each in items]
        return {"": numbers if isinstance(value, list) else numbers[0]}
    raise UnclearError("`size` is a whole number")


def sides(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return pairs for the axes from the first to the last; PyTorch starts with the last."""
    if isinstance(value, list) and len(value) == 2 * rank:
        pairs = [value[at : at + 2] for at in range(0, 2 * rank, 2)][::-1]
        return {"": pairs if rank > 1 else pairs[0]}
    if isinstance(value, int):
        return {"": value}
    raise UnclearError("it is a list of `[before, after]` for each axis")


def key_dim(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return the size of a head."""
    heads = given.get("num_heads")
    if isinstance(value, int) and isinstance(heads, int) and heads > 0 and value % heads == 0:
        return {"": value // heads}
    raise UnclearError("`key_dim` is the size of a single head")


def betas(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return the two decay rates under their names."""
    if isinstance(value, list) and len(value) == 2:
        return {"beta_1": value[0], "beta_2": value[1]}
    raise UnclearError("they are `beta_1` and `beta_2`")


def falling_rate(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Leave out a decay of zero; others are a schedule."""
    if _is_number(value) and value == 0:
        return {}
    rate = _first(given, "lr", "learning_rate", default="...")
    schedule = {"initial_learning_rate": rate, "decay_steps": 1, "decay_rate": value}
    line = flow_text({"learning_rate": {"InverseTimeDecay": schedule}})[1:-1]
    raise UnclearError(f"a falling rate is a schedule, `{line}`")


def only_one(value: Any, given: Given, rank: int) -> dict[str, Any]:
    """Return a number that means the same if it is one."""
    if _is_number(value) and value == 1:
        return {"": 1.0}
    raise UnclearError("with another `delta`, `Huber` is larger by this factor")


CONVERSIONS: dict[str, Callable[[Any, Given, int], dict[str, Any]]] = {
    each.__name__: each
    for each in (
        affine,
        average_padding,
        betas,
        channel_axis,
        complement,
        convolution_padding,
        falling_rate,
        half_padding,
        kernel_sides,
        key_dim,
        max_padding,
        normalized_axes,
        only_one,
        sides,
        transposed_padding,
        whole,
    )
}
"""Each returns arguments by name, the one that the table names as `""`."""
