"""Converts layers whose classes are not from Keras to steps that name them by import path.

Nothing is imported: arguments are the configuration in the file, and shapes those that it recorded.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from cnnspec.declarations.fields import DATA_TYPES
from cnnspec.frontends.calls import Call
from cnnspec.frontends.nodes import Node, Tensor, leaves, name_of
from cnnspec.frontends.operators import is_operator
from cnnspec.frontends.values import OF_KERAS_2, Find, OwnClass, own_class, path_of, plain
from cnnspec.frontends.values import POLICIES as POLICIES_OF_KERAS
from cnnspec.frontends.whole import Whole, mappings
from cnnspec.keras_files.configuration import MODELS
from cnnspec.keras_files.problems import HOLDS_ANOTHER, UnreadableModel
from cnnspec.language.document import STEP_KEYS, Step
from cnnspec.language.expressions import escaped
from cnnspec.layers.base import LAYERS
from cnnspec.layers.custom import POLICIES, STATEMENTS
from cnnspec.layers.custom_calls import TENSOR
from cnnspec.layers.custom_objects import family_of
from cnnspec.layers.dtype_rules import compute_dtype

Outputs = dict[int, tuple[list[int | None] | None, str | None]]
"""The shapes and data types of the outputs of a call, as far as a file has them."""
RETURNED = "outputs"
"""The key of a layer for what its calls return, which is only there if the model was not a file."""
RESERVED = (*STEP_KEYS, *STATEMENTS)
"""The keys of a step that cannot be arguments of a class."""


def is_of_others(layer: Mapping[str, Any]) -> bool:
    """Whether the class of a layer is not from Keras; HDF5 files do not store its module."""
    kind = layer["class_name"]
    if own_class(layer) is not None:
        return True
    known = kind in LAYERS or kind in LAYERS.refusals or kind in MODELS or kind in OF_KERAS_2
    return "module" not in layer and not known and not is_operator(layer)


def other_step(call: Call, outputs: Outputs, whole: Whole) -> tuple[Step, list[Tensor]]:
    """Return the step of a call of a layer, without its inputs, and the tensors that these are.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    name, path = name_of(call.layer), _path(call.layer, whole)
    arguments = _arguments(call.layer, path, whole.find)
    tensors, said = _call(call.node, f"'{name}' ({path})") if call.source is None else ([], {})
    statements, is_known = _statements(outputs, arguments)
    if not is_known:
        whole.shapeless.append(call.name)
    whole.use(path)
    kind, arguments = ("shared", {"layer": name}) if call.index else (path, arguments)
    arguments |= statements | ({"call": said} if said else {})
    return Step(kind=kind, name=call.name, arguments=escaped(arguments)), tensors


def _path(layer: Mapping[str, Any], whole: Whole) -> str:
    """Return the import path of the class of a layer.

    Raises:
        UnreadableModel: its module is unknown; the message has all such classes of the model.

    """
    if (path := path_of(layer, whole.classes)) is not None:
        return path
    names = {_name(each) for each in mappings(whole.model) if _is_unplaced(each, whole)}
    named = [f"--class '{each}=package.module:{each.rpartition('>')[2]}'" for each in sorted(names)]
    raise UnreadableModel(
        f"the layer '{name_of(layer)}' has the class '{_name(layer)}', which is not from Keras, and "
        f"the file does not have its module, which `{' '.join(named)}` names"
    )


def _name(layer: Mapping[str, Any]) -> str:
    """Return the name of the class of a layer in a file."""
    return own_class(layer) or str(layer["class_name"])


def _is_unplaced(serialized: Mapping[str, Any], whole: Whole) -> bool:
    """Whether an object is a layer of a class whose module is unknown."""
    config = serialized.get("config")
    if (
        "class_name" not in serialized
        or not isinstance(config, Mapping)
        or "trainable" not in config
    ):
        return False
    return is_of_others(serialized) and path_of(serialized, whole.classes) is None


def _arguments(layer: Mapping[str, Any], path: str, find: Find) -> dict[str, Any]:
    """Return the configuration of a layer as the arguments of a step.

    Raises:
        UnreadableModel: a step cannot have them.

    """
    name, config = name_of(layer), layer["config"]
    if not isinstance(config, Mapping):
        message = f"the layer '{name}' has the class {path}, which has no get_config, so Keras wrote none of its arguments; write one, and save the model again"
        raise UnreadableModel(message)
    _check_shared(config, f"'{name}' ({path})")
    arguments = {}
    for key, value in config.items():
        if key == "name" or (key == "trainable" and value is True):
            continue
        if key in RESERVED:
            message = f"the layer '{name}' ({path}) has an argument '{key}', which is a key of every step of a spec"
            raise UnreadableModel(message)
        arguments[key] = _argument(key, value, find)
    if arguments.get("dtype") in ("float32", None):
        arguments.pop("dtype", None)
    return arguments


def _argument(key: str, value: Any, find: Find) -> Any:
    """Return an argument: objects of Keras are calls where a spec has them, or else as serialized."""
    if key == "dtype" or family_of(key) is not None or _is_function(value):
        try:
            return plain(value, find)
        except OwnClass:
            pass
    return _short(value)


def _short(value: Any) -> Any:
    """Return a serialized value without what Keras assumes anyway."""
    if isinstance(value, list):
        return [_short(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("class_name") in POLICIES_OF_KERAS and "config" in value:
        return plain(value)
    implied = {"registered_name": None, "shared_object_id": value.get("shared_object_id")}
    return {key: _short(each) for key, each in value.items() if not _is_implied(implied, key, each)}


def _is_implied(implied: Mapping[str, Any], key: str, value: Any) -> bool:
    return key in implied and value == implied[key]


def _check_shared(value: Any, named: str) -> None:
    """Check that a layer holds no layer that the model has elsewhere, which Keras marks.

    Raises:
        UnreadableModel: it does.

    """
    for each in mappings({"": value}):
        config = each.get("config")
        is_marked = each.get("shared_object_id") is not None
        if is_marked and isinstance(config, Mapping) and "trainable" in config:
            raise UnreadableModel(HOLDS_ANOTHER.format(named, config.get("name")))


def _is_function(value: Any) -> bool:
    """Whether a value is a function of Keras, which its classes find by name."""
    return (
        isinstance(value, Mapping)
        and value.get("class_name") == "function"
        and value.get("registered_name") in (None, value.get("config"))
    )


def _call(node: Node, named: str) -> tuple[list[Tensor], dict[str | int, Any]]:
    """Return the tensors of a call of a layer, and the arguments that a step names in `call`.

    Raises:
        UnreadableModel: a step cannot name one of them.

    """
    rest, first = list(node.args), []
    if rest and isinstance(rest[0], Tensor):
        first = [rest.pop(0)]
    elif rest and isinstance(rest[0], list) and len(rest[0]) > 1 and _are_tensors(rest[0]):
        first = rest.pop(0)
    call: dict[str | int, Any] = dict(enumerate(rest, start=1 if first else 0))
    call |= {key: each for key, each in node.kwargs.items() if not _is_usual(key, each)}
    for each in _values(call):
        if each == TENSOR or not isinstance(each, Tensor | str | int | float | None):
            message = f"the layer {named} is called with {each!r:.60}, which a spec cannot express"
            raise UnreadableModel(message)
    tensors = [each for each in _values(call) if isinstance(each, Tensor)]
    if not first and not tensors:
        raise UnreadableModel(f"the layer {named} is called without a tensor")
    return [*first, *tensors], {key: _named(each) for key, each in call.items()}


def _is_usual(key: str, value: Any) -> bool:
    """Whether an argument of a call is what Keras passes anyway."""
    return (key == "training" and value in (None, False)) or (key == "mask" and value is None)


def _are_tensors(values: Iterable[Any]) -> bool:
    return all(isinstance(each, Tensor) for each in values)


def _values(value: Any) -> Iterator[Any]:
    """Yield the contents of nested lists and mappings in their order."""
    if isinstance(value, Mapping):
        if "class_name" in value and "config" in value:
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _values(each)
        return
    yield value


def _named(value: Any) -> Any:
    """Replace tensors by the word that stands for the next one."""
    if isinstance(value, Mapping):
        return {key: _named(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_named(each) for each in value]
    return TENSOR if isinstance(value, Tensor) else value


def _statements(outputs: Outputs, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """Return what a step says of its outputs, and whether all shapes are known."""
    dtype = arguments.get("dtype")
    own = compute_dtype(dtype if dtype in POLICIES else None)
    tensors = [outputs.get(at, (None, None)) for at in range(max(outputs, default=0) + 1)]
    shapes = [_without_batch(shape) for shape, _ in tensors]
    dtypes = [each if each != own and each in DATA_TYPES else None for _, each in tensors]
    found: dict[str, Any] = {}
    is_several = len(tensors) > 1
    if any(each is not None for each in shapes):
        found["output_shape"] = shapes if is_several else shapes[0]
    elif is_several:
        found["outputs"] = len(tensors)
    if any(dtypes):
        found["output_dtype"] = dtypes if is_several else dtypes[0]
    return found, None not in shapes


def _without_batch(shape: Any) -> list[int | None] | None:
    """Return a shape without its batch axis; None if it has a batch of a known size."""
    return list(shape[1:]) if shape and shape[0] is None else None


def recorded(
    calls: Iterable[Call], outputs: Any, first: Mapping[str, int]
) -> dict[tuple[str, int], Outputs]:
    """Return the tensors that calls read or return: by layer and call, and then by output.

    `outputs` are those of the model, whose shapes are unknown; `first` is where their calls start.
    """
    found: dict[tuple[str, int], Outputs] = {}
    for each in leaves(outputs):
        call_of = each.call - first.get(each.layer, 0)
        found.setdefault((each.layer, call_of), {})[each.output] = (None, None)
    for call in calls:
        for each in call.node.tensors():
            shape = None if each.shape is None else list(each.shape)
            found.setdefault((each.layer, each.call), {})[each.output] = (shape, each.dtype)
        if returned := call.layer.get(RETURNED):
            found[name_of(call.layer), call.index] = dict(enumerate(returned[call.index]))
    return found


def recorded_in_chain(layers: list[Mapping[str, Any]]) -> dict[tuple[str, int], Outputs]:
    """Return the outputs of the layers of a Sequential model: what the next layer was built for."""
    found: dict[tuple[str, int], Outputs] = {}
    for layer, following in pairwise(layers):
        if (shape := (following.get("build_config") or {}).get("input_shape")) is not None:
            found[name_of(layer), 0] = {0: (shape, None)}
    return found
