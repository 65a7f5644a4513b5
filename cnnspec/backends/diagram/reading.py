"""Converts a CheckedGraph to a figure, with nothing folded or omitted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cnnspec.analysis.cost import Cost, Costs, costs, together
from cnnspec.backends.diagram.briefs import brief, by, call_text, in_full
from cnnspec.backends.diagram.figure import Box, Detail, Edge, Element, Figure, Group
from cnnspec.counts import counted
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Output, Ref
from cnnspec.layers.base import Layer, Weight
from cnnspec.shapes import UNKNOWN, Shape, TensorSpec


def read(checked: CheckedGraph, *, details: bool = False, cost: bool = False) -> Figure:
    """Return the figure of a model.

    `details` adds all details of layers to their boxes, including costs; `cost` adds only the
    multiply-accumulates.
    """
    reader = _Reader(details)
    found = (costs(checked),) if details or cost else ()
    part = reader.part(checked, "", found)
    outputs = [reader.output(each, part) for each in checked.graph.outputs]
    return Figure(checked.name, described(checked), (*part.children, *outputs), tuple(reader.edges))


def described(checked: CheckedGraph) -> str:
    """Return a one-sentence description for readers who cannot see the figure."""
    inputs = ", ".join(f"{each.name} {dims(each.tensor.shape)}" for each in checked.inputs)
    outputs = ", ".join(f"{name} {dims(spec.shape)}" for name, spec in checked.outputs.items())
    return f"{checked.name}: {inputs} to {outputs}, {checked.size}, {counted(checked.params, 'parameter')}"


def dims(shape: Shape) -> str:
    """Format a shape without its batch axis: 28x28x1."""
    if shape is UNKNOWN:
        return "unknown"
    return by(["?" if size is None else size for size in shape[1:]]) if len(shape) > 1 else "scalar"


def escaped(name: str) -> str:
    """Convert a name to an id: letters, digits and `_` stay, other characters become their code."""
    return re.sub(r"[^A-Za-z0-9_]", lambda found: f".{ord(found[0]):x}.", name)


@dataclass(frozen=True, slots=True)
class _Part:
    """The boxes of a model, and the connections of its tensors."""

    children: tuple[Element, ...]
    tensors: dict[Ref, tuple[str, TensorSpec]]
    """The box of each tensor."""
    numbers: dict[str, int]
    """The call number of each node of a shared layer."""


@dataclass(slots=True)
class _Scope:
    """The part of a model in a block, while it is collected."""

    name: str
    block: str
    children: list["Element | _Scope"] = field(default_factory=list)


@dataclass(slots=True)
class _Reader:
    details: bool
    edges: list[Edge] = field(default_factory=list)

    def part(self, checked: CheckedGraph, prefix: str, found: Sequence[Costs]) -> _Part:
        """Read a model; `prefix` is the prefix of its ids, `found` are the costs of each call."""
        top = _Scope("", "")
        scopes = {"": top}
        tensors: dict[Ref, tuple[str, TensorSpec]] = {}
        for each in checked.inputs:
            box = prefix + escaped(each.name)
            top.children.append(self.input(box, each.name, each.tensor))
            tensors[Ref(each.name)] = (box, each.tensor)
        calls: dict[str, list[CheckedNode]] = {}
        for node in checked.nodes:
            calls.setdefault(node.node.layer_name, []).append(node)
        entries: dict[str, list[str]] = {}
        for name, nodes in calls.items():
            id = prefix + escaped(name)
            first = nodes[0]
            scope = self.scope(first, scopes)
            if first.submodel is None:
                scope.children.append(self.box(id, nodes, found))
                entries[name] = [id]
                exits = [id] * len(first.outputs)
            else:
                inner = [each.submodels[node.name] for each in found for node in nodes]
                part = self.part(first.submodel, f"{id}-", inner)
                scope.children.append(
                    Group(
                        id,
                        name,
                        first.kind,
                        "submodel",
                        part.children,
                        first.node.frozen,
                        len(nodes),
                    )
                )
                entries[name] = [f"{id}-{escaped(each.name)}" for each in first.submodel.inputs]
                exits = [part.tensors[each.ref][0] for each in first.submodel.graph.outputs]
            for node in nodes:
                for (output, tensor), box in zip(node.outputs.items(), exits, strict=True):
                    tensors[Ref(node.name, output)] = (box, tensor)
        numbers = {
            node.name: number
            for nodes in calls.values()
            for number, node in enumerate(nodes, start=1)
            if len(nodes) > 1
        }
        for node in checked.nodes:
            targets = entries[node.node.layer_name]
            for position, ref in enumerate(node.node.inputs):
                source, tensor = tensors[ref]
                target = targets[position % len(targets)]
                call, from_call = numbers.get(node.name), numbers.get(ref.node)
                self.edges.append(Edge(source, target, tensor.shape, tensor.dtype, call, from_call))
        return _Part(_nested(top, prefix), tensors, numbers)

    @staticmethod
    def scope(node: CheckedNode, scopes: dict[str, _Scope]) -> _Scope:
        """Return the scope of the block call of a layer, which is created where it first occurs."""
        outer = scopes[""]
        for scoped, block in node.node.scopes:
            if scoped not in scopes:
                scopes[scoped] = _Scope(scoped, block)
                outer.children.append(scopes[scoped])
            outer = scopes[scoped]
        return outer

    def input(self, id: str, name: str, tensor: TensorSpec) -> Box:
        details = [("Shape", dims(tensor.shape)), ("Data type", tensor.dtype)]
        return Box(
            id,
            name,
            name,
            "InputLayer",
            () if tensor.dtype == "float32" else (tensor.dtype,),
            inputs=(tensor.shape,),
            outputs=(tensor.shape,),
            details=tuple(details) if self.details else (),
        )

    def output(self, output: Output, part: _Part) -> Box:
        """Return the box of an output, with its loss and metrics."""
        source, tensor = part.tensors[output.ref]
        box = f"output.{escaped(output.name)}"
        from_call = part.numbers.get(output.ref.node)
        self.edges.append(Edge(source, box, tensor.shape, tensor.dtype, from_call=from_call))
        losses = []
        if output.loss is not None:
            weight = "" if output.loss_weight is None else f" × {output.loss_weight:g}"
            losses.append(f"{call_text(output.loss)}{weight}")
        metrics = tuple(map(call_text, output.metrics))
        details = [("Shape", dims(tensor.shape)), ("Data type", tensor.dtype)]
        details += [("Loss", loss) for loss in losses]
        details += [("Metrics", ", ".join(metrics))] if metrics else []
        return Box(
            box,
            output.name,
            output.name,
            "Output",
            inputs=(tensor.shape,),
            outputs=(tensor.shape,),
            losses=tuple(losses),
            metrics=metrics,
            details=tuple(details) if self.details else (),
        )

    def box(self, id: str, nodes: list[CheckedNode], found: Sequence[Costs]) -> Box:
        """Return the box of a layer, with all its calls."""
        node = nodes[0]
        cost = (
            together(each.nodes[call.name] for each in found for call in nodes) if found else None
        )
        params = sum(each.params for each in nodes) if node.weights_known else None
        span = node.node.place.span("kind")
        made = Box(
            id,
            node.node.layer_name,
            node.node.scoped.rpartition("/")[2],
            node.kind,
            brief(node.layer) if isinstance(node.layer, Layer) else (),
            tuple(in_full(node.layer)) if isinstance(node.layer, Layer) else (),
            tuple(dict.fromkeys(each.shape for call in nodes for each in call.inputs)),
            tuple(dict.fromkeys(each.shape for call in nodes for each in call.outputs.values())),
            params,
            cost.macs if cost else None,
            node.node.frozen,
            len(nodes),
            said_in=(span.file, span.line) if span else None,
        )
        return replace(made, details=_details(made, node, cost)) if cost and self.details else made


def _details(box: Box, node: CheckedNode, cost: Cost) -> tuple[Detail, ...]:
    """Return all details of a layer."""
    said: list[Detail] = [("Layer", node.kind)]
    said += box.arguments
    said.append(("Input shape", " and ".join(map(dims, box.inputs))))
    said.append(("Output shape", " or ".join(map(dims, box.outputs))))
    said.append(
        ("Data type", ", ".join(dict.fromkeys(each.dtype for each in node.outputs.values())))
    )
    said.append(("Parameters", _number(box.params)))
    said += [(weight.name, _weight(weight)) for weight in node.weights]
    said.append(("Multiply-accumulates", _number(cost.macs)))
    said.append(("Activation memory", _number(cost.activation_bytes, " bytes")))
    if cost.receptive_field:
        sizes = ["all" if axis.size is None else str(axis.size) for axis in cost.receptive_field]
        said.append(("Receptive field", by(sizes)))
    if box.frozen:
        said.append(("Frozen", "weights do not change; runs in inference mode"))
    if box.calls > 1:
        said.append(("Calls", str(box.calls)))
    said += [("In the spec", line) for line in _lines(node)]
    return tuple(said)


def _number(number: int | None, unit: str = "") -> str:
    return "unknown" if number is None else f"{number:,}{unit}"


def _weight(weight: Weight) -> str:
    said = by(weight.shape) if weight.shape else "scalar"
    return said if weight.trainable else f"{said}, not trained"


def _lines(node: CheckedNode) -> list[str]:
    """Return the location of a layer in the spec, and of the calls around it."""
    spans = (each.span("kind") for each in node.node.place.outward())
    return [f"{Path(span.file).name}:{span.line}" for span in spans if span is not None]


def _nested(scope: _Scope, prefix: str) -> tuple[Element, ...]:
    """Return the boxes of a scope, with those of blocks in groups."""
    made: list[Element] = []
    for child in scope.children:
        if not isinstance(child, _Scope):
            made.append(child)
            continue
        inner = _nested(child, prefix)
        frozen = all(each.frozen for each in inner)
        id = f"{prefix}block.{escaped(child.name)}"
        made.append(Group(id, child.name.rpartition("/")[2], child.block, "block", inner, frozen))
    return tuple(made)
