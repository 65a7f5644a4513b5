"""Arguments of calls that are data rather than tensors: they become arguments of the step, or change nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.frontends.calls import Call
from cnnspec.frontends.nodes import Node, name_of
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.layers.base import LAYERS, Layer

TRAINING = "training"
DATA = (TRAINING, "use_causal_mask", "return_attention_scores", "reverse")
"""The arguments of calls that are flags, and false by default."""
CHANGES_ITS_STATISTICS = ("BatchNormalization", "SpectralNormalization")
"""Layers that training changes even though they compute the same kind of result."""


def split(node: Node, kind: str, arguments: Mapping[str, Any]) -> tuple[Node, dict[str, Any]]:
    """Return a call of a layer without flags that a step has or that change nothing, and those of the step."""
    kept: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for key, value in node.kwargs.items():
        if key not in DATA or not isinstance(value, bool):
            kept[key] = value
        elif value and key in _declaration(kind).in_call:
            found[key] = True
        elif value and not (key == TRAINING and _changes_nothing(kind, arguments)):
            kept[key] = value
    return Node(node.args, kept), found


FirstCall = tuple[str, dict[str, Any], dict[str, Any]]
"""The kind, the arguments and the flags of the first call of a layer."""


def called_alike(call: Call, first: FirstCall | None) -> Call:
    """Return a further call of a layer, whose step has no arguments of its own.

    Raises:
        UnreadableModel: the first call has other flags.

    """
    if first is None:
        return call
    kind, arguments, flags = first
    node, own = split(call.node, kind, arguments)
    if own != flags:
        (differs, *_) = sorted(own.keys() ^ flags.keys())
        named = f"the layer '{name_of(call.layer)}' ({kind})"
        message = (
            f"{named} is called once with '{differs}' and once without, which a spec cannot express"
        )
        raise UnreadableModel(message)
    return replace(call, node=node)


def _declaration(kind: str) -> type[Layer]:
    try:
        return LAYERS.find(kind)
    except Problem:
        return Layer


def _changes_nothing(kind: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a layer computes the same with `training=True`, as far as its spec is concerned.

    Keras 3.13 and later records it for the augmentation of images, which has it by default; the models of a
    spec run these layers in training only.
    """
    declaration = _declaration(kind)
    if declaration.arranged([""])[1].get(TRAINING) is False:
        return True
    try:
        layer: Layer = LAYERS.check({kind: arguments})
        if any(inner in CHANGES_ITS_STATISTICS for inner in _kinds(layer)):
            return False
        return layer.in_inference().meaning() == layer.meaning()
    except (Problem, Problems):
        return False


def _kinds(layer: Layer) -> list[str]:
    return [layer.kind(), *(kind for _, inner in layer.inner() for kind in _kinds(inner))]
