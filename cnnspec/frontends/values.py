"""Converts serialized layers and objects, `{class_name, config}`, to calls."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.declarations.import_paths import is_import_path
from cnnspec.diagnostics.problems import Problem
from cnnspec.frontends.decimals import calculated, decimal
from cnnspec.frontends.minimal import shortest
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import LAYERS, Layer

POLICIES = ("DTypePolicy", "FloatDTypePolicy", "Policy")
"""Dtype policies that are identified by name; the last one is from Keras 2."""
LAYER_MODULES = ("keras.layers", "keras.src.applications")
"""The modules of Keras layers, and of the layers of its networks."""
ARRAYS = ("__tensor__", "__numpy__")
ANY = object()
IMPLIED = {"oov_method": "floormod", "vocabulary_size": ANY} | {
    "batch_input_shape": ANY,
    "groups": 1,
    "implementation": ANY,
    "kernel_constraint": ANY,
    "kernel_initializer": ANY,
    "kernel_regularizer": ANY,
    "key_shape": ANY,
    "query_shape": ANY,
    "value_shape": ANY,
}
"""Keys that Keras stores in addition to arguments; with these values they are redundant.

Those in the second mapping are from Keras 2: shapes that follow from the inputs, implementations of
recurrent layers, and arguments of base classes.
"""
OF_KERAS = ("keras", "tf_keras")
"""The packages of Keras 3 and 2."""
OF_KERAS_2 = {
    f"CuDNN{kind}": f"Keras 2 had it, and loads its weights into {kind}: save the model with that in its place"
    for kind in ("GRU", "LSTM")
}
"""What to do about layers that Keras 3 does not have."""
OF_EVERY_LAYER = ("trainable", "dtype")
"""Arguments that come after those of the kind."""
RENAMED = {"LeakyReLU": {"alpha": "negative_slope"}}
"""Names of arguments in Keras 2."""
FLOAT32 = ("alpha", "l1", "l2", "max_value", "negative_slope", "threshold")
"""Arguments that Keras 2 stores as float32."""


FUNCTION = "function"
"""What Keras writes as the class of a function."""
NOWHERE = (None, "None", "builtins", "__main__")
"""What a file has for the module of a class that is not in one."""
NOT_OF_KERAS = (
    "{}, which is not from Keras, and the file does not have its module, which "
    "`--class '{}=package.module:{}'` names"
)


class OwnClass(Exception):
    """The class of an object is not from Keras; the message names it."""


Find = Callable[[Mapping[str, Any]], str | None]
"""Returns the import path of a class or function that is not from Keras; None if it is unknown."""


def nowhere(_: Mapping[str, Any]) -> str | None:
    """Find no class."""
    return None


def layer_arguments(kind: str, config: Mapping[str, Any], find: Find = nowhere) -> dict[str, Any]:
    """Return the arguments of a call of a layer in their shortest form.

    Raises:
        UnreadableModel: a spec cannot express the layer.

    """
    try:
        declaration = LAYERS.find(kind)
    except Problem as problem:
        hint = OF_KERAS_2.get(kind) or problem.suggestion
        reason = problem.message if hint is None else f"{problem.message}; {hint}"
        raise UnreadableModel(f"the layer '{config.get('name')}' ({kind}): {reason}") from None
    try:
        arguments = _plain_arguments(declaration, config, find)
    except OwnClass as own:
        message = f"the layer '{config.get('name')}' ({kind}) has {own}"
        raise UnreadableModel(message) from None
    if kind == "Bidirectional":
        _leave_out_implied(arguments)
    short = shortest(declaration, arguments)
    return {name: short.pop(name) for name in [*short] if name not in OF_EVERY_LAYER} | short


def _plain_arguments(
    declaration: type[Layer], config: Mapping[str, Any], find: Find
) -> dict[str, Any]:
    kind, known, arguments = declaration.kind(), declaration.expected(), {}
    for key, value in config.items():
        name = RENAMED.get(kind, {}).get(key, key)
        implied = value in (None, False) or IMPLIED.get(name) in (value, ANY)
        if name == "name" or (name not in known and implied):
            continue
        if isinstance(value, str) and name in known and known[name].words_of == "activations":
            value = find({"class_name": FUNCTION, "config": value}) or value
        said = calculated(plain(value, find))
        arguments[name] = decimal(said) if name in FLOAT32 else said
    if kind == "BatchNormalization" and isinstance(arguments.get("axis"), list):
        (arguments["axis"],) = arguments["axis"]  # as Keras 2 wrote it
    return arguments


def is_layer(serialized: Mapping[str, Any]) -> bool:
    """Whether a serialized object is a layer; HDF5 files do not store its module."""
    if "module" in serialized:
        return str(serialized["module"]).startswith(LAYER_MODULES)
    return serialized["class_name"] in LAYERS and "trainable" in serialized["config"]


def plain(value: Any, find: Find = nowhere) -> Any:
    """Convert a value of a configuration to the form of a spec; serialized objects become calls.

    Raises:
        OwnClass: the class of an object is not from Keras.
        UnreadableModel: it is a layer that a spec cannot express.

    """
    if isinstance(value, list):
        return [plain(item, find) for item in value]
    if not (isinstance(value, Mapping) and "class_name" in value and "config" in value):
        return value
    kind, config = value["class_name"], value["config"]
    if kind in POLICIES:
        return config["name"]
    if kind in ARRAYS:
        return config["value"]
    if (own := own_class(value)) is not None:
        if (path := find(value)) is None:
            own = config if kind == FUNCTION else own
            what = (
                f"the function '{own}'" if kind == FUNCTION else f"an object of the class '{own}'"
            )
            raise OwnClass(NOT_OF_KERAS.format(what, own, own.rpartition(">")[2]))
        kind = path
    elif is_layer(value):
        return {kind: layer_arguments(kind, config, find)}
    if not isinstance(config, Mapping):
        return kind if own else config
    arguments = {
        key: decimal(plain(item, find)) if key in FLOAT32 else plain(item, find)
        for key, item in config.items()
        if not (key == "name" and item is None)
    }
    return {kind: arguments} if arguments else kind


def path_of(serialized: Mapping[str, Any], classes: Mapping[str, str]) -> str | None:
    """Return the import path of a class that is not from Keras; None if its module is unknown.

    `classes` are the import paths of classes by their names in the file.
    """
    kind = str(serialized["class_name"])
    module, registered = serialized.get("module"), serialized.get("registered_name")
    path = f"{module}:{kind.rpartition('>')[2]}"
    names = (serialized["config"], registered) if kind == FUNCTION else (path, registered, kind)
    for name in names:
        if isinstance(name, str) and name in classes:
            return classes[name]
    return path if module not in NOWHERE and is_import_path(path) else None


def own_class(serialized: Mapping[str, Any]) -> str | None:
    """Return the class of a serialized object if it is not from Keras."""
    kind, registered = str(serialized["class_name"]), serialized.get("registered_name")
    module = serialized.get("module")
    is_of_program = "module" in serialized and module is None and registered is not None
    of_keras = module is None or str(module).partition(".")[0] in OF_KERAS
    if not is_of_program and of_keras and registered in (None, kind) and ">" not in kind:
        return None
    return str(registered or kind)


def _leave_out_implied(arguments: dict[str, Any]) -> None:
    """Remove a flag that Bidirectional sets in both of its layers."""
    if "backward_layer" not in arguments:  # Keras 2 leaves it out itself
        return
    for argument in ("layer", "backward_layer"):
        (inner,) = arguments[argument].values()
        inner.pop("zero_output_for_mask", None)
