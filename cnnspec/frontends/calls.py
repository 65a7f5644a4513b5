"""The calls of all layers of a model: their numbering and their order."""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from cnnspec.frontends.nodes import Node, leaves, name_of, nodes
from cnnspec.keras_files.configuration import FUNCTIONAL, MODELS
from cnnspec.keras_files.problems import UnreadableModel


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a layer, which becomes a step of the spec."""

    layer: Mapping[str, Any]
    index: int
    name: str
    node: Node
    needs: frozenset[str] = frozenset()
    """The names of the calls that precede it."""
    source: str | None = None
    """Its input, if that is the layer above."""


def calls_of(
    layers: Iterable[Mapping[str, Any]],
    first: Mapping[str, int],
    call_name: Callable[[str, int], str],
) -> Iterator[Call]:
    """Return all calls of all layers, in the order of the file."""
    for layer in layers:
        if layer["class_name"] == "InputLayer":
            continue
        name = name_of(layer)
        for index, node in enumerate(nodes(layer, first)):
            needs = {call_name(each.layer, each.call) for each in node.tensors()}
            needs |= {name} if index else set()
            yield Call(layer, index, call_name(name, index), node, frozenset(needs))


def arranged(node: Node, form: Any, name: str) -> Node:
    """Convert the inputs of a call of a model to a list, if they are given by name.

    `form` is the structure of the inputs of the model; None for another layer.
    """
    given = node.args[0] if len(node.args) == 1 else None
    if form is None or isinstance(form, dict) or not isinstance(given, dict):
        return node
    names = list(leaves(form))
    if not given.keys() >= set(names):
        message = f"the layer '{name}' is called with inputs that it does not have"
        raise UnreadableModel(message)
    return Node([[given[each] for each in names]], node.kwargs)


def in_order(calls: Iterable[Call], known: Iterable[str]) -> Iterator[Call]:
    """Return the calls of a model, each after its inputs, otherwise in the original order.

    Raises:
        UnreadableModel: an input of a call does not exist, or depends on the call.

    """
    waiting = list(calls)
    places = {call.name: place for place, call in reversed([*enumerate(waiting)])}
    needs = [call.needs.difference(known) for call in waiting]
    for call, names in zip(waiting, needs, strict=True):
        if not names <= places.keys():
            raise _lost(call)
    sorter = TopologicalSorter(
        {place: {places[name] for name in names} for place, names in enumerate(needs)}
    )
    try:
        sorter.prepare()
    except CycleError as error:
        raise _lost(waiting[min(error.args[1])]) from None
    ready = [*sorter.get_ready()]
    heapq.heapify(ready)
    while ready:
        place = heapq.heappop(ready)
        yield waiting[place]
        sorter.done(place)
        for following in sorter.get_ready():
            heapq.heappush(ready, following)


def _lost(call: Call) -> UnreadableModel:
    return UnreadableModel(
        f"the layer '{call.name}' ({call.layer['class_name']}) uses a tensor that is not in the model; "
        "save the model with Keras again"
    )


def first_calls(
    layers: Mapping[str, Mapping[str, Any]], outputs: Any
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the first number of the calls of models, as used by layers and by outputs.

    Keras 3 counts from 1 if a Functional model is an output, Keras 2 wherever a model is named; in
    Keras 2 also for Sequential models created with an input.
    """
    models = {name: layer for name, layer in layers.items() if layer["class_name"] in MODELS}
    if not any(
        isinstance(each, list) for layer in layers.values() for each in layer["inbound_nodes"]
    ):
        functional = [name for name in models if models[name]["class_name"] in FUNCTIONAL]
        return {}, dict.fromkeys(functional, 1)
    found = [each for layer in layers.values() for node in nodes(layer) for each in node.tensors()]
    read = {(each.layer, each.call) for each in (*found, *leaves(outputs))}
    counted = {name: 1 for name in models if (name, 0) not in read}
    return counted, counted
