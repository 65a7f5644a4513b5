"""Computes the cost of a CheckedGraph: multiply-accumulates, activation memory, receptive fields.

Costs are per sample, and None if they depend on an unknown size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from cnnspec.analysis.receptive_field import ITSELF, Fields, ReceptiveField, stretches, through
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Ref, SubmodelLayer
from cnnspec.layers.cost_rules import plus, times
from cnnspec.layers.reach_rules import spatial
from cnnspec.shapes import UNKNOWN, Dim, TensorSpec, product

BITS = {"bool": 8, "bfloat16": 16}
"""The bits per value of data types whose name does not end with them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a layer or a model."""

    params: Dim
    """The number of values in the weights."""
    macs: Dim
    """Multiply-accumulates of kernels and attention."""
    activation_bytes: Dim
    """Bytes of the outputs; for a model, of the outputs of all layers."""
    receptive_field: tuple[ReceptiveField, ...] | None = None
    """A field per spatial axis of the output; None if unknown."""


NOTHING = Cost(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of every call of a layer, and the costs inside submodels."""

    nodes: dict[str, Cost]
    """By name of the call."""
    submodels: dict[str, "Costs"]
    """By name of the call."""
    fields: dict[Ref, tuple[ReceptiveField, ...] | None] = field(default_factory=dict)
    """The receptive field of every input and result of a layer; None if unknown."""

    @property
    def total(self) -> Cost:
        """The cost of the whole model."""
        return replace(together(self.nodes.values()), receptive_field=None)

    def times(self, count: Dim) -> "Costs":
        """Return the cost of several calls with the same weights."""
        nodes = {
            name: replace(
                each,
                macs=times(each.macs, count),
                activation_bytes=times(each.activation_bytes, count),
            )
            for name, each in self.nodes.items()
        }
        inner = {name: each.times(count) for name, each in self.submodels.items()}
        return Costs(nodes, inner, self.fields)


def together(costs: Iterable[Cost]) -> Cost:
    """Add costs; their receptive field is kept if it is the same."""
    each = list(costs)
    fields = {cost.receptive_field for cost in each}
    return Cost(
        plus(*(cost.params for cost in each)),
        plus(*(cost.macs for cost in each)),
        plus(*(cost.activation_bytes for cost in each)),
        fields.pop() if len(fields) == 1 else None,
    )


def costs(checked: CheckedGraph) -> Costs:
    """Return the cost of every layer of a model."""
    starts: list[Fields] = [(ITSELF,) * spatial(each.tensor.shape) for each in checked.inputs]
    return _costs(checked, starts)[0]


def _costs(checked: CheckedGraph, starts: Sequence[Fields]) -> tuple[Costs, list[Fields]]:
    """Return the costs of a model and the receptive fields of its outputs."""
    inputs = (Ref(each.name) for each in checked.inputs)
    fields: dict[Ref, Fields] = dict(zip(inputs, starts, strict=True))
    costs = Costs({}, {})
    for node in checked.nodes:
        seen = [fields[ref] for ref in node.node.inputs]
        if node.submodel is not None:
            starts = seen if node.every_step is None else [each and each[1:] for each in seen]
            inner, results = _costs(node.submodel, starts)
            if node.every_step is not None:
                inner = inner.times(node.inputs[0].shape[1])
                results = [_with_steps(seen[0], each) for each in results]
            costs.submodels[node.name] = inner
            cost = inner.total
        else:
            results = _fields(node, seen)
            params = node.params if node.weights_known else None
            memory = plus(*map(size_in_bytes, node.outputs.values()))
            cost = Cost(params, _macs(node), memory)
        if not node.is_first_call:
            cost = replace(cost, params=0)
        results += [None] * (len(node.outputs) - len(results))
        for output, found in zip(node.outputs, results, strict=True):
            fields[Ref(node.name, output)] = found
        shown = _shown(results[0])
        costs.nodes[node.name] = replace(cost, receptive_field=shown)
    costs.fields.update((ref, _shown(found)) for ref, found in fields.items())
    return costs, [fields.get(each.ref) for each in checked.graph.outputs]


def _shown(fields: Fields) -> tuple[ReceptiveField, ...] | None:
    return tuple(each.shown() for each in fields or ()) or None


def _with_steps(sequence: Fields, step: Fields) -> Fields:
    """Return the fields of a sequence of steps, each of which depends on its own step."""
    return None if not sequence or step is None else (sequence[0], *step)


def size_in_bytes(tensor: TensorSpec) -> Dim:
    """Return the size of one sample of a tensor; text has no size."""
    digits = tensor.dtype.lstrip("abcdefghijklmnopqrstuvwxyz")
    bits = BITS.get(tensor.dtype) or (int(digits) if digits else None)
    if tensor.shape is UNKNOWN or bits is None:
        return None
    return product((*tensor.shape[1:], bits // 8))


def _macs(node: CheckedNode) -> Dim:
    shapes = [tensor.shape for tensor in node.inputs]
    if isinstance(node.layer, SubmodelLayer) or not node.weights_known or UNKNOWN in shapes:
        return None
    return node.layer.macs(*shapes)


def _fields(node: CheckedNode, seen: list[Fields]) -> list[Fields]:
    """Return the receptive fields of the outputs of a layer, as far as they are known."""
    shapes = [tensor.shape for tensor in node.inputs]
    if isinstance(node.layer, SubmodelLayer) or any(shape is UNKNOWN for shape in shapes):
        return [None]
    reach = node.layer.reach(*shapes)
    found = [through(seen, each) for each in (reach if isinstance(reach, list) else [reach])]
    outputs = (tensor.shape for tensor in node.outputs.values())
    return [
        None if stretches(shapes, output, field) else field
        for field, output in zip(found, outputs, strict=False)
    ]
