"""Rules for pixels: whether a network gets them in the range that it was trained on."""

import ast
from collections.abc import Iterator

from cnnspec.analysis.lint.base import Finding, Model, model_lint
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.language.column_expressions import parse_columns

WANTS = {
    "caffe": "BGR pixels minus their mean",
    "tf": "pixels from -1 to 1",
    "torch": "normalized pixels",
}


@model_lint("unscaled-input")
def unscaled_input(model: Model) -> Iterator[Finding]:
    """A network of `keras.applications` that gets an unscaled input of the model.

    An expression in `train` may scale the input; a plain column does not.
    """
    for node in model.checked.nodes:
        layer = node.layer
        if not isinstance(layer, SubmodelLayer) or layer.application is None:
            continue
        application = layer.application
        if not application.scales or application.preprocess:
            continue
        name = _input(model, node.node.inputs[0].node)
        if name is None or _is_computed(model, name):
            continue
        mode = getattr(application.declaration, "mode", "")
        message = (
            f"{application.declaration.kind()} takes {WANTS[mode]}, "
            f"but '{node.node.scoped}' gets the unscaled input '{name}'"
        )
        suggestion = f"`preprocess: true` in '{layer.key}' scales pixels from 0 to 255"
        yield Finding(message, node.node.place, "name", suggestion=suggestion)


def _input(model: Model, name: str) -> str | None:
    """Return the input whose pixels a layer returns in their range; None for others."""
    while (node := model.nodes.get(name)) is not None:
        if isinstance(node.layer, SubmodelLayer) or not node.layer.keeps_pixels:
            return None
        name = node.node.inputs[0].node
    return name


def _is_computed(model: Model, name: str) -> bool:
    training = model.checked.graph.training
    expression = training.inputs.get(name) if training else None
    if expression is None:
        return False
    match parse_columns(expression):
        case ast.Name() | ast.Call(func=ast.Name(id="column" | "image")):
            return False
    return True
