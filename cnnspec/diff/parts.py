"""What is compared of a model: its inputs and layers, each once, with all that is known of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cnnspec.cost import Costs, together
from cnnspec.graph import CheckedGraph, CheckedNode, Input, Ref, SubmodelLayer
from cnnspec.loading import shown_path
from cnnspec.naming import keras_name, snake_case
from cnnspec.shapes import Dim, TensorSpec
from cnnspec.wording import written

INPUT = "InputLayer"
SUBMODEL = "Functional"


Call = tuple[str, int]
"""A call of a part: its name, and which of its calls it is."""


class Source(NamedTuple):
    """A tensor, by the part that makes it."""

    part: str
    call: int
    output: str | None

    @property
    def made_by(self) -> Call:
        """The call that makes it."""
        return self.part, self.call


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Part:
    """An input or a layer of a model, with all calls of it."""

    name: str
    """The name of its Keras layer."""
    node: str
    """The name of its node in the graph."""
    shown: str
    """The name as the spec says it, with the scopes of blocks."""
    local: str
    """The name that its step gives itself; empty where that was made by counting."""
    is_counted: bool = False
    """Whether its name, or that of a block around it, was made by counting and says little."""
    is_nameless: bool = False
    """Whether all of them were, so that its name says nothing."""
    kind: str
    said: tuple[Any, ...]
    """The kind and all arguments as values that are equal where they mean the same."""
    given: dict[str, Any]
    """The arguments that the call gives, as a spec would write them."""
    defaults: dict[str, Any] = field(default_factory=dict)
    """What the arguments are that it does not give."""
    calls: tuple[tuple[Source, ...], ...] = ()
    """What each call reads."""
    called: tuple[str, ...]
    """The names of the calls, as the spec says them."""
    tensors: tuple[TensorSpec, ...]
    """All outputs of all calls, equal ones once."""
    frozen: bool = False
    params: Dim = 0
    macs: Dim = 0
    layers: int
    """How many layers it is: none of an input, of a submodel those inside it."""
    weights: str | None = None
    """The file that the weights of a submodel come from."""
    submodel: "Model | None" = None

    def argument(self, name: str) -> Any:
        """An argument as the call gives it, or its default."""
        return self.given.get(name, self.defaults.get(name))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A model as it is compared: its parts by name, in an order in which sources come first."""

    checked: CheckedGraph
    macs: Dim
    parts: dict[str, Part]
    outputs: dict[str, Source]
    readers: dict[str, list[tuple[str, int]]] = field(init=False)
    """The parts that read each part, with the position among their inputs."""
    order: list[Call] = field(init=False)
    """All calls, each after those it reads, in an order that depends on the connections alone.

    Specs that write one model in different orders, as with and without `branches`, share it.
    """
    names: list[str] = field(init=False)
    """The names of all parts in that order, each where its first call is."""

    def __post_init__(self) -> None:
        readers: dict[str, list[tuple[str, int]]] = {name: [] for name in self.parts}
        for part in self.parts.values():
            for call in part.calls:
                for position, source in enumerate(call):
                    readers[source.part].append((part.name, position))
        object.__setattr__(self, "readers", readers)
        order = _in_order(self.parts, self.outputs.values())
        object.__setattr__(self, "order", order)
        object.__setattr__(self, "names", list(dict.fromkeys(name for name, _ in order)))

    def sources(self, call: Call) -> tuple[Source, ...]:
        """What a call reads; an input of the model reads nothing."""
        return _sources(self.parts, call)

    @property
    def layers(self) -> int:
        """How many layers it has, those of submodels too."""
        return sum(part.layers for part in self.parts.values() if part.kind != INPUT)


def _in_order(parts: Mapping[str, Part], outputs: Iterable[Source]) -> list[Call]:
    """All calls: first the inputs of the model, then depth first from its outputs."""
    ordered: dict[Call, None] = {(name, 0): None for name, part in parts.items() if not part.calls}
    for output in outputs:
        path = [output.made_by]
        while path:
            read = (source.made_by for source in _sources(parts, path[-1]))
            if missing := next((call for call in read if call not in ordered), None):
                path.append(missing)
            else:
                ordered[path.pop()] = None
    return list(ordered)


def _sources(parts: Mapping[str, Part], call: Call) -> tuple[Source, ...]:
    name, number = call
    calls = parts[name].calls
    return calls[number] if calls else ()


def model_of(checked: CheckedGraph, found: Sequence[Costs]) -> Model:
    """The parts of a model; `found` are the costs of each of its calls."""
    parts: dict[str, Part] = {}
    sources: dict[Ref, Source] = {}
    for each in checked.inputs:
        part = _input(each)
        parts[part.name] = part
        sources[Ref(each.name)] = Source(part.name, 0, None)
    calls: dict[str, list[CheckedNode]] = {}
    for node in checked.nodes:
        earlier = calls.setdefault(node.keras_name, [])
        for output in node.outputs:
            sources[Ref(node.name, output)] = Source(node.keras_name, len(earlier), output)
        earlier.append(node)
    for name, nodes in calls.items():
        parts[name] = _part(nodes, sources, found)
    outputs = {each.name: sources[each.ref] for each in checked.graph.outputs}
    return Model(checked, together(each.total for each in found).macs, parts, outputs)


def _input(given: Input) -> Part:
    """An input; what it is made of is compared as if they were arguments."""
    tensor = given.tensor
    shape = tensor.shape[1:]
    is_counted = _counted_layer(INPUT).search(given.name) is not None
    return Part(
        name=keras_name(given.name),
        node=given.name,
        shown=given.name,
        local="" if is_counted else given.name,
        is_counted=is_counted,
        is_nameless=is_counted,
        kind=INPUT,
        said=(INPUT, ("dtype", tensor.dtype), ("shape", shape)),
        given={"shape": list(shape), "dtype": tensor.dtype},
        called=(given.name,),
        tensors=(tensor,),
        layers=0,
    )


def _part(
    nodes: Sequence[CheckedNode], sources: Mapping[Ref, Source], found: Sequence[Costs]
) -> Part:
    """A layer with all of its calls."""
    first = nodes[0]
    layer = first.node.layer
    weights = submodel = None
    given: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    if isinstance(layer, SubmodelLayer):
        assert first.submodel is not None
        inner = [each.submodels[node.name] for each in found for node in nodes]
        submodel = model_of(first.submodel, inner)
        kind = SUBMODEL
        said: tuple[Any, ...] = (SUBMODEL, *(part.said for part in submodel.parts.values()))
        weights = _weights(layer)
    else:
        assert layer is not None
        kind, said = layer.meant_kind(), layer.meaning()
        given = {name: written(value) for name, value in layer.given.items()}
        defaults = {name: written(getattr(type(layer), name, None)) for name in layer.arguments()}
    shown = first.node.layer_name if first.node.shares else first.node.scoped
    counted = _counted(shown, kind, _blocks(first))
    return Part(
        name=first.keras_name,
        node=first.node.layer_name,
        shown=shown,
        local="" if counted[-1] else shown.rpartition("/")[2],
        is_counted=any(counted),
        is_nameless=all(counted),
        kind=kind,
        said=said,
        given=given,
        defaults=defaults,
        calls=tuple(tuple(sources[ref] for ref in node.node.inputs) for node in nodes),
        called=tuple(node.node.scoped for node in nodes),
        tensors=tuple(dict.fromkeys(each for node in nodes for each in node.outputs.values())),
        frozen=first.node.frozen,
        params=sum(node.params for node in nodes) if first.weights_known else None,
        macs=together(each.nodes[node.name] for each in found for node in nodes).macs,
        layers=submodel.layers if submodel else 1,
        weights=weights,
        submodel=submodel,
    )


def _weights(layer: SubmodelLayer) -> str | None:
    """The file that the weights of a submodel come from, or the word for them."""
    source = layer.weights or (layer.application.weights if layer.application else None)
    return shown_path(source) if isinstance(source, Path) else source


def differing(old: Part, new: Part) -> Iterator[tuple[str, Any, Any]]:
    """The arguments by which two parts of one kind differ, with both values."""
    if old.said == new.said or old.submodel is not None:
        return
    before, after = dict(old.said[1:]), dict(new.said[1:])
    for name in dict.fromkeys((*old.defaults, *old.given, *new.given)):
        if before.get(name) != after.get(name):
            yield name, old.argument(name), new.argument(name)


def _blocks(node: CheckedNode) -> list[str]:
    """The names of the blocks around a layer, the outermost first."""
    paths = [each.path for each in node.node.place.outward()]
    return [str(path[1]) for path in reversed(paths) if path[:1] == ("blocks",)]


def _counted(shown: str, kind: str, blocks: list[str]) -> list[bool]:
    """Which parts of a name were made by counting; in a model file, scopes are part of the last."""
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
