"""A `.keras` file to a Document, read as data: neither Keras nor TensorFlow is imported.

Nothing of the model is executed; what a spec cannot say is refused by the name of its layer.
"""

import json
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnspec.declarations import Problem, Problems
from cnnspec.document import Document, Input, Output, Step, Submodel
from cnnspec.layers.base import LAYERS
from cnnspec.naming import model_name

CONFIG = "config.json"
MAX_CONFIG_BYTES = 64 * 1024 * 1024


DAMAGED = (
    KeyError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""What reading a damaged archive may raise."""
NESTED = ("Functional", "Model")
TENSORS = ("query", "value", "key", "initial_state")
"""By these words layers may be called with tensors; a spec gives them in this order."""
ANY = object()
IMPLIED = {"oov_method": "floormod", "vocabulary_size": ANY}
"""What Keras saves beside a layer's arguments: with these values it follows from the others."""


class UnreadableModel(Exception):
    """The file is not a Keras model that a spec can say; the message tells why."""


def read_archive(path: Path) -> Document:
    """Read the model of a `.keras` file.

    Raises:
        UnreadableModel: the file is broken, or holds what a spec cannot say.

    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open(CONFIG) as file:
            data = file.read(MAX_CONFIG_BYTES + 1)
    except DAMAGED as error:
        raise UnreadableModel("this is not a .keras file") from error
    if len(data) > MAX_CONFIG_BYTES:
        raise UnreadableModel(f"its configuration has more than {MAX_CONFIG_BYTES} bytes")
    return read_json(data)


def read_json(data: str | bytes) -> Document:
    """Read a model from its configuration, as `keras.Model.to_json` gives it.

    Raises:
        UnreadableModel: it is broken, or holds what a spec cannot say.

    """
    try:
        return model_document(json.loads(data))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise UnreadableModel("its configuration is not that of a Keras model") from error


def model_document(model: Mapping[str, Any]) -> Document:
    """The document of a serialized model.

    Raises:
        UnreadableModel: it is neither a Functional nor a Sequential model.

    """
    kind, config = model["class_name"], model["config"]
    if kind == "Sequential":
        return _Reader().sequential(config)
    if kind in NESTED:
        return _Reader().functional(config)
    raise UnreadableModel(
        f"it is a model of the class {kind}; a spec can say Functional and Sequential"
    )


@dataclass(slots=True)
class _Reader:
    """Collects the parts of one model's document."""

    inputs: dict[str, Input] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    submodels: dict[str, Submodel] = field(default_factory=dict)
    outputs_of: dict[str, list[str]] = field(default_factory=dict)
    """The output names of submodels and of layers with several, by layer name."""
    names: frozenset[str] = frozenset()
    """The names of all layers of a Functional model."""

    def functional(self, config: Mapping[str, Any]) -> Document:
        layers = {layer["config"]["name"]: layer for layer in config["layers"]}
        self.names = frozenset(layers)
        for name, _, _ in _references(config["input_layers"]):
            self.inputs[name] = _input(layers[name]["config"])
        for call in self.in_order(config["layers"]):
            self.add(call.layer, call.name, [self.word(*ref) for ref in call.inputs], call.index)
        outputs: dict[str, Output] = {}
        for name, node, tensor in _references(config["output_layers"]):
            # Here, and only here, Keras counts the calls of nested Functional models from 1.
            index = node - (layers.get(name, {}).get("class_name") in NESTED)
            word = self.word(name, index, tensor)
            plain = word.replace("/", "_")
            repeated = sum(each.from_ == word for each in outputs.values())
            outputs[f"{plain}_{repeated + 1}" if repeated else plain] = Output(from_=word)
        return self.document(config, outputs)

    def sequential(self, config: Mapping[str, Any]) -> Document:
        layers = list(config["layers"])
        if layers and layers[0]["class_name"] == "InputLayer":
            first = layers.pop(0)["config"]
        elif shape := config.get("build_input_shape"):
            first = {"name": "input", "batch_shape": shape}
        else:
            raise UnreadableModel("it is a Sequential model that was never built")
        above = first["name"]
        self.inputs[above] = _input(first)
        for layer in layers:
            name = layer["config"]["name"]
            self.add(layer, name, [above], 0)
            above = name
        return self.document(config, {above: Output()})

    def document(self, config: Mapping[str, Any], outputs: dict[str, Output]) -> Document:
        return Document(
            name=model_name(config["name"]),
            submodels=self.submodels,
            inputs=self.inputs,
            layers=self.steps,
            outputs=outputs,
        )

    def add(self, layer: Mapping[str, Any], name: str, sources: list[str], index: int) -> None:
        """Append the step of one call of a layer."""
        kind, config = layer["class_name"], layer["config"]
        if index:
            arguments = {"layer": config["name"]}
            self.steps.append(Step(kind="shared", name=name, arguments=arguments, from_=sources))
            return
        if kind in (*NESTED, "Sequential"):
            inner = model_document(layer)
            key = f"{name}_model"
            self.submodels[key] = Submodel(spec=inner)
            self.outputs_of[name] = list(inner.outputs)
            self.steps.append(Step(kind=key, name=name, from_=sources))
            return
        registered = layer.get("registered_name")
        if registered not in (None, kind):
            message = f"the layer '{config['name']}' is of the class {registered}, not one of Keras"
            raise UnreadableModel(message)
        arguments = _arguments(kind, config)
        self.outputs_of[name] = _outputs(kind, arguments)
        self.steps.append(Step(kind=kind, name=name, arguments=arguments, from_=sources))

    def word(self, layer: str, node: int, tensor: int) -> str:
        """How a step refers to a tensor."""
        name = self.call_name(layer, node)
        outputs = self.outputs_of.get(layer, [])
        output = outputs[tensor] if len(outputs) > 1 else ""
        return f"{name}/{output}" if output else name

    def call_name(self, layer: str, index: int) -> str:
        """The name of the step for a call of a layer: for the first, that of the layer."""
        if index == 0:
            return layer
        name = f"{layer}_call_{index}"
        while name in self.names:
            name += "_"
        return name

    def in_order(self, layers: list[Mapping[str, Any]]) -> Iterator["_Call"]:
        """The calls of a model, each after those it reads and after the first of its layer."""
        waiting = [
            _Call(layer, index, self.call_name(name, index), tuple(_tensors(node, name)))
            for name, layer in ((layer["config"]["name"], layer) for layer in layers)
            if layer["class_name"] != "InputLayer"
            for index, node in enumerate(layer["inbound_nodes"])
        ]
        known = set(self.inputs)
        while waiting:
            later = []
            for call in waiting:
                needs = {self.call_name(name, node) for name, node, _ in call.inputs}
                needs |= {call.layer["config"]["name"]} if call.index else set()
                if needs <= known:
                    known.add(call.name)
                    yield call
                else:
                    later.append(call)
            if len(later) == len(waiting):
                message = f"the layer '{later[0].name}' reads what the model does not hold"
                raise UnreadableModel(message)
            waiting = later


@dataclass(frozen=True, slots=True)
class _Call:
    layer: Mapping[str, Any]
    index: int
    name: str
    inputs: tuple[tuple[str, int, int], ...]


def _tensors(node: Mapping[str, Any], layer: str) -> Iterator[tuple[str, int, int]]:
    """The tensors that a call reads, in their order."""
    for key, value in node["kwargs"].items():
        if key in TENSORS:
            continue
        said = value if isinstance(value, list) else [value]
        if any(each is not None for each in said) and not (key == "training" and value is False):
            raise UnreadableModel(
                f"the layer '{layer}' is called with '{key}', which a spec cannot say"
            )
    stack = [*node["args"], *(node["kwargs"].get(key) for key in TENSORS)]
    while stack:
        item = stack.pop(0)
        if isinstance(item, list):
            stack = item + stack
        elif isinstance(item, Mapping) and item.get("class_name") == "__keras_tensor__":
            name, index, tensor = item["config"]["keras_history"]
            yield name, index, tensor
        elif item is not None:
            raise UnreadableModel(
                f"the layer '{layer}' is called with {item!r}, which a spec cannot say"
            )


def _references(said: Any) -> list[tuple[str, int, int]]:
    """The tensors named in `input_layers` or `output_layers`: one, a list, or a mapping."""
    if isinstance(said, Mapping):
        return [(ref[0], ref[1], ref[2]) for ref in said.values()]
    if said and isinstance(said[0], str):
        return [(said[0], said[1], said[2])]
    return [(ref[0], ref[1], ref[2]) for ref in said]


def _input(config: Mapping[str, Any]) -> Input:
    return Input(shape=list(config["batch_shape"][1:]), dtype=config.get("dtype", "float32"))


def _arguments(kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a layer's call, those left out that have their defaults."""
    try:
        declaration = LAYERS.find(kind)
    except Problem as problem:
        raise UnreadableModel(f"the layer '{config['name']}': {problem.message}") from None
    known = declaration.arguments()
    arguments = {}
    for name, value in config.items():
        implied = value in (None, False) or IMPLIED.get(name) in (value, ANY)
        if name == "name" or (name not in known and implied):
            continue
        plain = _plain(value)
        if not (name == "dtype" and plain == "float32") and not (
            name == "trainable" and plain is True
        ):
            arguments[name] = plain
    if kind == "Bidirectional":
        _leave_out_implied(arguments)
    return arguments


def _leave_out_implied(arguments: dict[str, Any]) -> None:
    """Leave out what Bidirectional makes of its layer: a flag in it, and mostly the other layer."""
    (layer,) = arguments["layer"].values()
    (other,) = arguments["backward_layer"].values()
    for inner in (layer, other):
        inner.pop("zero_output_for_mask", None)
    if other == layer | {"go_backwards": True} and [*arguments["layer"]] == [
        *arguments["backward_layer"]
    ]:
        del arguments["backward_layer"]


def _outputs(kind: str, arguments: dict[str, Any]) -> list[str]:
    """The names of a layer's outputs where it has several; its own name stands for the first."""
    try:
        layer: Any = LAYERS.check({kind: arguments})
    except Problems:
        return []  # that will be reported
    return ["", *layer.outputs()[1:]]


def _plain(value: Any) -> Any:
    """A configuration value as a spec writes it: serialized objects become calls."""
    if isinstance(value, Mapping) and "class_name" in value and "config" in value:
        if value["class_name"] in ("DTypePolicy", "FloatDTypePolicy"):
            return value["config"]["name"]
        if value.get("module") == "keras.layers":
            return {value["class_name"]: _arguments(value["class_name"], value["config"])}
        arguments = {key: _plain(item) for key, item in value["config"].items()}
        return {value["class_name"]: arguments} if arguments else value["class_name"]
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
