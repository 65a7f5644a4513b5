"""The calls of all layers of a model: from what number they are counted, and in which order they come."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cnnspec.frontends.nodes import Node, leaves, nodes
from cnnspec.frontends.problems import UnreadableModel

FUNCTIONAL = ("Functional", "Model")
MODELS = (*FUNCTIONAL, "Sequential")
"""The classes of models whose layers a file tells."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a layer, which is a step of the spec."""

    layer: Mapping[str, Any]
    index: int
    name: str
    node: Node
    needs: frozenset[str] = frozenset()
    """The names of the calls that come before it."""
    source: str | None = None
    """What it reads where that is the layer above."""


def in_order(calls: Iterable[Call], known: Iterable[str]) -> Iterator[Call]:
    """The calls of a model, each after those that it needs, else in their order.

    Raises:
        UnreadableModel: one needs what is not there, or itself.

    """
    waiting = list(calls)
    done = set(known)
    missing = [len(call.needs - done) for call in waiting]
    readers: dict[str, list[int]] = {}
    for position, call in enumerate(waiting):
        for name in call.needs - done:
            readers.setdefault(name, []).append(position)
    ready = [position for position, count in enumerate(missing) if not count]
    found = 0
    while ready:
        call = waiting[heapq.heappop(ready)]
        found += 1
        yield call
        for position in readers.pop(call.name, []):
            missing[position] -= 1
            if not missing[position]:
                heapq.heappush(ready, position)
    if found < len(waiting):
        stuck = next(call for call, count in zip(waiting, missing, strict=True) if count)
        raise UnreadableModel(f"the layer '{stuck.name}' reads what the model does not hold")


def first_calls(
    layers: Mapping[str, Mapping[str, Any]], outputs: Any
) -> tuple[dict[str, int], dict[str, int]]:
    """From what number the calls of models are counted: by layers that read them, and as outputs.

    Keras 3 counts from 1 where a Functional model is an output, Keras 2 wherever one is named; a
    Sequential model is one too in Keras 2, if it was made with its input.
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
