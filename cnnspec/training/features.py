"""Feature cache: computes the output of a frozen part once for all epochs.

A part without trainable weights and randomness gives the same features in every epoch. If computing
them costs more than keeping them, the rest of the model is trained on the features. The layers are
the same objects, so the whole model is trained.
"""

from dataclasses import dataclass
from typing import Any

import keras

from cnnspec.analysis.cost import costs
from cnnspec.backends.keras.loading import layers_by_name
from cnnspec.backends.keras.operations import operation_calls
from cnnspec.backends.lowering import called_with
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Ref
from cnnspec.shapes import product
from cnnspec.training.listening import following
from cnnspec.training.pipeline import FeaturePipeline, Pipeline

WORTH_KEEPING = 256
"""The least multiply-accumulates per feature value; below that, caching does not pay off."""
MOST_BYTES = 2**31
"""The memory limit for features."""
STEADY = (keras.Model, keras.layers.Normalization)
"""Layers whose weights may change in training without a gradient."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A compiled model, or the trained part of one, with its data."""

    model: Any
    data: Pipeline
    validation: Pipeline | None


def on_features(
    whole: Fitted, checked: CheckedGraph, epochs: int, listener: object = None
) -> Fitted:
    """Return the part of a model to train on features, or the whole model if that is not faster.

    The part shares its layers with the model. The listener may follow the passes over the data.
    """
    layers = layers_by_name(whole.model) | operation_calls(checked)
    fixed = _fixed(checked, layers)
    rest = [node for node in checked.nodes if node.name not in fixed]
    kept = list(
        dict.fromkeys(ref for node in rest for ref in node.node.inputs if ref.node in fixed)
    )
    rows = len(whole.data.part.rows)
    rows += len(whole.validation.part.rows) if whole.validation else 0
    is_trained = {each.ref.node for each in checked.graph.outputs}.isdisjoint(fixed)
    if epochs < 2 or not is_trained or not _pays(checked, fixed, kept, rows):
        return whole
    tensors = _called(
        [node for node in checked.nodes if node.name in fixed],
        layers,
        dict(zip((Ref(each.name) for each in checked.inputs), whole.model.inputs, strict=True)),
    )
    features = keras.Model(whole.model.inputs, [tensors[ref] for ref in kept])
    own = {ref: keras.Input(tensors[ref].shape[1:], dtype=tensors[ref].dtype) for ref in kept}
    made = _called(rest, layers, own)
    results = [made[each.ref] for each in checked.graph.outputs]
    head = keras.Model(list(own.values()), results if len(results) > 1 else results[0])
    head.compile_from_config(whole.model.get_compile_config())
    return Fitted(
        head,
        _computed(features, whole.data, listener),
        _computed(features, whole.validation, listener) if whole.validation else None,
    )


def _computed(features: Any, pipeline: Pipeline, listener: object) -> FeaturePipeline:
    """Compute the features of a part of the data."""
    callbacks = following("computing features", pipeline.steps, listener)
    inputs = pipeline.in_order().map(lambda x, *_: x)
    made = features.predict(inputs, verbose=0, callbacks=callbacks)
    return FeaturePipeline(pipeline, made if isinstance(made, list) else [made])


def _fixed(checked: CheckedGraph, layers: dict[str, Any]) -> set[str]:
    """Return the nodes whose values are the same in every epoch, and the inputs."""
    fixed = {each.name for each in checked.inputs}
    for node in checked.nodes:
        is_fixed = node.is_operation or _is_fixed(layers[node.keras_name])
        if is_fixed and all(ref.node in fixed for ref in node.node.inputs):
            fixed.add(node.name)
    return fixed


def _is_fixed(layer: Any) -> bool:
    """Whether a layer is deterministic and unchanged by training."""
    return not any(
        part.trainable_weights
        or (part.non_trainable_weights and part.trainable and not isinstance(part, STEADY))
        or part._seed_generators
        or getattr(part, "activity_regularizer", None) is not None
        or getattr(part, "stateful", False)
        for part in layer._flatten_layers()
    )


def _pays(checked: CheckedGraph, fixed: set[str], kept: list[Ref], rows: int) -> bool:
    """Whether the fixed part is expensive enough, and its features fit in memory."""
    found = costs(checked).nodes
    macs = [found[node.name].macs for node in checked.nodes if node.name in fixed]
    sizes = [product(_shape(checked, ref)[1:]) for ref in kept]
    if None in macs or None in sizes:
        return False
    numbers = sum(size or 0 for size in sizes)
    enough = sum(each or 0 for each in macs) >= WORTH_KEEPING * numbers
    return enough and rows * numbers * 4 <= MOST_BYTES


def _shape(checked: CheckedGraph, ref: Ref) -> Any:
    for each in checked.inputs:
        if ref == Ref(each.name):
            return each.tensor.shape
    node = next(each for each in checked.nodes if each.name == ref.node)
    return node.outputs[ref.output].shape


def _called(
    nodes: list[CheckedNode], layers: dict[str, Any], known: dict[Ref, Any]
) -> dict[Ref, Any]:
    """Call layers on tensors in the same way as in the built model."""
    tensors = dict(known)
    for node in nodes:
        positional, named = called_with(node, [tensors[ref] for ref in node.node.inputs])
        results = keras.tree.flatten(layers[node.keras_name](*positional, **named))
        for output, tensor in zip(node.outputs, results, strict=True):
            tensors[Ref(node.name, output)] = tensor
    return tensors
