"""CheckedGraph to what it costs: multiply-accumulates, memory of activations, receptive fields.

Everything is for one sample, and None where it depends on a size that is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isinf

from cnnspec.graph import CheckedGraph, CheckedNode, Ref, SubmodelLayer
from cnnspec.layers.cost_rules import plus
from cnnspec.layers.reach_rules import POINT, WHOLE, Reach, spatial
from cnnspec.shapes import UNKNOWN, Dim, Shape, TensorSpec, product

BITS = {"bool": 8, "bfloat16": 16}
"""The bits of a number, where the name of the data type does not end with them."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The part of the input that one value depends on, along one spatial axis."""

    size: int | None
    """How many places of the input; None for all of them."""
    stride: float
    """How many places of the input lie between the fields of two neighbours."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a layer costs, or a whole model."""

    macs: Dim
    """Multiply-accumulates of kernels and attention."""
    activation_bytes: Dim
    """Bytes that the outputs take; for a model, the outputs of all its layers together."""
    receptive_field: tuple[ReceptiveField, ...] | None = None
    """A field for each spatial axis of the output; None where that is not known."""


Fields = tuple[Reach, ...] | None
"""Where a tensor looks along each spatial axis, in places of the input."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What every call of a layer costs, and what those of its submodel do."""

    nodes: Mapping[str, Cost]
    """By the name of the call."""
    submodels: Mapping[str, "Costs"]
    """By the name of the call."""

    @property
    def total(self) -> Cost:
        """What the whole model costs."""
        return together(self.nodes.values())


def together(costs: Iterable[Cost]) -> Cost:
    """The sum of costs."""
    each = list(costs)
    macs = plus(*(cost.macs for cost in each))
    return Cost(macs, plus(*(cost.activation_bytes for cost in each)))


def costs(checked: CheckedGraph) -> Costs:
    """What every layer of a model costs."""
    starts = [_identity(spatial(each.tensor.shape)) for each in checked.inputs]
    return _costs(checked, starts)[0]


def _costs(checked: CheckedGraph, starts: Sequence[Fields]) -> tuple[Costs, list[Fields]]:
    """The costs of a model whose inputs look where `starts` say, and where its outputs look."""
    inputs = (Ref(each.name) for each in checked.inputs)
    fields: dict[Ref, Fields] = dict(zip(inputs, starts, strict=True))
    nodes, submodels = {}, {}
    for node in checked.nodes:
        seen = [fields[ref] for ref in node.node.inputs]
        if node.submodel is not None:
            inner, results = _costs(node.submodel, seen)
            submodels[node.name] = inner
            cost = inner.total
        else:
            results = [_fields(node, seen)]
            cost = Cost(_macs(node), plus(*map(size_in_bytes, node.outputs.values())))
        results += [None] * (len(node.outputs) - len(results))
        for output, field in zip(node.outputs, results, strict=True):
            fields[Ref(node.name, output)] = field
        nodes[node.name] = Cost(cost.macs, cost.activation_bytes, _shown(results[0]))
    found = [fields.get(each.ref) for each in checked.graph.outputs]
    return Costs(nodes, submodels), found


def size_in_bytes(tensor: TensorSpec) -> Dim:
    """What one sample of a tensor takes; texts have no size."""
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


def _identity(rank: int) -> Fields:
    return (POINT,) * rank


def _fields(node: CheckedNode, seen: list[Fields]) -> Fields:
    """Where the output of a layer looks: where the layer looks, seen through all of its inputs."""
    shapes = [tensor.shape for tensor in node.inputs]
    if isinstance(node.layer, SubmodelLayer) or any(shape is UNKNOWN for shape in shapes):
        return None
    reaches = node.layer.reach(*shapes)
    if reaches is None:
        return None
    output = next(iter(node.outputs.values())).shape
    through = [
        _through(field, reaches, shape, output) for field, shape in zip(seen, shapes, strict=True)
    ]
    found = through[0]
    for other in through[1:]:
        found = _hull(found, other)
    return found


def _through(field: Fields, reaches: tuple[Reach, ...], shape: Shape, output: Shape) -> Fields:
    """Where a layer looks through one of its inputs.

    What has lost its spatial axes has seen everything. New axes of an input that nothing has looked
    at yet count as its own.
    """
    if field is None:
        return None
    if not field:
        return (WHOLE,) * len(reaches)
    if len(field) != len(reaches):
        return _identity(len(reaches)) if set(field) == {POINT} and reaches else ()
    sizes = zip(shape[1:-1], output[1:-1], strict=True)
    found = []
    for inner, reach, (has, gives) in zip(field, reaches, sizes, strict=True):
        seen = _composed(inner, reach)
        if reach == POINT and has == 1 and gives != 1 and not _is_whole(seen):
            return None  # one place is stretched over all
        found.append(seen)
    return tuple(found)


def _composed(inner: Reach, outer: Reach) -> Reach:
    """Where a place looks that looks at places which look further.

    Sizes grow by `(kernel_size - 1) * stride`, strides multiply (Araujo et al., 2019, equation 2).
    """
    step = inner.step
    return Reach(
        inner.first + outer.first * step, inner.last + outer.last * step, step * outer.step
    )


def _is_whole(reach: Reach) -> bool:
    return isinf(reach.first) or isinf(reach.last)


def _hull(one: Fields, other: Fields) -> Fields:
    """All that is seen on two ways; None where their strides differ, so that it depends on the place."""
    if one is None or other is None or len(one) != len(other):
        return None
    found = []
    for a, b in zip(one, other, strict=True):
        if abs(a.step - b.step) > 1e-9 and not (_is_whole(a) or _is_whole(b)):
            return None
        step = b.step if _is_whole(a) else a.step
        found.append(Reach(min(a.first, b.first), max(a.last, b.last), step))
    return tuple(found)


def _shown(fields: Fields) -> tuple[ReceptiveField, ...] | None:
    if not fields:
        return None
    return tuple(
        ReceptiveField(
            None if _is_whole(each) else floor(each.last - each.first + 1e-6) + 1,
            round(each.step, 6),
        )
        for each in fields
    )
