"""Takes out the masks that Keras recorded, where the layers of the spec compute the same ones again.

Keras computes a mask when a layer that makes one is called, adds the operations for it to the model, and records
the result as an argument of the layers that read it. A mask is described by what it marks: pairs of a tensor and
the value that stands for missing ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from cnnspec.diagnostics.problems import Problem
from cnnspec.frontends.calls import Call
from cnnspec.frontends.nodes import Node, Tensor, leaves
from cnnspec.keras_files.configuration import MODELS, is_recorded
from cnnspec.layers.base import LAYERS, Layer

MASK = "mask"
Source = tuple[str, int, int, Any]
"""A tensor (layer, call and output), and the value that it is compared with."""
Mask = frozenset[Source]
"""What a mask marks."""
COMPARISON = "NotEqual"
FILLS = ("OnesLike", "ZerosLike")
"""Operations that stand for inputs without a mask, and give masks a shape."""
COMBINATIONS = (
    "Any",
    "BroadcastTo",
    "Cast",
    "Concatenate",
    "ConvertToTensor",
    "ExpandDims",
    "LogicalAnd",
    "LogicalOr",
)

MERGING = ("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract")
"""Layers whose mask is made of those of all inputs."""


def without_masks(calls: Iterable[Call], outputs: Iterable[Tensor]) -> list[Call]:
    """Return the calls of a model, which are in order, without masks that Keras computes by itself."""
    listed = [*calls]
    if not any(isinstance(call.node.kwargs.get(MASK), Tensor) for call in listed):
        return listed
    recorded = {(str(_name(call)), call.index): call for call in listed}
    known: dict[tuple[str, int, int], Mask] = {}
    dropped: list[Tensor] = []
    found: list[Call] = []
    for call in listed:
        given = call.node.kwargs.get(MASK)
        before = _mask_of_inputs(call, known)
        if isinstance(given, Tensor) and before and _recorded_mask(given, recorded) == before:
            kwargs = {key: value for key, value in call.node.kwargs.items() if key != MASK}
            call = replace(call, node=Node(call.node.args, kwargs))
            dropped.append(given)
        found.append(call)
        after = _mask_of_output(call, before)
        if after:
            known[str(_name(call)), call.index, 0] = after
    return _used(found, dropped, outputs)


def _name(call: Call) -> Any:
    return call.layer["config"].get("name", call.layer.get("name"))


def _mask_of_inputs(call: Call, known: Mapping[tuple[str, int, int], Mask]) -> Mask:
    """Return what the masks of the inputs mark; attention hands on that of its first input."""
    tensors = [
        each for each in leaves([call.node.args, call.node.kwargs]) if isinstance(each, Tensor)
    ]
    if call.layer["class_name"] not in MERGING:
        tensors = tensors[:1]
    none: Mask = frozenset()
    return none.union(*(known.get((each.layer, each.call, each.output), none) for each in tensors))


def _mask_of_output(call: Call, before: Mask) -> Mask:
    """Return what the mask of the output of a layer marks."""
    kind, config = call.layer["class_name"], call.layer["config"]
    if is_recorded(call.layer) or kind in MODELS:
        return frozenset()
    tensors = call.node.tensors()
    if tensors and kind == "Masking":
        return frozenset([_source(tensors[0], config.get("mask_value", 0.0))])
    if tensors and kind == "Embedding" and config.get("mask_zero"):
        return frozenset([_source(tensors[0], 0)])
    return before if _hands_masks_on(kind, config) else frozenset()


def _hands_masks_on(kind: str, config: Mapping[str, Any]) -> bool:
    """Whether the output of a layer has the mask of its input."""
    try:
        declaration: type[Layer] = LAYERS.find(kind)
    except Problem:
        return False
    inner = config["layer"]["config"] if kind == "Bidirectional" else config
    is_recurrent = kind == "Bidirectional" or "return_sequences" in declaration.arguments()
    return declaration.hands_masks_on and not (
        is_recurrent and inner.get("return_sequences") is False
    )


def _recorded_mask(mask: Tensor, calls: Mapping[tuple[str, int], Call]) -> Mask | None:
    """Return what a recorded mask marks; None if it is computed in another way."""
    found: set[Source] = set()
    for call in _history(mask, calls):
        if call is None:
            return None
        if call.layer["class_name"] == COMPARISON:
            first, value = call.node.args
            if not isinstance(first, Tensor) or not isinstance(value, int | float):
                return None
            found.add(_source(first, value))
    return frozenset(found)


def _history(mask: Tensor, calls: Mapping[tuple[str, int], Call]) -> Iterator[Call | None]:
    """Yield the operations that a mask is computed with; None for anything else."""
    waiting, seen = [mask], {(mask.layer, mask.call)}
    while waiting:
        tensor = waiting.pop()
        call = calls.get((tensor.layer, tensor.call))
        kind = call.layer["class_name"] if call is not None and is_recorded(call.layer) else None
        yield call if kind in (COMPARISON, *FILLS, *COMBINATIONS) else None
        if call is not None and kind in COMBINATIONS:
            inner = [each for each in call.node.tensors() if (each.layer, each.call) not in seen]
            seen.update((each.layer, each.call) for each in inner)
            waiting += inner


def _source(tensor: Tensor, value: Any) -> Source:
    return tensor.layer, tensor.call, tensor.output, float(value)


def _used(calls: list[Call], dropped: list[Tensor], outputs: Iterable[Tensor]) -> list[Call]:
    """Leave out the operations that only masks needed."""
    recorded = {(str(_name(call)), call.index): call for call in calls}
    of_masks = {
        (str(_name(call)), call.index)
        for mask in dropped
        for call in _history(mask, recorded)
        if call is not None
    }
    needed = {(each.layer, each.call) for each in outputs}
    kept: list[Call] = []
    for call in reversed(calls):
        key = str(_name(call)), call.index
        if key not in of_masks or key in needed:
            kept.append(call)
            needed.update((each.layer, each.call) for each in call.node.tensors())
    return kept[::-1]
