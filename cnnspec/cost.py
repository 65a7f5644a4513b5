"""CheckedGraph to what it costs: multiply-accumulates, memory of activations, receptive fields.

Everything is for one sample, and None where it depends on a size that is unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
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

    params: Dim
    """Numbers that the weights hold."""
    macs: Dim
    """Multiply-accumulates of kernels and attention."""
    activation_bytes: Dim
    """Bytes that the outputs take; for a model, the outputs of all its layers together."""
    receptive_field: tuple[ReceptiveField, ...] | None = None
    """A field for each spatial axis of the output; None where that is not known."""


NOTHING = Cost(0, 0, 0)

Fields = tuple[Reach, ...] | None
"""Where a tensor looks along each spatial axis, in places of the input."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What every call of a layer costs, and within it those of its submodel."""

    nodes: dict[str, Cost]
    """By the name of the call."""
    submodels: dict[str, "Costs"]
    """By the name of the call."""

    @property
    def total(self) -> Cost:
        """What the whole model costs."""
        return replace(together(self.nodes.values()), receptive_field=None)


def together(costs: Iterable[Cost]) -> Cost:
    """The sum of costs, with their receptive field where it is the same one."""
    each = list(costs)
    fields = {cost.receptive_field for cost in each}
    return Cost(
        plus(*(cost.params for cost in each)),
        plus(*(cost.macs for cost in each)),
        plus(*(cost.activation_bytes for cost in each)),
        fields.pop() if len(fields) == 1 else None,
    )


def costs(checked: CheckedGraph) -> Costs:
    """What every layer of a model costs."""
    starts = [_identity(spatial(each.tensor.shape)) for each in checked.inputs]
    return _costs(checked, starts)[0]


def _costs(checked: CheckedGraph, starts: Sequence[Fields]) -> tuple[Costs, list[Fields]]:
    """The costs of a model whose inputs look where `starts` say, and where its outputs look."""
    inputs = (Ref(each.name) for each in checked.inputs)
    fields: dict[Ref, Fields] = dict(zip(inputs, starts, strict=True))
    found = Costs({}, {})
    for node in checked.nodes:
        seen = [fields[ref] for ref in node.node.inputs]
        if node.submodel is not None:
            inner, results = _costs(node.submodel, seen)
            found.submodels[node.name] = inner
            cost = inner.total
        else:
            results = [_fields(node, seen)]
            params = node.params if node.weights_known else None
            memory = plus(*map(size_in_bytes, node.outputs.values()))
            cost = Cost(params, _macs(node), memory)
        if not node.is_first_call:
            cost = replace(cost, params=0)
        results += [None] * (len(node.outputs) - len(results))
        for output, field in zip(node.outputs, results, strict=True):
            fields[Ref(node.name, output)] = field
        found.nodes[node.name] = replace(cost, receptive_field=_shown(results[0]))
    return found, [fields.get(each.ref) for each in checked.graph.outputs]


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
    found, *others = (_through(field, reaches) for field in seen)
    for other in others:
        found = _hull(found, other)
    return None if _stretches(shapes, output, found) else found


def _stretches(shapes: Sequence[Shape], output: Shape, found: Fields) -> bool:
    """Whether a merge repeats one place of an input along an axis, so that distances mean nothing."""
    images = [shape for shape in shapes if len(shape) == len(output)]
    return len(shapes) > 1 and any(
        shape[axis] == 1 != output[axis] and not _is_whole(reach)
        for axis, reach in enumerate(found or (), start=1)
        for shape in images
    )


def _through(field: Fields, reaches: tuple[Reach, ...]) -> Fields:
    """Where a layer looks through one of its inputs.

    What has lost its spatial axes has seen everything. New axes of what nothing has looked at yet
    count as those of the input.
    """
    if not reaches:
        return ()
    if field is None:
        return None
    if not field:
        return (WHOLE,) * len(reaches)
    if len(field) != len(reaches):
        return _identity(len(reaches)) if set(field) == {POINT} else None
    return tuple(_composed(inner, reach) for inner, reach in zip(field, reaches, strict=True))


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
