"""Converts operations that Keras 3 recorded to steps that call the same functions of keras.ops."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.diagnostics.problems import Problems
from cnnspec.frontends.nodes import Tensor
from cnnspec.frontends.operations import Equal, NoEqual, Recorded
from cnnspec.operations.base import OPERATIONS, Operation
from cnnspec.operations.families import PREFIX
from cnnspec.operations.indexing import GetItem
from cnnspec.operations.keras_classes import function_of
from cnnspec.operations.keys import Cut, Item, spelled

CONSTANT_TYPES = ("bool", "float32", "int32")
"""The data types of arrays that a constant of a spec can have."""
ARRAYS = ("__numpy__", "__tensor__")
"""What Keras calls the arrays among the arguments of a call."""
EARLIER = {"ops.threshold": {"threshold_value": "threshold", "value": "default_value"}}
"""For each function: the arguments that Keras 3.10 saved under other names."""


def function_step(recorded: Recorded) -> Equal:
    """Return the call of the function of keras.ops that Keras recorded.

    Raises:
        NoEqual: a spec cannot call it; the message is the reason.

    """
    declaration = _declaration(recorded)
    given = dict(_given(recorded, declaration))
    if declaration is GetItem:
        given["key"] = _key(given["key"])
    tensors: list[Tensor] = []
    arguments = dict(_arguments(recorded, declaration))
    for name, value in given.items():
        if _says_nothing(declaration, name, value):
            continue
        found = list(value) if isinstance(value, list | tuple) else [value]
        if found and all(isinstance(each, Tensor) for each in found):
            tensors += found
        elif any(isinstance(each, Tensor) for each in found):
            raise NoEqual("it is called with tensors and constants in one list")
        else:
            arguments[name] = _constant(value, {each.dtype for each in recorded.node.tensors()})
    try:
        declaration.of(arguments)
    except Problems as problems:
        first = problems.problems[0]
        raise NoEqual(first.message or f"a spec cannot have its '{first.at[0]}'") from None
    return Equal(declaration.kind(), arguments, tuple(tensors))


def _declaration(recorded: Recorded) -> type[Operation]:
    """Return the declaration of the function whose operation was recorded."""
    function = function_of(recorded.kind)
    if function == "extract_patches" and _has_three(recorded.config.get("size")):
        function = "extract_patches_3d"
    part = recorded.module.rpartition(".")[2]
    for word in (f"{part}.{function}", function, f"image.{function}", f"linalg.{function}"):
        if (reason := OPERATIONS.refusals.get(f"{PREFIX}{word}")) is not None:
            raise NoEqual(reason)
        if (declaration := OPERATIONS.declared(f"{PREFIX}{word}")) is not None:
            return declaration
    raise NoEqual("a spec cannot call this function")


def _has_three(sizes: Any) -> bool:
    """Whether sizes are of volumes: two functions of patches have the same class."""
    return isinstance(sizes, list | tuple) and len(sizes) == 3


def _given(recorded: Recorded, declaration: type[Operation]) -> Iterator[tuple[str, Any]]:
    """Yield what the call of the operation got, by the names of the arguments of the function."""
    args, kwargs = recorded.node.args, recorded.node.kwargs
    is_listed = declaration.merges or declaration.max_inputs is None
    if is_listed:
        listed = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        if not all(isinstance(each, Tensor) for each in listed):
            raise NoEqual("it is called with constants among its tensors")
        yield declaration.tensors[0], listed
        args = []
    further = [each for each in declaration.arguments() if each not in recorded.config]
    further.sort(key=declaration.has_default)  # as in a signature
    names = list(dict.fromkeys((*declaration.tensors, *further)))
    if len(args) > len(names):
        raise NoEqual(f"it is called with {len(args)} arguments")
    yield from zip(names, args, strict=False)
    for name, value in kwargs.items():
        if name in (*declaration.tensors, *declaration.arguments()):
            yield name, value
        elif value not in (None, False):
            raise NoEqual(f"it is called with '{name}'")


def _arguments(recorded: Recorded, declaration: type[Operation]) -> Iterator[tuple[str, Any]]:
    """Yield the arguments that are in the configuration."""
    known = declaration.arguments()
    earlier = EARLIER.get(declaration.kind(), {})
    for saved, value in recorded.config.items():
        name = earlier.get(saved, saved)
        if name in known:
            if not _says_nothing(declaration, name, value):
                yield name, value
        elif name not in ("name", "trainable") and value not in (None, False):
            said = f"'{name}'" if name != "dtype" else "a data type of its own"
            if name != "dtype" or not isinstance(value, Mapping):
                raise NoEqual(f"it has {said}, which a spec cannot give to it")


def _says_nothing(declaration: type[Operation], name: str, value: Any) -> bool:
    """Whether an argument is left to its default."""
    if name in declaration.tensors:
        return value is None and name in declaration.optional
    return declaration.has_default(name) and bool(value == declaration.default_of(name))


def _constant(value: Any, dtypes: set[str | None]) -> Any:
    """Return a constant among the arguments of a call: a number, or lists of numbers.

    A single number has no data type in a spec, so it takes that of the tensors.
    """
    if isinstance(value, Mapping):
        if value.get("class_name") not in ARRAYS:
            raise NoEqual("it is called with an argument that is neither a tensor nor a number")
        dtype = value["config"].get("dtype")
        if dtype not in CONSTANT_TYPES:
            raise NoEqual(f"its constant has the data type {dtype}, which a spec cannot express")
        value = value["config"]["value"]
        if not isinstance(value, list) and dtype != "bool" and dtypes != {dtype}:
            raise NoEqual("its constant is a single number with a data type")
        return _as_floats(value) if dtype == "float32" else value
    return value


def _as_floats(value: Any) -> Any:
    return [_as_floats(each) for each in value] if isinstance(value, list) else float(value)


def _key(value: Any) -> str:
    """Return the key of an indexing, as it is written in Python."""
    listed = value if isinstance(value, list) else [value]
    return spelled(tuple(map(_item, listed)))


def _item(value: Any) -> Item:
    kind = value.get("class_name") if isinstance(value, Mapping) else None
    if kind == "__ellipsis__":
        return ...
    if kind == "__slice__":
        config = value["config"]
        ends = [config["start"], config["stop"], config["step"]]
        if all(each is None or type(each) is int for each in ends):
            return Cut(*ends)
    if value is None or type(value) is int:
        return value
    raise NoEqual("it is indexed with something that is no number or slice")
