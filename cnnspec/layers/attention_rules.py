"""Rules of the attention layers: which shapes fit together, and the shape of the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Named, Weight, known
from cnnspec.shapes import Shape, text

if TYPE_CHECKING:
    from cnnspec.layers.protocols import Attends, Heads, Scaled, ScoresAttention


def attend(layer: Attends, query: Shape, value: Shape, key: Shape | None = None) -> Any:
    """Return a weighted average of the values for every query; its weights are the scores."""
    key = value if key is None else key
    check_ranks(layer, query, value, key)
    if len(query) < 3:
        message = f"{layer.kind()} takes inputs with at least 3 axes (batch, ..., steps, features), not {text(query)}"
        raise Problem("wrong-rank", message)
    if not layer.adds_up() or 1 not in (query[-1], key[-1]):
        check_same(layer, "query", query[-1:], "key", key[-1:])
    check_same(layer, "value", value[-2:-1], "key", key[-2:-1])
    check_same(layer, "query", query[1:-2], "key", key[1:-2], stretches=True)
    check_same(layer, "query", query[1:-2], "value", value[1:-2], stretches=True)
    output = (*query[:-1], value[-1])
    return [output, (*query[:-1], key[-2])] if layer.return_attention_scores else output


def attention_weights(layer: ScoresAttention, *shapes: Shape) -> tuple[Weight, ...]:
    """A factor of the scores; in the mode `concat`, also a factor of their sum."""
    names = (("scale", layer.use_scale), ("concat_score_weight", layer.score_mode == "concat"))
    return tuple(Weight(name, ()) for name, used in names if used)


def feature_scale(layer: Scaled, query: Shape, *others: Shape) -> tuple[Weight, ...]:
    """A factor for every feature."""
    return (Weight("scale", (known(query[-1], -1, query, layer),)),) if layer.use_scale else ()


def check_ranks(layer: Named, *shapes: Shape) -> None:
    """Check that all inputs have the same number of axes.

    Raises:
        Problem: the numbers differ.

    """
    if len({len(shape) for shape in shapes}) > 1:
        shown_shapes = " and ".join(dict.fromkeys(map(text, shapes)))
        raise Problem(
            "wrong-rank",
            f"{layer.kind()} takes inputs with the same number of axes, not {shown_shapes}",
        )


def check_same(
    layer: Named, name: str, sizes: Shape, other: str, wanted: Shape, *, stretches: bool = False
) -> None:
    """Check that some sizes of two inputs are equal, as far as they are known.

    If it `stretches`, the second size may also be 1.

    Raises:
        Problem: two sizes differ.

    """
    for a, b in zip(sizes, wanted, strict=True):
        if a != b and None not in (a, b) and not (stretches and b == 1):
            message = f"{layer.kind()} needs a {name} and a {other} with equal sizes: {a} is {b} in the other"
            raise Problem("shape-mismatch", message)


def attend_with_heads(layer: Heads, query: Shape, value: Shape, key: Shape | None = None) -> Any:
    """Multi-head attention over projections of the inputs, followed by an output projection."""
    key = value if key is None else key
    kind = layer.kind()
    check_ranks(layer, query, value, key)
    if len(query) < 3 or (layer.steps_only and len(query) != 3):
        least = "3 axes (batch, steps, features)"
        least = least if layer.steps_only else "at least 3 axes (batch, steps, ..., features)"
        raise Problem("wrong-rank", f"{kind} takes inputs with {least}, not {text(query)}")
    if value[1:-1] != key[1:-1]:
        shown_shapes = f"{text(value)} and {text(key)}"
        message = (
            f"{kind} needs a value and a key with the same axes except the last, not {shown_shapes}"
        )
        raise Problem("shape-mismatch", message)
    axes = attention_axes(layer, query)
    if layer.sliding_window is not None and axes != (1,):
        message = (
            f"{kind} supports 'sliding_window' only for axis 1, but it attends over {text(axes)}"
        )
        raise Problem("conflicting-arguments", message, "sliding_window")
    for axis in range(1, len(query) - 1):
        if axis not in axes:
            check_same(layer, "query", query[axis : axis + 1], "key", key[axis : axis + 1])
    output = layer.projected(query, value)
    return [output, _scores(layer, query, value)] if layer.return_attention_scores else output


def _scores(layer: Heads, query: Shape, value: Shape) -> Shape:
    """Return the shape of the scores: a number for each head, step of the query and step of the value.

    Raises:
        Problem: Keras states another shape when it builds the model.

    """
    heads, steps = layer.heads()["query"][0], (query[1], value[1])
    if not layer.steps_only:
        if len(query) != 3:
            message = f"{layer.kind()} returns scores only of inputs with 3 axes (batch, steps, features), not {text(query)}"
            raise Problem("wrong-rank", message, "return_attention_scores")
        if steps[0] is None:
            steps = (None, None)  # as Keras states
        elif steps[0] != steps[1]:
            message = f"{layer.kind()} returns scores only if query and value have equally many steps, not {steps[0]} and {steps[1]}: Keras states another shape"
            raise Problem("shape-mismatch", message, "return_attention_scores")
    return (query[0], heads, *steps)


def attention_axes(layer: Heads, query: Shape) -> tuple[int, ...]:
    """Return the axes to attend over, counted from the front: those between batch and features.

    Raises:
        Problem: an axis is not one of these, or is named twice.

    """
    last = len(query) - 1
    if layer.axes is None:
        return tuple(range(1, last))
    axes = tuple(axis if axis >= 0 else len(query) + axis for axis in layer.axes)
    for position, axis in enumerate(axes):
        if not 1 <= axis < last:
            message = f"{layer.kind()} cannot attend over axis {layer.axes[position]} of {text(query)}: it must be an existing axis between batch and features"
            raise Problem("out-of-range", message, "attention_axes")
    if len(set(axes)) < len(axes):
        message = f"'attention_axes' of {layer.kind()} names an axis of {text(query)} twice"
        raise Problem("conflicting-arguments", message, "attention_axes")
    return axes


def projections(
    layer: Heads, query: Shape, value: Shape, key: Shape | None = None
) -> tuple[Weight, ...]:
    """A kernel and a bias for each projection: query, key, gate, value and output."""
    widths = {
        name: known(shape[-1], -1, shape, layer)
        for name, shape in (("query", query), ("key", key or value), ("value", value))
    }
    widths["gate"] = widths["query"]
    weights = []
    for name, heads in layer.heads().items():
        if name != "gate" or layer.use_gate:
            weights += _projection(layer, name, (widths[name],), heads)
    features = layer.projected(query, value)[len(query) - 1 :]
    output = tuple(known(size, -1, query, layer) for size in features)
    weights += _projection(layer, "output", layer.heads()["gate"], output)
    return tuple(weights)


def _projection(
    layer: Heads, name: str, sizes: tuple[int, ...], becomes: tuple[int, ...]
) -> list[Weight]:
    place = layer.stored_as.get(name, f"_{name}_dense")
    weights = [Weight("kernel", (*sizes, *becomes), places=(place,))]
    return [*weights, *([Weight("bias", becomes, places=(place,))] if layer.use_bias else [])]
