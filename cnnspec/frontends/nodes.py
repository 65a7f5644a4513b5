"""Reads the calls of a layer in a configuration: input tensors and other arguments.

Keras 3 stores the arguments of a call as they were given, Keras 2 lists of `[layer, call, output]`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.shapes import BATCH

POSITIONS = ("inputs", "sequence", "x", "query", "value", "key", "initial_state")
"""Keyword arguments that may be tensors, in the order of a spec."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of a model: an output of a call of a layer."""

    layer: str
    call: int
    output: int
    shape: tuple[int | None, ...] | None = None
    """None in files of Keras 2, which do not store shapes."""
    dtype: str | None = None
    counted: tuple[int | None, ...] | None = None
    """The shape for batches of `BATCH` samples, if it was inferred."""

    @property
    def has_batch(self) -> bool:
        """Whether it is known that its first axis is that of the batch."""
        return self.counted is not None and self.counted[:1] == (BATCH,)


@dataclass(frozen=True, slots=True)
class Node:
    """A call of a layer or an operation."""

    args: list[Any]
    kwargs: dict[str, Any] = field(default_factory=dict)

    def tensors(self) -> list[Tensor]:
        """Return all tensors in its arguments."""
        found = leaves([self.args, self.kwargs])
        return [each for each in found if isinstance(each, Tensor)]


def name_of(layer: Mapping[str, Any]) -> Any:
    """Return the name of a layer or an operation.

    Other layers refer to it by the name beside its configuration, which only the layers of
    Sequential models do not have.
    """
    return layer["name"] if "name" in layer else layer["config"]["name"]


def nodes(layer: Mapping[str, Any], first: Mapping[str, int] | None = None) -> list[Node]:
    """Return all calls of a layer in order; `first` lists the layers whose calls start at 1."""
    return [
        _legacy(said, first or {}, layer["class_name"]) if isinstance(said, list) else _node(said)
        for said in layer["inbound_nodes"]
    ]


def counted_from(tensor: Tensor, first: Mapping[str, int]) -> Tensor:
    """Return the same tensor, with the calls of its layer counted from 0."""
    return replace(tensor, call=tensor.call - first.get(tensor.layer, 0))


def leaves(value: Any) -> Iterator[Any]:
    """Return the contents of nested lists and mappings in the order of Keras: mappings by key."""
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from leaves(value[key])
    else:
        yield value


def mapped(form: Any, name: Callable[[Tensor], str]) -> Any:
    """Replace the tensors in nested lists and mappings by names."""
    if isinstance(form, list):
        return [mapped(item, name) for item in form]
    if isinstance(form, dict):
        return {key: mapped(item, name) for key, item in form.items()}
    return name(form)


def structure(value: Any) -> Any:
    """Return the tensors of `input_layers` or `output_layers`: one, or lists and mappings."""
    if isinstance(value, Mapping):
        return {str(key): structure(item) for key, item in value.items()}
    if value and isinstance(value[0], str):
        name, call, output = value
        return Tensor(name, int(call), int(output))
    return [structure(item) for item in value]


def inputs_of(node: Node, layer: str, kind: str) -> list[Tensor]:
    """Return the input tensors of a call of a layer, in the order of a spec.

    Raises:
        UnreadableModel: it has other arguments.

    """
    for key, value in node.kwargs.items():
        # training=False is what Keras records of most calls, and does not keep to in training.
        said = [each for each in leaves(value) if each is not None]
        if key not in POSITIONS and said and not (key == "training" and value is False):
            message = (
                f"the layer '{layer}' ({kind}) is called with '{key}', which a spec cannot express"
            )
            raise UnreadableModel(message)
    found = leaves([*node.args, *(node.kwargs.get(key) for key in POSITIONS)])
    given = [each for each in found if each is not None]
    for each in given:
        if not isinstance(each, Tensor):
            message = f"the layer '{layer}' ({kind}) is called with {each!r:.60}, which a spec cannot express"
            raise UnreadableModel(message)
    return given


def _node(serialized: Mapping[str, Any]) -> Node:
    return Node(
        [_value(each) for each in serialized["args"]],
        {str(key): _value(each) for key, each in serialized["kwargs"].items()},
    )


def _value(value: Any) -> Any:
    """Return an argument of a call; anything except tensors and plain data stays serialized."""
    if isinstance(value, list):
        return [_value(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") == "__keras_tensor__":
        config = value["config"]
        layer, call, output = config["keras_history"]
        shape = config.get("shape")
        size = tuple(shape) if isinstance(shape, list) else None
        return Tensor(str(layer), int(call), int(output), size, config.get("dtype"))
    return {str(key): _value(item) for key, item in value.items()}


OF_TENSORFLOW = ("SlicingOpLambda", "TFOpLambda")
"""The classes of operations of Keras 2, whose arguments may be tensors anywhere."""
CONSTANT = "_CONSTANT_VALUE"
"""What stands for the layer of a constant in a call that Keras 2 saved."""


def _legacy(inputs: list[Any], first: Mapping[str, int], kind: str) -> Node:
    """Read a call of Keras 2: a tensor or several, with the keyword arguments in the first one."""
    if inputs and isinstance(inputs[0], str):
        inputs = [inputs]  # a single tensor, not in a list
    tensors = [_named(each, first) for each in inputs]
    keywords = inputs[0][3] if inputs and len(inputs[0]) > 3 else {}
    kwargs = {
        key: _tensors(each, first) if key in POSITIONS or kind in OF_TENSORFLOW else each
        for key, each in keywords.items()
    }
    return Node([tensors if len(tensors) > 1 else tensors[0]], kwargs)


def _named(reference: list[Any], first: Mapping[str, int]) -> Any:
    if isinstance(reference[0], list):
        return [_named(each, first) for each in reference]
    if reference[0] == CONSTANT:
        return reference[2]
    return counted_from(Tensor(str(reference[0]), int(reference[1]), int(reference[2])), first)


def _tensors(value: Any, first: Mapping[str, int]) -> Any:
    """Return the tensors of a keyword argument."""
    if isinstance(value, Mapping):
        return {str(key): _tensors(each, first) for key, each in value.items()}
    if isinstance(value, list) and len(value) >= 3 and isinstance(value[0], str):
        return _named(value, first)
    return [_tensors(each, first) for each in value] if isinstance(value, list) else value


def sequential_input(
    layers: list[Mapping[str, Any]], config: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the input of a Sequential model, and remove it from the layers if it is one of them.

    Raises:
        UnreadableModel: the input is unknown, because the model was never built.

    """
    if layers and layers[0]["class_name"] == "InputLayer":
        first: Mapping[str, Any] = layers.pop(0)["config"]
        return first
    names = {name_of(layer) for layer in layers}
    name = "input" if "input" not in names else "input_of_the_model"
    inner = layers[0]["config"] if layers else {}
    key = "batch_input_shape" if "batch_input_shape" in inner else "batch_shape"
    shape = config.get("build_input_shape") or inner.get("batch_input_shape")
    if not shape:
        raise UnreadableModel(
            "it is a Sequential model that was never built, so its input shape is unknown; call it "
            "once, or begin it with an Input, and save it again"
        )
    return {"name": name, key: shape}
