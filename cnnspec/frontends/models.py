"""Converts a serialized model to a Document: one named step per layer, in a readable order."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.diagnostics.problems import with_article
from cnnspec.frontends.call_data import FirstCall, called_alike, split
from cnnspec.frontends.calls import Call, first_calls, in_order
from cnnspec.frontends.checks import checked_name, count, declared_layer, inner_model
from cnnspec.frontends.decimals import calculated
from cnnspec.frontends.masks import without_masks
from cnnspec.frontends.minimal import shortest
from cnnspec.frontends.nodes import (
    Node,
    Tensor,
    arranged,
    counted_from,
    inputs_of,
    leaves,
    mapped,
    name_of,
    nodes,
    sequential_input,
    structure,
)
from cnnspec.frontends.operations import Recorded
from cnnspec.frontends.operators import is_operator, operator_step
from cnnspec.frontends.others import Outputs, is_of_others, other_step, recorded, recorded_in_chain
from cnnspec.frontends.output_keys import free_name, output_keys
from cnnspec.frontends.subclasses import no_graph, with_plain_models
from cnnspec.frontends.valid_names import with_valid_names
from cnnspec.frontends.values import layer_arguments, plain
from cnnspec.frontends.whole import ReadModel, Whole, read_whole
from cnnspec.keras_files.configuration import MODELS
from cnnspec.keras_files.problems import MALFORMED, NO_KERAS_MODEL, UnreadableModel
from cnnspec.language.document import Document, Input, Output, Step, Submodel
from cnnspec.language.expressions import escaped
from cnnspec.naming import NO_CLASSES, model_name
from cnnspec.operations.steps import family_of_step

MAX_LAYERS = 10_000


def model_document(model: Mapping[str, Any]) -> Document:
    """Convert a serialized model to a document, without its compilation.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    return read_serialized(model)[0].document


def read_serialized(
    model: Mapping[str, Any], classes: Mapping[str, str] = NO_CLASSES
) -> tuple[ReadModel, Whole]:
    """Convert a serialized model, and collect notes; `classes` are as in `read_model`.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    try:
        model, notes = with_plain_models(model)
        whole = read_whole(model, classes)
        whole.notes += notes
        read = _read(model, whole)
        whole.notes += whole.notes_on_classes()
        return read, whole
    except MALFORMED as error:
        raise UnreadableModel(NO_KERAS_MODEL) from error


def _read(model: Mapping[str, Any], whole: Whole) -> ReadModel:
    kind, config = model["class_name"], model["config"]
    if kind not in MODELS:
        raise UnreadableModel(no_graph(model))
    reader = _Reader(whole)
    return reader.sequential(config) if kind == "Sequential" else reader.functional(config)


@dataclass(slots=True)
class _Reader:
    """Collects the parts of the document of one model."""

    whole: Whole
    inputs: dict[str, Input] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    submodels: dict[str, Submodel] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Names of submodels, by layer name."""
    outputs_of: dict[str, list[str]] = field(default_factory=dict)
    """Output names of submodels and of layers with several outputs, by layer name."""
    forms: dict[str, Any] = field(default_factory=dict)
    """Input structures of submodels, by layer name."""
    inside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Arguments of layers with a submodel in them, by layer name."""
    called: dict[str, FirstCall] = field(default_factory=dict)
    """The kind, the arguments and the flags of the first call, by layer name."""
    names: frozenset[str] = frozenset()
    """Names of all layers of a Functional model."""
    tensors: dict[tuple[str, int], Outputs] = field(default_factory=dict)
    """The outputs of calls whose shapes the file has, by layer and call."""

    def functional(self, config: Mapping[str, Any]) -> ReadModel:
        config = with_valid_names(config, self.whole.notes)
        layers = {name_of(layer): layer for layer in config["layers"]}
        if len(layers) < len(config["layers"]):
            raise UnreadableModel("two of its layers have the same name")
        self.names = frozenset(layers)
        inputs = structure(config["input_layers"])
        for tensor in leaves(inputs):
            self.add_input(layers[tensor.layer]["config"])
        output_tensors = structure(config["output_layers"])
        first, first_of_outputs = first_calls(layers, output_tensors)
        calls = list(self.calls(config["layers"], first))
        self.tensors = recorded(calls, output_tensors, first_of_outputs)
        for call in without_masks(in_order(calls, self.inputs), leaves(output_tensors)):
            self.add(call)
        outputs: dict[str, Output] = {}
        keys = output_keys(output_tensors)
        taken = {*layers, *self.inputs}
        named = {
            id(tensor): self.add_output(tensor, first_of_outputs, outputs, key, taken)
            for tensor, key in zip(leaves(output_tensors), keys, strict=True)
        }
        return ReadModel(
            self.document(config, outputs),
            mapped(inputs, lambda tensor: tensor.layer),
            mapped(output_tensors, lambda tensor: named[id(tensor)]),
        )

    def add_output(
        self,
        tensor: Tensor,
        first: Mapping[str, int],
        outputs: dict[str, Output],
        key: str | None,
        taken: Collection[str],
    ) -> str:
        """Add an output, named by its key in a mapping, or else after its layer.

        The same tensor may be several outputs.
        """
        word = self.word(counted_from(tensor, first))
        if key is not None:
            name = free_name(key, {*taken, *outputs} - {word})
            if name != key:
                self.whole.notes.append(f"the output '{key}' is called '{name}' in the spec")
            outputs[name] = Output(from_=None if name == word else word)
            return name
        name = word.replace("/", "_")
        repeated = sum((each.from_ or key) == word for key, each in outputs.items())
        name = f"{name}_{repeated + 1}" if repeated else name
        outputs[name] = Output(from_=None if name == word else word)
        return name

    def sequential(self, config: Any) -> ReadModel:
        config = config if isinstance(config, Mapping) else {"name": "sequential", "layers": config}
        config = with_valid_names(config, self.whole.notes)
        layers = list(config["layers"])
        above = self.add_input(sequential_input(layers, config))
        inputs = above
        self.tensors = recorded_in_chain(layers)
        for layer in layers:
            name = name_of(layer)
            self.add(Call(layer, 0, name, Node([]), source=above))
            above = name
        return ReadModel(self.document(config, {above: Output()}), inputs, above)

    def document(self, config: Mapping[str, Any], outputs: dict[str, Output]) -> Document:
        return Document(
            name=model_name(config["name"]),
            submodels=self.submodels,
            inputs=self.inputs,
            layers=self.steps,
            outputs=outputs,
        )

    def add_input(self, config: Mapping[str, Any]) -> str:
        """Add an input and return its name."""
        name = checked_name(self.whole, config["name"], "input")
        for key in ("sparse", "ragged", "optional"):
            if config.get(key):
                raise UnreadableModel(f"the input '{name}' is {key}, which a spec cannot express")
        if "batch_input_shape" in config:
            self.whole.of_keras_2 = True
        batch, *shape = config.get("batch_shape") or config["batch_input_shape"]
        if batch is not None:
            self.whole.notes.append(
                f"the input '{name}' has the batch size {batch}; models of a spec accept any batch size"
            )
        self.inputs[name] = Input(shape=shape, dtype=plain(config.get("dtype") or "float32"))
        return name

    def add(self, call: Call) -> None:
        """Add the step of a call of a layer."""
        layer, kind, config = call.layer, call.layer["class_name"], call.layer["config"]
        name = name_of(layer)
        if call.index and not is_of_others(layer):
            call = called_alike(call, self.called.get(name))
            again = self.keys.get(name, "shared")
            arguments = {"layer": name} if again == "shared" else self.inside.get(name, {})
            step = Step(kind=again, name=call.name, arguments=arguments, from_=self.sources(call))
            self.steps.append(step)
            return
        checked_name(self.whole, name, "layer")
        count(self.whole, layer, name, MAX_LAYERS)
        if is_of_others(layer):
            self.add_other(call)
            return
        if kind in MODELS:
            key = self.add_model(call, call.layer, name)
            self.steps.append(Step(kind=key, name=name, from_=self.sources(call)))
            return
        if (inner := inner_model(config)) is not None:
            self.add_inside(call, inner)
            return
        if is_operator(layer):
            recorded = Recorded(kind, name, config, call.node, str(layer.get("module", "")))
            equal = operator_step(recorded, masked=self.whole.masks)
            self.whole.notes += [equal.note] if equal.note else []
            kind = equal.kind
            arguments = shortest(family_of_step(kind).find(kind), calculated(equal.arguments))
            sources = [self.word(tensor) for tensor in equal.tensors]
        else:
            arguments = layer_arguments(kind, config)
            node, flags = split(call.node, kind, arguments)
            call, arguments = replace(call, node=node), arguments | flags
            self.called[name] = kind, arguments, flags
            sources = self.sources(call)
        declared = declared_layer(kind, arguments)
        results = declared.outputs() if declared else ()
        if declared is not None and not declared.is_operation:
            results = ("", *results[1:])  # a layer's first output has the name of its step
        self.outputs_of[name] = list(results)
        self.steps.append(Step(kind=kind, name=name, arguments=escaped(arguments), from_=sources))

    def add_other(self, call: Call) -> None:
        """Add the step of a call of a layer whose class is not from Keras."""
        name = name_of(call.layer)
        outputs = self.tensors.get((name, call.index), {})
        step, tensors = other_step(call, outputs, self.whole)
        self.outputs_of[name] = ["", *map(str, range(1, max(outputs, default=0) + 1))]
        step.from_ = [call.source] if call.source else [self.word(each) for each in tensors]
        self.steps.append(step)

    def add_inside(self, call: Call, model: Mapping[str, Any]) -> None:
        """Add the step of a layer that calls a model at every step of a sequence.

        Raises:
            UnreadableModel: it is another layer with a model in it.

        """
        kind, config = call.layer["class_name"], call.layer["config"]
        name = name_of(call.layer)
        if kind != "TimeDistributed":
            message = f"the layer '{name}' is {with_article(kind)} of a model, which a spec cannot express"
            raise UnreadableModel(message)
        around = {**config, "layer": {"class_name": "Identity", "config": {}}}
        arguments = layer_arguments(kind, around)
        key = self.add_model(call, model, str(name_of(model)))
        arguments = escaped({**arguments, "layer": key})
        self.outputs_of[name], self.keys[name] = [], kind
        self.forms.pop(name, None)
        self.inside[name] = arguments
        sources = self.sources(call)
        self.steps.append(Step(kind=kind, name=name, arguments=arguments, from_=sources))

    def add_model(self, call: Call, model: Mapping[str, Any], name: str) -> str:
        """Add a nested model, and return its key."""
        inner = _read(model, self.whole)
        key = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}_model"
        while key in self.submodels:
            key += "_"
        self.keys[call.name] = key
        self.submodels[key] = Submodel(spec=inner.document)
        self.outputs_of[call.name] = list(inner.document.outputs)
        self.forms[call.name] = inner.inputs
        return key

    def sources(self, call: Call) -> list[str]:
        """Return the inputs of a call of a layer."""
        if call.source is not None:
            return [call.source]
        name = name_of(call.layer)
        node = arranged(call.node, self.forms.get(name), name)
        tensors = inputs_of(node, name, call.layer["class_name"])
        return [self.word(tensor) for tensor in tensors]

    def word(self, tensor: Tensor) -> str:
        """Return the reference of a step to a tensor."""
        name = self.call_name(tensor.layer, tensor.call)
        outputs = self.outputs_of.get(tensor.layer, [])
        output = outputs[tensor.output] if len(outputs) > 1 else ""
        return f"{name}/{output}" if output else name

    def call_name(self, layer: str, index: int) -> str:
        """Return the name of the step for a call of a layer; for the first, the name of the layer."""
        if index == 0:
            return layer
        name = f"{layer}_call_{index}"
        while name in self.names:
            name += "_"
        return name

    def calls(self, layers: list[Mapping[str, Any]], first: Mapping[str, int]) -> Iterator[Call]:
        """Return all calls of all layers, in the order of the file."""
        for layer in layers:
            if layer["class_name"] == "InputLayer":
                continue
            name = name_of(layer)
            for index, node in enumerate(nodes(layer, first)):
                needs = {self.call_name(each.layer, each.call) for each in node.tensors()}
                needs |= {name} if index else set()
                yield Call(layer, index, self.call_name(name, index), node, frozenset(needs))
