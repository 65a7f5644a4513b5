"""Reads the parts that `diff` compares from a CheckedGraph."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from cnnspec.analysis.cost import Costs, together
from cnnspec.declarations.wording import written
from cnnspec.diff.parts import INPUT, SUBMODEL, Model, Part, Source
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Input, Ref, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.naming import keras_name, snake_case
from cnnspec.syntax.paths import shown_path

Facts = tuple[str, tuple[Any, ...], dict[str, Any], dict[str, Any]]
"""The kind of a layer, what it means, its arguments as written, and the defaults of all."""


def model_of(checked: CheckedGraph, costs: Sequence[Costs]) -> Model:
    """The parts of a model; `costs` has one entry for each of its calls."""
    parts: dict[str, Part] = {}
    sources: dict[Ref, Source] = {}
    for model_input in checked.inputs:
        part = _input(model_input)
        parts[part.name] = part
        sources[Ref(model_input.name)] = Source(part.name, 0, None)
    calls: dict[str, list[CheckedNode]] = {}
    for node in checked.nodes:
        earlier = calls.setdefault(node.keras_name, [])
        for output in node.outputs:
            sources[Ref(node.name, output)] = Source(node.keras_name, len(earlier), output)
        earlier.append(node)
    facts: dict[int, Facts] = {}
    for name, nodes in calls.items():
        parts[name] = _part(nodes, sources, costs, facts)
    outputs = {output.name: sources[output.ref] for output in checked.graph.outputs}
    return Model(checked, together(cost.total for cost in costs).macs, parts, outputs)


def _input(model_input: Input) -> Part:
    """An input; its shape and data type are compared like arguments."""
    tensor = model_input.tensor
    shape = tensor.shape[1:]
    is_counted = _counted_layer(INPUT).search(model_input.name) is not None
    return Part(
        name=keras_name(model_input.name),
        node=model_input.name,
        shown=model_input.name,
        local="" if is_counted else model_input.name,
        is_counted=is_counted,
        is_nameless=is_counted,
        kind=INPUT,
        meaning=(INPUT, ("dtype", tensor.dtype), ("shape", shape)),
        given={"shape": list(shape), "dtype": tensor.dtype},
        called=(model_input.name,),
        tensors=(tensor,),
        layers=0,
    )


def _facts(layer: Layer) -> Facts:
    """What is compared of a layer, wherever it stands."""
    given = {name: written(value) for name, value in layer.given.items()}
    defaults = {name: written(type(layer).default_of(name)) for name in layer.arguments()}
    return layer.meant_kind(), layer.meaning(), given, defaults


def _part(
    nodes: Sequence[CheckedNode],
    sources: Mapping[Ref, Source],
    costs: Sequence[Costs],
    facts: dict[int, Facts],
) -> Part:
    """A layer with all its calls; `facts` has those of layers by their identity."""
    first = nodes[0]
    layer = first.node.layer
    weights = submodel = None
    given: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    if isinstance(layer, SubmodelLayer):
        assert first.submodel is not None
        inner = [cost.submodels[node.name] for cost in costs for node in nodes]
        submodel = model_of(first.submodel, inner)
        kind = SUBMODEL
        inside = (submodel.parts[name].meaning for name in submodel.names)
        meaning: tuple[Any, ...] = (SUBMODEL, *inside)
        if layer.every_step is not None:
            kind, meaning = layer.every_step.kind(), (*layer.every_step.meaning(), *inside)
            given = {name: written(value) for name, value in layer.every_step.given.items()}
            given["layer"] = layer.key
        weights = _weights(layer)
    else:
        assert layer is not None
        if id(layer) not in facts:
            facts[id(layer)] = _facts(layer)
        kind, meaning, given, defaults = facts[id(layer)]
    shown = first.node.layer_name if first.node.shares else first.node.scoped
    counted = _counted(shown, kind, [call.kind for call in first.node.blocks])
    return Part(
        name=first.keras_name,
        node=first.node.layer_name,
        shown=shown,
        local="" if counted[-1] else shown.rpartition("/")[2],
        is_counted=any(counted),
        is_nameless=all(counted),
        kind=kind,
        meaning=meaning,
        given=given,
        defaults=defaults,
        calls=tuple(tuple(sources[ref] for ref in node.node.inputs) for node in nodes),
        called=tuple(node.node.scoped for node in nodes),
        tensors=tuple(dict.fromkeys(tensor for node in nodes for tensor in node.outputs.values())),
        frozen=first.node.frozen,
        params=sum(node.params for node in nodes) if first.weights_known else None,
        macs=together(cost.nodes[node.name] for cost in costs for node in nodes).macs,
        layers=submodel.layers if submodel else 1,
        weights=weights,
        submodel=submodel,
    )


def _weights(layer: SubmodelLayer) -> str | None:
    """The weights file of a submodel, or the name of known weights (`imagenet`)."""
    source = layer.weights or (layer.application.weights if layer.application else None)
    return shown_path(source) if isinstance(source, Path) else source


def _counted(shown: str, kind: str, blocks: list[str]) -> list[bool]:
    """Which parts of a name are automatic; in a model file, the last part includes all scopes."""
    *scopes, local = shown.split("/")
    return [
        *(
            _counted_call(block).fullmatch(scope) is not None
            for block, scope in zip(blocks, scopes, strict=False)
        ),
        _counted_layer(kind).search(local) is not None,
    ]


@cache
def _counted_call(block: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(block)}_\d+")


@cache
def _counted_layer(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_\d+_){re.escape(snake_case(kind))}(?:_\d+)?$")
