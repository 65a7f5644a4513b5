"""Notes on the layers that make a model what it is, where something else is expected."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from math import inf

from cnnspec.analysis.measuring import Measures, unknown_weights
from cnnspec.diagnostics.report import Note
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.expectations import TRAINABLE, Target
from cnnspec.ir.graph import Ref
from cnnspec.shapes import UNKNOWN, Dim, Shape

Choose = Callable[[CheckedNode, Shape], Ref]
"""Says which input of a node to follow, for the shape of its output."""

MOST = 3
"""The most layers that notes are made on."""
MOST_OF_CHAIN = 5
"""The most layers of a chain that notes are made on."""


def sizes_text(shape: Sequence[Dim]) -> str:
    """Return a shape as in a spec, without the batch axis."""
    return f"[{', '.join('null' if size is None else str(size) for size in shape)}]"


def shape_text(shape: Shape) -> str:
    """Return the shape of a tensor as in a spec."""
    if shape is UNKNOWN:
        return "unknown"
    return sizes_text(shape[1:]) if shape else "a single value without a batch axis"


def of_total(key: str, measures: Measures, *, is_too_little: bool) -> list[Note]:
    """Make notes on the layers with the largest part of a number of the whole model."""
    nodes = measures.checked.nodes
    if key == "macs":
        costs = measures.costs.nodes
        return _largest(nodes, lambda node: costs[node.name].macs or 0, "takes {:,} of them")
    if key == TRAINABLE:
        if is_too_little and (frozen := _largest(nodes, _frozen, "has {:,} that are not trained")):
            return frozen
        return _largest(nodes, lambda node: node.trainable_params, "has {:,} of them")
    return _largest(nodes, lambda node: node.params, "has {:,} of them")


def _frozen(node: CheckedNode) -> int:
    return 0 if node.trainable and node.submodel is None else node.params - node.trainable_params


def _largest(
    nodes: Sequence[CheckedNode], number: Callable[[CheckedNode], int], says: str
) -> list[Note]:
    found = sorted(((number(node), -at, node) for at, node in enumerate(nodes)), reverse=True)
    return [_note(node, says.format(count)) for count, _, node in found[:MOST] if count]


def of_unknown_total(key: str, measures: Measures) -> list[Note]:
    """Make notes on the layers because of which a number of the whole model is not known."""
    if key == "macs":
        costs = measures.costs.nodes
        nodes = [node for node in measures.checked.nodes if costs[node.name].macs is None]
        says = "takes a number that is not known, for an input of {}"
        return [
            _note(node, says.format(" and ".join(shape_text(each.shape) for each in node.inputs)))
            for node in nodes[:MOST]
        ]
    nodes = unknown_weights(measures.checked)
    return [_note(node, "has weights that are not known") for node in nodes[:MOST]]


def of_shape(target: Target, expected: tuple[Dim, ...], measures: Measures) -> list[Note]:
    """Make notes on the layers that change a shape on the way to a target, the last one first.

    Only what changes the sizes that differ from the expected ones matters.
    """
    shape = measures.shape(target)
    wrong = None
    if shape is not UNKNOWN and len(shape) == len(expected) + 1:
        pairs = enumerate(zip(shape[1:], expected, strict=True), start=1)
        wrong = [axis for axis, (size, wanted) in pairs if size != wanted]
    model = measures.model(target)
    assert model is not None
    notes = _changes(model, Ref(target.node, target.output), wrong)
    return [*islice(notes, MOST_OF_CHAIN)]


def _changes(model: CheckedGraph, ref: Ref, axes: list[int] | None) -> Iterator[Note]:
    for node, shape, source in _chain(model, ref):
        before = [each.shape for each in node.inputs]
        if all(each is UNKNOWN or _differ(each, shape, axes) for each in before) or not before:
            inputs = " and ".join(dict.fromkeys(map(shape_text, before)))
            makes = "a shape that is not known" if shape is UNKNOWN else shape_text(shape)
            yield _note(node, f"makes {makes} from {inputs}")
            if shape is UNKNOWN or any(len(each) != len(shape) for each in before):
                axes = None
        if source is not None:
            yield source


def _chain(
    model: CheckedGraph, ref: Ref, choose: Choose | None = None
) -> Iterator[tuple[CheckedNode, Shape, Note | None]]:
    """Yield the nodes that lead to a tensor, with its shape there; the last one has a note on the input.

    Of several inputs of a node, `choose` says which is followed; by default one of the same shape.
    """
    nodes = {node.name: node for node in model.nodes}
    inputs = {each.name: each for each in model.inputs}
    while ref.node in nodes:
        node = nodes[ref.node]
        shape = node.outputs[ref.output].shape
        ref = (choose or _of_same_shape)(node, shape)
        note = None
        if ref.node in inputs:
            source = inputs[ref.node]
            note = source.place.note(f"'{source.name}' is {shape_text(source.tensor.shape)}")
        yield node, shape, note


def _of_same_shape(node: CheckedNode, shape: Shape) -> Ref:
    same = (at for at, each in enumerate(node.inputs) if each.shape == shape)
    return node.node.inputs[next(same, 0)]


def _differ(before: Shape, after: Shape, axes: list[int] | None) -> bool:
    if axes is None or len(before) != len(after):
        return before != after
    return any(before[axis] != after[axis] for axis in axes)


def of_receptive_field(target: Target, measures: Measures) -> list[Note]:
    """Make notes on the layers that widen the receptive field on the way to a target."""
    model = measures.model(target)
    assert model is not None

    def field(ref: Ref) -> float:
        found = measures.receptive_field(Target(target.calls, ref.node, ref.output))
        return 0 if found is None else found

    def widest(node: CheckedNode, _: Shape) -> Ref:
        return max(node.node.inputs, key=field)

    notes = []
    for node, _, _ in _chain(model, Ref(target.node, target.output), widest):
        before, after = field(widest(node, ())), field(node.node.value[0])
        if 0 < before < after:
            says = f"widens it from {field_text(before)} to {field_text(after)}"
            notes.append(_note(node, says))
    return notes[:MOST_OF_CHAIN]


def field_text(size: float) -> str:
    """Return a receptive field in words."""
    return "the whole input" if size == inf else f"{int(size):,}"


def _note(node: CheckedNode, says: str) -> Note:
    return node.node.place.note(f"'{node.node.scoped}' {says}")
