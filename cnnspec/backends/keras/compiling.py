"""Losses, loss weights, metrics and the optimizer of a built model."""

from typing import Any

import keras

from cnnspec.backends.keras.objects import arguments_of, keras_object
from cnnspec.declarations import Declaration
from cnnspec.graph import CheckedGraph
from cnnspec.naming import keras_name
from cnnspec.objects import OPTIMIZERS, USUAL_OPTIMIZER
from cnnspec.wording import short_alias


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
    weights = {keras_name(each.name): each.weight for each in outputs if each.loss}
    weighted = any(each.weight != 1 for each in outputs)
    model.compile(
        optimizer=_optimizer(checked.graph.optimizer),
        loss=losses or None,
        loss_weights=weights if weighted else None,
        metrics=metrics or None,
    )


def _loss(call: Declaration) -> Any:
    """A loss by the word for it that Keras resolves, or an object."""
    return short_alias(call) or keras_object(call)


def _metric(call: Declaration) -> Any:
    """A metric by the word for it that Keras resolves, or an object with a name of its own.

    Keras would count metrics of a kind through the whole process to name them.
    """
    if (word := short_alias(call)) is not None:
        return word
    arguments = arguments_of(call) | {"name": call.meant("name")}
    return getattr(keras.metrics, call.kind())(**arguments)


def _optimizer(call: Declaration | None) -> Any:
    """The optimizer, named by its kind; Keras would count them through the whole process."""
    optimizer = call or OPTIMIZERS.check(USUAL_OPTIMIZER)
    arguments = arguments_of(optimizer) | {"name": optimizer.meant("name")}
    return getattr(keras.optimizers, optimizer.kind())(**arguments)
