"""Compares two graphs."""

from typing import Any

from cnnspec.declarations.declaration import meaning
from cnnspec.ir.graph import Graph, Node, Ref, SubmodelLayer
from cnnspec.ir.renamed import Renamed
from cnnspec.ir.scaling import optimizer_of
from cnnspec.layers.base import Layer

Pairs = dict[str, str]
"""The names of the nodes of one graph, by those of another."""


def same_model(one: Graph, other: Graph) -> bool:
    """Whether two graphs have the same layers, connections, inputs, outputs and names."""
    renamed = renaming(one, other)
    return renamed is not None and _keeps_names(renamed)


def _keeps_names(renamed: Renamed) -> bool:
    same = all(name == new for name, new in renamed.names.items())
    return same and all(map(_keeps_names, renamed.submodels.values()))


def renaming(one: Graph, other: Graph) -> Renamed | None:
    """Return how the names of a graph become those of another one; None if they differ otherwise.

    Inputs and outputs must have the same names.
    """
    if _interface(one) != _interface(other) or len(one.nodes) != len(other.nodes):
        return None
    paired = _Paired(one, other)
    names = [(each.name, each.name) for each in one.inputs]
    pairs = [(a.ref, b.ref) for a, b in zip(one.outputs, other.outputs, strict=True)]
    return paired.renamed() if paired.all(names, pairs) else None


def _interface(graph: Graph) -> Any:
    outputs = [
        (each.name, meaning(each.loss), each.weight, meaning(each.metrics), each.classes)
        for each in graph.outputs
    ]
    inputs = [(each.name, each.tensor) for each in graph.inputs]
    return inputs, outputs, meaning(optimizer_of(graph))


def _mean_the_same(one: Any, other: Any) -> bool:
    """Whether two layers have the same meaning, as those of Keras with the same arguments do."""
    are_written_alike = (
        type(one) is type(other)
        and isinstance(one, Layer)
        and one.is_of_keras
        and repr((one.word, one.given)) == repr((other.word, other.given))
    )
    return are_written_alike or bool(meaning(one) == meaning(other))


class _Paired:
    """Pairs the nodes of two graphs, from the outputs to the inputs."""

    def __init__(self, one: Graph, other: Graph) -> None:
        self.one = {node.name: node for node in one.nodes}
        self.other = {node.name: node for node in other.nodes}
        self.names: Pairs = {}
        self.back: Pairs = {}
        self.submodels: dict[str, Renamed] = {}

    def renamed(self) -> Renamed:
        """Return the names that are paired."""
        inputs = self.names.keys() - self.one.keys()
        names = {name: new for name, new in self.names.items() if name not in inputs}
        return Renamed(names, self.submodels)

    def all(self, inputs: list[tuple[str, str]], outputs: list[tuple[Ref, Ref]]) -> bool:
        """Pair everything that the outputs need, and what nothing needs, in order."""
        self.names, self.back = dict(inputs), {new: name for name, new in inputs}
        if not self.tensors(outputs):
            return False
        for name in self.one:
            if name not in self.names:
                left = [each for each in self.other if each not in self.back]
                new = name if name in left else left[0]
                if not self.tensors([(Ref(name), Ref(new))]):
                    return False
        return len(self.names) == len(self.back) == len(inputs) + len(self.one)

    def tensors(self, waiting: list[tuple[Ref, Ref]]) -> bool:
        """Pair tensors with all nodes that they come from."""
        while waiting:
            ref, new = waiting.pop()
            if ref.output != new.output:
                return False
            if self.names.get(ref.node, new.node) != new.node:
                return False
            if self.back.get(new.node, ref.node) != ref.node:
                return False
            if ref.node in self.names:
                continue
            self.names[ref.node], self.back[new.node] = new.node, ref.node
            first, second = self.one.get(ref.node), self.other.get(new.node)
            if first is None or second is None or not self.is_same(first, second):
                return False
            waiting += zip(first.inputs, second.inputs, strict=True)
            if first.shares is not None and second.shares is not None:
                waiting.append((Ref(first.shares), Ref(second.shares)))
        return True

    def is_same(self, one: Node, other: Node) -> bool:
        """Whether two nodes are the same, apart from what they read."""
        if (one.frozen, one.shares is None) != (other.frozen, other.shares is None):
            return False
        return len(one.inputs) == len(other.inputs) and self.calls_same(one, other)

    def calls_same(self, one: Node, other: Node) -> bool:
        """Whether two nodes call the same layer, or submodels that differ only in names."""
        first, second = one.layer, other.layer
        if not isinstance(first, SubmodelLayer) or not isinstance(second, SubmodelLayer):
            is_layer = not isinstance(first, SubmodelLayer) and not isinstance(
                second, SubmodelLayer
            )
            return is_layer and _mean_the_same(first, second)
        if (first.key, first.weights) != (second.key, second.weights):
            return False
        if meaning(first.every_step) != meaning(second.every_step):
            return False
        if first.key not in self.submodels:
            renamed = renaming(first.graph, second.graph)
            if renamed is None:
                return False
            self.submodels[first.key] = renamed
        return True
