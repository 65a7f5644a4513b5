"""The variables of one built model into another of the same layers."""

from typing import Any

from cnnspec.backends.keras.loading import layers_by_name
from cnnspec.ir.checked import CheckedGraph


def copy_variables(source: Any, target: Any, checked: CheckedGraph) -> None:
    """Give every layer the variables of the layer of the same path: weights, statistics, seeds.

    `checked` is the graph of the target. A layer of another kind gets none: one of the two acts in
    training alone, and the other stands for it in inference.
    """
    known, made = layers_by_name(source), layers_by_name(target)
    for node in checked.nodes:
        name = node.keras_name
        if node.submodel is not None:
            copy_variables(known[name], made[name], node.submodel)
        else:
            _copy(known[name], made[name])


def _copy(source: Any, target: Any) -> None:
    """Copy what a layer holds itself, then what the layers inside it do."""
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
