"""The rows of a summary: the layers of a checked graph, with blocks folded below a depth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.analysis.cost import NOTHING, Cost, Costs, together
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Ref
from cnnspec.naming import node_name
from cnnspec.shapes import Shape


@dataclass(frozen=True, slots=True)
class Row:
    """A layer in the table, or a block call that is folded to a row."""

    name: str
    kind: str
    """The name of the Keras class; for a folded block, the name of the block."""
    sources: tuple[str, ...]
    output_shapes: tuple[Shape, ...]
    params: int
    trainable: bool
    level: int = 0
    """The number of submodels around it."""
    cost: Cost | None = None
    """The cost of all its calls together; None if it was not requested."""
    layers: int | None = None
    """The number of layers that are folded to this row; None for a layer."""

    def data(self) -> dict[str, Any]:
        """Return the row as plain data; several outputs give a list of shapes."""
        shapes = [list(shape) for shape in self.output_shapes]
        data = {
            "name": self.name,
            "kind": self.kind,
            "from": list(self.sources),
            "output_shape": shapes[0] if len(shapes) == 1 else shapes,
            "params": self.params,
            "trainable": self.trainable,
        }
        if self.layers is not None:
            data["layers"] = self.layers
        return data if self.cost is None else data | _cost_data(self.cost)


def _cost_data(cost: Cost) -> dict[str, Any]:
    """Return the costs of a layer as plain data; unknown costs are null."""
    field = cost.receptive_field
    return {
        "macs": cost.macs,
        "activation_bytes": cost.activation_bytes,
        "receptive_field": field
        and {"size": [axis.size for axis in field], "stride": [axis.stride for axis in field]},
    }


@dataclass(slots=True)
class _Part:
    """A layer, or a folded block call, with all its calls."""

    name: str
    block: str | None
    """The name of the folded block; None for a layer."""
    calls: list[CheckedNode] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    leaving: list[Shape] = field(default_factory=list)
    """The shapes of the tensors that other parts use."""


def rows(
    checked: CheckedGraph,
    *,
    expand: bool = False,
    depth: int | None = None,
    found: Sequence[Costs] = (),
    level: int = 0,
) -> Iterator[Row]:
    """Return every layer once, in the order of the spec; `expand` adds those of submodels.

    Blocks, and with `expand` submodels, are folded to one row each below a `depth`. `found` are the
    costs of each call of the model; without them rows have no costs.
    """
    cost = NOTHING if found else None
    for each in checked.inputs:
        yield Row(each.name, "InputLayer", (), (each.tensor.shape,), 0, True, level, cost)
    for part in _parts(checked, depth):
        yield _row(part, level, found)
        first = part.calls[0]
        left = None if depth is None else depth - len(first.node.scopes) - 1
        is_open = part.block is None and (left is None or left >= 0)
        if expand and is_open and first.submodel is not None:
            inner = [each.submodels[call.name] for each in found for call in part.calls]
            yield from rows(first.submodel, expand=True, depth=left, found=inner, level=level + 1)


def _parts(checked: CheckedGraph, depth: int | None) -> list[_Part]:
    """Return the layers and folded block calls of a model, with their connections."""
    parts: dict[str, _Part] = {}
    part_of: dict[str, _Part] = {}
    for node in checked.nodes:
        layer = node.node.layer_name
        if layer not in part_of:
            scopes = node.node.scopes
            if depth is None or len(scopes) <= depth:
                part_of[layer] = parts[layer] = _Part(layer, None)
            else:
                scoped, block = scopes[depth]
                part_of[layer] = parts.setdefault(f"{scoped}/", _Part(node_name(scoped), block))
        part_of[node.name] = part_of[layer]
        part_of[node.name].calls.append(node)
    tensors = {
        Ref(node.name, name): output
        for node in checked.nodes
        for name, output in node.outputs.items()
    }
    uses = [(ref, part_of[node.name]) for node in checked.nodes for ref in node.node.inputs]
    uses += [(output.ref, _Part("", None)) for output in checked.graph.outputs]
    for ref, user in uses:
        source = part_of.get(ref.node)
        if source is None:  # an input of the model
            user.sources.append(str(ref))
        elif source is not user or user.block is None:
            user.sources.append(str(Ref(source.name, None if source.block else ref.output)))
            source.leaving.append(tensors[ref].shape)
    return list(parts.values())


def _row(part: _Part, level: int, found: Sequence[Costs]) -> Row:
    names = [call.name for call in part.calls]
    cost = together(each.nodes[name] for each in found for name in names) if found else None
    params = sum(call.params for call in part.calls)
    trainable = any(call.trainable for call in part.calls)
    if part.block is None:
        shapes = tuple(tensor.shape for tensor in part.calls[0].outputs.values())
        kind, sources = part.calls[0].kind, tuple(part.sources)
        return Row(part.name, kind, sources, shapes, params, trainable, level, cost)
    if cost is not None:
        last = together(each.nodes[names[-1]] for each in found)
        cost = replace(cost, receptive_field=last.receptive_field)
    return Row(
        part.name,
        part.block,
        tuple(dict.fromkeys(part.sources)),
        tuple(dict.fromkeys(part.leaving)),
        params,
        trainable,
        level,
        cost,
        layers=_count(part.calls),
    )


def _count(calls: Sequence[CheckedNode]) -> int:
    """Return the number of layers that are called, including those of submodels."""
    first = {call.node.layer_name: call for call in reversed(calls)}
    return sum(_count(call.submodel.nodes) if call.submodel else 1 for call in first.values())
