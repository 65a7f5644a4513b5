"""Copies the variables of a built model to another one with the same layers."""

from typing import Any

from cnnspec.backends.keras.loading import layers_by_name, model_of
from cnnspec.ir.checked import CheckedGraph


def copy_variables(source: Any, target: Any, checked: CheckedGraph) -> None:
    """Copy the variables of layers with the same path: weights, statistics and seeds.

    `checked` is the graph of the target. Layers of different kinds are skipped: one of them is
    active only in training, and the other replaces it in inference.
    """
    known, made = layers_by_name(source), layers_by_name(target)
    for node in checked.layers:
        name = node.keras_name
        if node.submodel is not None:
            before, after = (model_of(node, each[name]) for each in (known, made))
            copy_variables(before, after, node.submodel)
        else:
            _copy(known[name], made[name])


def _copy(source: Any, target: Any) -> None:
    """Copy the variables of a layer, then those of the layers inside it."""
    if type(source) is not type(target):
        return
    variables: dict[str, Any] = {}
    source.save_own_variables(variables)
    target.load_own_variables(variables)
    for known, made in zip(source._seed_generators, target._seed_generators, strict=False):
        made.state.assign(known.state)
    inside = (
        each._flatten_layers(include_self=False, recursive=False) for each in (source, target)
    )
    for known, made in zip(*inside, strict=True):
        _copy(known, made)
