"""Compiles a built model: losses, loss weights, metrics and the optimizer."""

from typing import Any

from cnnspec.backends.keras.objects import keras_object, named_object
from cnnspec.backends.lowering import compilation
from cnnspec.declarations.declaration import Declaration
from cnnspec.ir.checked import CheckedGraph


def compile_model(model: Any, checked: CheckedGraph) -> None:
    """Compile a model, if its spec has losses, metrics or an optimizer."""
    known = compilation(checked)
    if known is None:
        return
    losses = {
        name: keras_object(loss) if isinstance(loss, Declaration) else loss
        for name, loss in known.losses.items()
    }
    metrics = {
        name: [each if isinstance(each, str) else named_object(each) for each in of_output]
        for name, of_output in known.metrics.items()
    }
    model.compile(
        optimizer=named_object(known.optimizer),
        loss=losses or None,
        loss_weights=dict(known.weights) or None,
        metrics=metrics or None,
        auto_scale_loss=False,  # which would depend on the global policy of the user
    )
