"""The tensors of a model that is read: their words in the spec, and what is known about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnspec.frontends.inferred import Inferred, of_input, tensors_of
from cnnspec.frontends.nodes import Node, Tensor, leaves
from cnnspec.frontends.sizes import Value
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import Layer


@dataclass(slots=True)
class Tensors:
    """The tensors of one model."""

    infers: bool = False
    """Whether shapes and data types are inferred, which files of Keras 2 do not store."""
    names: frozenset[str] = frozenset()
    """Names of all layers of a Functional model."""
    outputs_of: dict[str, list[str]] = field(default_factory=dict)
    """Output names of submodels and of layers with several outputs.

    By layer name; by the name of the step for a call that has others than the first.
    """
    inferred: dict[str, Inferred | None] = field(default_factory=dict)
    """What is known, by word."""
    sizes: dict[str, Value] = field(default_factory=dict)
    """What is computed of shapes, by word; it is no tensor in the spec."""
    layers: dict[str, Layer | None] = field(default_factory=dict)
    """The declared layers, by name."""

    def word(self, tensor: Tensor) -> str:
        """Return the reference of a step to a tensor.

        Raises:
            UnreadableModel: it is no tensor in the spec.

        """
        word = self.key(tensor)
        if word in self.sizes:
            message = f"'{word}' is computed of the shape of a tensor, which is no tensor in a spec"
            raise UnreadableModel(message)
        return word

    def key(self, tensor: Tensor) -> str:
        """Return the reference to a tensor or to what is computed of shapes."""
        name = self.call_name(tensor.layer, tensor.call)
        outputs = self.outputs_of.get(name, self.outputs_of.get(tensor.layer, []))
        output = outputs[tensor.output] if len(outputs) > 1 else ""
        return f"{name}/{output}" if output else name

    def call_name(self, layer: str, index: int) -> str:
        """Return the name of the step for a call of a layer; for the first, the name of the layer."""
        return layer if index == 0 else self.unused(f"{layer}_call_{index}")

    def unused(self, name: str) -> str:
        """Return a name that no layer of the model has."""
        while name in self.names:
            name += "_"
        return name

    def learn_input(self, name: str, shape: Sequence[Any], dtype: Any) -> None:
        """Keep what is known about an input."""
        if self.infers:
            self.inferred[name] = of_input(shape, dtype)

    def learn(self, step: str, layer: Layer | None, sources: Iterable[str]) -> None:
        """Keep what is known about the results of a step."""
        if self.infers and layer is not None:
            inputs = [self.inferred.get(each) for each in sources]
            self.inferred.update(tensors_of(step, layer, inputs))

    def learn_outputs(
        self, step: str, names: Sequence[str], known: Sequence[Inferred | None]
    ) -> None:
        """Keep what is known about the outputs of a submodel."""
        for name, each in zip(names, known, strict=True):
            self.inferred[f"{step}/{name}" if len(names) > 1 else step] = each

    def keep_sizes(self, call: str, value: Value, *, results: bool) -> None:
        """Keep what a call computes of shapes: one value, or a list of several results."""
        self.sizes[call] = value
        if results:
            self.sizes.update({f"{call}/{at}": each for at, each in enumerate(value)})

    def filled(self, node: Node) -> Node:
        """Return a call with what is known about its tensors, and with numbers for sizes."""
        return Node(self._filled(node.args), self._filled(node.kwargs))

    def reads_sizes(self, node: Node) -> bool:
        """Whether an argument of a call is computed of shapes."""
        found = leaves([node.args, node.kwargs])
        return any(isinstance(each, Tensor) and self.key(each) in self.sizes for each in found)

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if not isinstance(value, Tensor):
            return value
        key = self.key(value)
        if key in self.sizes:
            return self.sizes[key]
        known = self.inferred.get(key)
        return value if known is None else known.known_of(value)
