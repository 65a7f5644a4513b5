"""Rules for shapes that Keras silently accepts."""

from collections.abc import Iterator

from cnnspec.analysis.lint.base import Finding, Model, kind, model_lint
from cnnspec.ir.checked import CheckedNode
from cnnspec.ir.graph import Ref, SubmodelLayer
from cnnspec.shapes import UNKNOWN, Shape, text
from cnnspec.syntax.places import Place

ELEMENTWISE = frozenset(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"))
FEW_CHANNELS = (1, 3)
"""The numbers of channels of an image."""


def _keeps_shape(node: CheckedNode) -> bool:
    """Whether a node has one input, and an output of the same shape."""
    outputs = tuple(tensor.shape for tensor in node.outputs.values())
    return len(node.inputs) == 1 and outputs == (node.inputs[0].shape,)


@model_lint("dense-without-flatten")
def dense_without_flatten(model: Model) -> Iterator[Finding]:
    """Dense layers over the channels of an image, at the end of a network.

    Those inside a network may be intended as 1 x 1 convolutions.
    """
    ends = [output.ref for output in model.checked.graph.outputs]
    ends += [node.node.inputs[0] for node in model.checked.nodes if kind(node) == "Flatten"]
    firsts: dict[str, CheckedNode | None] = {}
    for node in model.checked.nodes:
        before = firsts.get(node.node.inputs[0].node)
        if kind(node) == "Dense" and len(node.inputs[0].shape) > 3:
            firsts[node.name] = before or node
        elif not isinstance(node.layer, SubmodelLayer) and _keeps_shape(node):
            firsts[node.name] = before
    for ref in ends:
        if (first := firsts.get(ref.node)) is not None:
            shape, layer = first.inputs[0].shape, first.node.scoped
            (output,) = first.outputs.values()
            message = f"'{layer}' works only on the last axis of {text(shape)} and returns {text(output.shape)}"
            notes = model.source_notes(first)
            suggestion = "add Flatten or GlobalAveragePooling2D before it"
            yield Finding(message, first.node.place, "kind", notes, suggestion)


@model_lint("broadcast-merge")
def broadcast_merge(model: Model) -> Iterator[Finding]:
    """A merge in which no input has the shape of the result, or a single channel is added to many.

    Factors or offsets per channel are common, and so are masks.
    """
    for node in model.checked.nodes:
        if kind(node) not in ELEMENTWISE:
            continue
        shapes = [tensor.shape for tensor in node.inputs]
        (merged,) = (tensor.shape for tensor in node.outputs.values())
        if merged is UNKNOWN:
            continue
        whole = any(not _stretched(shape, merged) for shape in shapes)
        lone = kind(node) != "Multiply" and any(
            _stretched(shape, merged) == [len(shape) - 1] for shape in shapes if len(shape) > 2
        )
        if whole and not lone:
            continue
        said = " and ".join(text(shape) for shape in dict.fromkeys(shapes))
        message = f"{node.kind} broadcasts {said} to {text(merged)}"
        yield Finding(message, node.node.place, "kind", model.source_notes(node))


def _stretched(shape: Shape, merged: Shape) -> list[int]:
    """Return the axes along which an input is broadcast; [0] if it has fewer axes."""
    if len(shape) < len(merged):
        return [0]
    pairs = zip(shape, merged, strict=True)
    return [axis for axis, (has, gets) in enumerate(pairs) if axis and has == 1 and gets != 1]


@model_lint("channel-order")
def channel_order(model: Model) -> Iterator[Finding]:
    """An image with 1 or 3 channels whose reader expects them on another axis."""
    readers = _first_readers(model)
    for each in model.checked.inputs:
        first = readers.get(each.name)
        if first is None or isinstance(first.layer, SubmodelLayer):
            continue
        taken = first.layer.meant("data_format")
        other = {"channels_last": "channels_first", "channels_first": "channels_last"}[taken]
        if _looks_like(each.tensor.shape, other) and not _looks_like(each.tensor.shape, taken):
            message = f"{text(each.tensor.shape[1:])} looks like {other}, but {first.layer.kind()} takes it as {taken}"
            place = each.place / "shape" if isinstance(each.place.value(), dict) else each.place
            reader = first.node.place / "data_format"
            note = reader.note(f"'{first.node.scoped}' reads it here", "given")
            notes = [note, *reader.callers()]
            new = _reordered(each.tensor.shape, place, other)
            suggestion = new and f"if it is, write `{new}`"
            yield Finding(message, place, "value", notes, suggestion, new)


def _reordered(shape: Shape, place: Place, order: str) -> str | None:
    """Return a shape that is written as a list of sizes in the other order of channels."""
    sizes = list(shape[1:])
    if place.value() != sizes:
        return None
    moved = [*sizes[1:], sizes[0]] if order == "channels_first" else [sizes[-1], *sizes[:-1]]
    return f"[{', '.join('null' if size is None else str(size) for size in moved)}]"


def _first_readers(model: Model) -> dict[str, CheckedNode]:
    """Return the first layer with a data format after each input and layers that keep its shape."""
    readers: dict[str, CheckedNode] = {}
    same = {Ref(each.name): each.name for each in model.checked.inputs}
    for node in model.checked.nodes:
        for name in [same[ref] for ref in node.node.inputs if ref in same]:
            if hasattr(node.layer, "data_format") and kind(node) != "Flatten":
                readers.setdefault(name, node)
            elif _keeps_shape(node):
                same[Ref(node.name)] = name
    return readers


def _looks_like(shape: Shape, order: str) -> bool:
    """Whether a shape is that of an image: few channels, and equal sides."""
    if len(shape) < 2:
        return False
    channels, sides = (
        (shape[1], shape[2:]) if order == "channels_first" else (shape[-1], shape[1:-1])
    )
    known = [side for side in sides if side is not None]
    if channels not in FEW_CHANNELS or len(known) < 2 or len(known) < len(sides):
        return False
    smallest, largest = min(known), max(known)
    return smallest >= 8 and (smallest == largest or (channels == 3 and largest <= 4 * smallest))


@model_lint("normalized-axis")
def normalized_axis(model: Model) -> Iterator[Finding]:
    """BatchNormalization over the width of an image instead of its channels."""
    for node in model.checked.nodes:
        shape = node.inputs[0].shape
        last = getattr(node.layer, "axis", None) in (-1, len(shape) - 1)
        if kind(node) != "BatchNormalization" or len(shape) < 4 or not last:
            continue
        source = model.nodes.get(node.node.inputs[0].node)
        while source and _keeps_shape(source) and not hasattr(source.layer, "data_format"):
            source = model.nodes.get(source.node.inputs[0].node)
        if source and getattr(source.layer, "data_format", None) == "channels_first":
            message = f"'{node.node.scoped}' normalizes over the last axis, but the channels of {text(shape)} are on axis 1"
            first = source.node.place / "data_format"
            note = first.note(f"'{source.node.scoped}' is channels_first", "given")
            yield Finding(message, node.node.place / "axis", "given", [note], "set 'axis: 1'")
