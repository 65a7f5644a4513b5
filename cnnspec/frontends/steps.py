"""The steps of a model that is read, with what is known about their tensors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec.frontends.calls import Call
from cnnspec.frontends.checks import declared_layer
from cnnspec.frontends.decimals import calculated
from cnnspec.frontends.inferred import Inferred
from cnnspec.frontends.keras_2 import sizes_of
from cnnspec.frontends.minimal import shortest
from cnnspec.frontends.operations import Recorded
from cnnspec.frontends.operators import operator_steps
from cnnspec.frontends.tensors import Tensors
from cnnspec.frontends.whole import Whole
from cnnspec.language.document import Step
from cnnspec.language.expressions import escaped
from cnnspec.layers.base import Layer
from cnnspec.operations.steps import family_of_step


@dataclass(slots=True)
class Steps:
    """Collects the steps of one model."""

    whole: Whole
    listed: list[Step] = field(default_factory=list)
    tensors: Tensors = field(default_factory=Tensors)
    known_outputs: dict[str, list[Inferred | None]] = field(default_factory=dict)
    """What is known about the outputs of submodels, by layer name."""
    same: dict[str, str] = field(default_factory=dict)
    """Steps that return what another tensor is, by the word of that."""
    declared: dict[str, Layer] = field(default_factory=dict)
    """The checked layers, by their kind and arguments: most layers are like others."""

    def __post_init__(self) -> None:
        """Infer shapes only where they are needed."""
        self.tensors.infers = self.whole.of_tensorflow

    def declare(self, name: str, kind: str, arguments: Mapping[str, Any]) -> None:
        """Keep the declared layer of a step, and the names of its outputs."""
        form = repr((kind, arguments))
        if (declared := self.declared.get(form)) is None:
            declared = self.declared[form] = declared_layer(kind, arguments, name)
        results = declared.outputs()
        if not declared.is_operation:
            results = ("", *results[1:])  # a layer's first output has the name of its step
        self.tensors.outputs_of[name], self.tensors.layers[name] = list(results), declared

    def add(
        self, name: str, kind: str, arguments: dict[str, Any], sources: list[str], *, of: str
    ) -> None:
        """Add a step that calls the layer or submodel of some name."""
        self.listed.append(Step(kind=kind, name=name, arguments=arguments, from_=sources))
        if of in self.known_outputs:
            names = self.tensors.outputs_of[of]
            self.tensors.learn_outputs(name, names, self.known_outputs[of])
        else:
            self.tensors.learn(name, self.tensors.layers.get(of), sources)

    def add_first(self, outputs: Iterable[str]) -> None:
        """Add a step to a model without any, as a spec has at least one: it returns the first output."""
        if not self.listed:
            word, name = next(iter(outputs)), self.tensors.unused("identity")
            self.listed.append(Step(kind="Identity", name=name, from_=[word]))
            self.same[word] = name

    def handed_on(self, word: str) -> str:
        """Return the tensor that is an output for a tensor that the model returns."""
        return self.same.get(word, word)

    def add_operation(self, call: Call) -> None:
        """Add the steps of an operation, unless it only computes with shapes."""
        layer, name = call.layer, call.name
        node = self.tensors.filled(call.node)
        kind, module = layer["class_name"], str(layer.get("module", ""))
        recorded = Recorded(kind, name, layer["config"], node, module)
        sizes = sizes_of(recorded, reads_sizes=self.tensors.reads_sizes(call.node))
        if sizes is not None:
            self.tensors.keep_sizes(name, sizes.value, results=sizes.are_results)
            self.tensors.outputs_of[name] = sizes.words
            return
        unused, masked = self.tensors.unused, self.whole.masks
        for step, equal in operator_steps(recorded, unused, masked=masked):
            declaration = family_of_step(equal.kind).find(equal.kind)
            arguments = shortest(declaration, calculated(equal.arguments))
            sources = [self.tensors.word(tensor) for tensor in equal.tensors]
            self.declare(step, equal.kind, arguments)
            self.add(step, equal.kind, escaped(arguments), sources, of=step)
