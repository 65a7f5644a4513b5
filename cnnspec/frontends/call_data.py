"""Arguments of calls that are data rather than tensors: they become arguments of the step, or change nothing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.frontends.calls import Call
from cnnspec.frontends.nodes import Node
from cnnspec.layers.base import FLAGS, LAYERS, Layer

TRAINING = "training"
CHANGES_ITS_STATISTICS = ("BatchNormalization", "SpectralNormalization")
"""Layers that training changes even though they compute the same kind of result."""


def split(node: Node, kind: str, arguments: Mapping[str, Any]) -> tuple[Node, dict[str, Any]]:
    """Return a call of a layer without flags that a step has or that change nothing, and those of the step."""
    kept: dict[str, Any] = {}
    found: dict[str, Any] = {}
    for key, value in node.kwargs.items():
        if key not in FLAGS or not isinstance(value, bool):
            kept[key] = value
        elif value and key in _declaration(kind).in_call:
            found[key] = True
        elif value and not (key == TRAINING and _changes_nothing(kind, arguments)):
            kept[key] = value
    return Node(node.args, kept), found


FirstCall = tuple[str, dict[str, Any], dict[str, Any]]
"""The kind, the arguments and the flags of the first call of a layer."""


def own_flags(call: Call, first: FirstCall | None) -> tuple[Call, dict[str, bool]]:
    """Return a further call of a layer, and the flags in which it differs from the first call."""
    if first is None:
        return call, {}
    kind, arguments, flags = first
    node, own = split(call.node, kind, arguments)
    return replace(call, node=node), {key: key in own for key in sorted(own.keys() ^ flags.keys())}


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
