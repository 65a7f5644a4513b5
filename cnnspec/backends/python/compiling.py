"""The call of `compile`: losses, weights and metrics by output name."""

from cnnspec.backends.python.layout import Call, Code, Items, Labelled
from cnnspec.backends.python.literals import dictionary, literal
from cnnspec.backends.python.objects import loss, metric, optimizer
from cnnspec.graph import CheckedGraph
from cnnspec.naming import keras_name


def compile_call(checked: CheckedGraph) -> Call | None:
    """How the model is compiled; None where the spec says nothing to train or measure it by."""
    outputs = checked.graph.outputs
    losses = {keras_name(each.name): loss(each.loss) for each in outputs if each.loss}
    weights = {keras_name(each.name): literal(each.weight) for each in outputs if each.loss}
    metrics: dict[str, Code] = {
        keras_name(each.name): Items("[", tuple(map(metric, each.metrics)), "]")
        for each in outputs
        if each.metrics
    }
    if not losses and not metrics:
        return None
    arguments = [Labelled("optimizer=", optimizer(checked.graph.optimizer))]
    if losses:
        arguments.append(Labelled("loss=", dictionary(losses)))
    if any(each.weight != 1 for each in outputs):
        arguments.append(Labelled("loss_weights=", dictionary(weights)))
    if metrics:
        arguments.append(Labelled("metrics=", dictionary(metrics)))
    return Call("model.compile", tuple(arguments))
