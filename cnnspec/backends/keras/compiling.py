"""Losses, loss weights, metrics and the optimizer of a built model."""

from typing import Any

import keras

from cnnspec.backends.keras.objects import arguments_of, keras_object
from cnnspec.declarations import Declaration
from cnnspec.graph import CheckedGraph
from cnnspec.naming import keras_name, snake_case
from cnnspec.objects.metrics import CHOSEN_BY_SHAPES


def compile_model(model: Any, checked: CheckedGraph) -> None:
    """Compile with losses, weights and metrics by output name; lists would pair them by accident."""
    outputs = checked.graph.outputs
    losses = {keras_name(each.name): _loss(each.loss) for each in outputs if each.loss}
    metrics = {
        keras_name(each.name): [_metric(call) for call in each.metrics]
        for each in outputs
        if each.metrics
    }
    if not losses and not metrics:
        return
    weights = {
        keras_name(each.name): 1.0 if each.loss_weight is None else float(each.loss_weight)
        for each in outputs
        if each.loss
    }
    weighted = any(each.loss_weight is not None for each in outputs)
    model.compile(
        optimizer=_optimizer(checked.graph.optimizer),
        loss=losses or None,
        loss_weights=weights if weighted else None,
        metrics=metrics or None,
    )


def _loss(call: Declaration) -> Any:
    is_alias = call.word != call.kind()
    return call.word if is_alias and not call.given else keras_object(call)


def _metric(call: Declaration) -> Any:
    """A metric by the word that Keras resolves, or an object with a name of its own.

    Keras would count metrics of a kind through the whole process to name them.
    """
    if not call.given and call.word != call.kind():
        return call.word
    if not call.given and call.word.lower() in CHOSEN_BY_SHAPES:
        return call.word.lower()
    name = call.checked("name") or snake_case(call.kind())
    arguments = {"name": name} | arguments_of(call)
    return getattr(keras.metrics, call.kind())(**arguments)


def _optimizer(call: Declaration | None) -> Any:
    """The optimizer, named by its kind; Keras would count them through the whole process."""
    kind = call.kind() if call else "Adam"
    arguments = {"name": kind.lower()} | (arguments_of(call) if call else {})
    return getattr(keras.optimizers, kind)(**arguments)
