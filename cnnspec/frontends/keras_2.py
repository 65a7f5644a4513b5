"""Converts operations that Keras 2 recorded, by the names of TensorFlow, to those of Keras 3."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cnnspec.frontends.keras_2_functions import DEFAULTS, OF_ONE, OF_TWO, WITH_ARGUMENTS
from cnnspec.frontends.nodes import OF_TENSORFLOW, Node, Tensor, leaves
from cnnspec.frontends.operations import NoEqual, Recorded, not_in_a_spec
from cnnspec.frontends.sizes import Unsized, Value, computed, is_of_sizes
from cnnspec.shapes import BATCH, product

_OPERANDS = ("b", "bias", "y")
"""What TensorFlow calls the second operand."""


def function_name(recorded: Recorded) -> str:
    """Return the last part of the name of a function of TensorFlow."""
    return str(recorded.config.get("function", "")).rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Sizes:
    """What an operation computes of the shapes of tensors."""

    value: Value
    are_results: bool
    """Whether it is a list of several results."""

    @property
    def words(self) -> list[str]:
        """The names of its results, if there are several."""
        return [str(at) for at in range(len(self.value))] if self.are_results else []


def sizes_of(recorded: Recorded, *, reads_sizes: bool) -> Sizes | None:
    """Return what an operation computes of shapes; None if it computes with tensors.

    `reads_sizes` is whether one of its arguments was computed of shapes.

    Raises:
        UnreadableModel: it cannot be computed.

    """
    function, node = function_name(recorded), recorded.node
    if recorded.kind not in OF_TENSORFLOW:
        return None
    if not is_of_sizes(function, list(leaves([node.args, node.kwargs])), reads_sizes=reads_sizes):
        return None
    try:
        return Sizes(computed(function, node.args, node.kwargs), function == "unstack")
    except NoEqual as reason:
        raise not_in_a_spec(recorded, reason) from None


def of_keras_3(recorded: Recorded, unused: Callable[[str], str]) -> list[Recorded]:
    """Return the operations of Keras 3 that compute what Keras 2 recorded, in order.

    All but the last prepare an operand, and get names that `unused` makes.

    Raises:
        NoEqual: there are none; the message is the reason.

    """
    function = function_name(recorded)
    kwargs = {key: each for key, each in recorded.node.kwargs.items() if key != "name"}
    if function == "matmul":
        return _matmul(recorded, kwargs, unused)
    return [_converted(recorded, function, kwargs)]


def _converted(recorded: Recorded, function: str, kwargs: dict[str, Any]) -> Recorded:
    args = recorded.node.args
    if function == "reshape":
        kwargs["shape"] = _target(kwargs.get("shape"), args[0])
    for each in leaves([args, kwargs]):
        if isinstance(each, Unsized):
            raise each.reason
    if function == "getitem":
        return _as(recorded, "GetItem", {}, [*args, _key(kwargs.pop("slice_spec"))], kwargs)
    if function in OF_ONE:
        return _as(recorded, OF_ONE[function], {}, args, kwargs)
    if function in OF_TWO:
        return _as(recorded, OF_TWO[function], {}, [*args, *_second(kwargs)], kwargs)
    if function not in WITH_ARGUMENTS:
        path = recorded.config.get("function", "")
        raise NoEqual(f"a spec cannot call the function '{path}' of TensorFlow")
    kind, names = WITH_ARGUMENTS[function]
    known = DEFAULTS.get(function, {}) | {
        name: value for name, value in kwargs.items() if name in names
    }
    if any(isinstance(each, Tensor) for each in leaves(list(known.values()))):
        raise NoEqual("one of its arguments is a tensor")
    config = {names[name]: value for name, value in known.items()}
    if function == "split" and isinstance(config["indices_or_sections"], list):
        config["indices_or_sections"] = list(_cuts(config["indices_or_sections"]))
    if function == "pad":
        config["mode"] = str(config["mode"]).lower()
        if config.pop("constant_values") not in (0, None):
            raise NoEqual("it pads with a value other than 0")
    rest = {name: value for name, value in kwargs.items() if name not in names}
    return _as(recorded, kind, config, args, rest)


def _matmul(
    recorded: Recorded, kwargs: dict[str, Any], unused: Callable[[str], str]
) -> list[Recorded]:
    """Return the product, after the transposes of its operands."""
    first: list[Recorded] = []
    operands = [*recorded.node.args, *_second(kwargs)]
    for at, letter in enumerate("ab"):
        is_transposed = kwargs.pop(f"transpose_{letter}", None)
        if not kwargs.pop(f"adjoint_{letter}", None) and not is_transposed:
            continue
        operand = operands[at]
        if not isinstance(operand, Tensor):
            raise NoEqual("it transposes a constant")
        name = unused(f"{recorded.name}_transposed_{letter}")
        config = {"axis1": -2, "axis2": -1}
        first.append(
            replace(recorded, kind="Swapaxes", name=name, config=config, node=Node([operand]))
        )
        shape = operand.shape
        swapped = (*shape[:-2], shape[-1], shape[-2]) if shape and len(shape) > 1 else None
        operands[at] = replace(operand, layer=name, call=0, output=0, shape=swapped)
    return [*first, _as(recorded, "Matmul", {}, operands, kwargs)]


def _second(kwargs: dict[str, Any]) -> list[Any]:
    """Take the second operand out of the keyword arguments."""
    return [kwargs.pop(name) for name in _OPERANDS if name in kwargs]


def _target(target: Any, tensor: Any) -> list[Any]:
    """Return the sizes of a reshaped tensor, in which -1 stands for what follows from the others.

    If a size inside each sample follows from the data, None in front stands for its batch.
    """
    if not isinstance(target, list) or not isinstance(tensor, Tensor):
        raise NoEqual("its shape is not a list of sizes")
    unsized = [each for each in target if isinstance(each, Unsized)]
    sizes: list[Any] = [-1 if isinstance(each, Unsized) else each for each in target]
    if not unsized or sizes.count(-1) == 1:
        return sizes
    first, counted = target[0], tensor.counted or (None,)
    if not isinstance(first, Unsized) or not first.is_batch or sizes.count(-1) > 2:
        raise unsized[-1].reason
    total, others = product(counted), product([BATCH, *(each for each in sizes if each != -1)])
    if total is not None and others:
        sizes[sizes.index(-1, 1)] = total // others
        return sizes
    if not tensor.has_batch:
        raise first.reason
    return [None, *sizes[1:]]


def _as(
    recorded: Recorded,
    kind: str,
    config: Mapping[str, Any],
    args: list[Any],
    rest: Mapping[str, Any],
) -> Recorded:
    for name, value in rest.items():
        if value not in (None, False):
            raise NoEqual(f"it is called with '{name}'")
    return replace(recorded, kind=kind, config=config, node=Node(args))


def _cuts(sizes: list[Any]) -> Iterator[int]:
    """Yield where to cut for parts of some sizes."""
    if any(type(size) is not int or size < 0 for size in sizes):
        raise NoEqual("the sizes of its parts are not all known")
    for position in range(1, len(sizes)):
        yield sum(sizes[:position])


def _key(spec: Any) -> Any:
    """Return the key of an indexing in the form of Keras 3."""
    if isinstance(spec, list):
        return [_key(each) for each in spec]
    if isinstance(spec, Mapping) and "class_name" not in spec:
        return {"class_name": "__slice__", "config": spec}
    return spec
