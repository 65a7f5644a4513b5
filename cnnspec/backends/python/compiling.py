"""Writes the call of `compile`, with losses, weights and metrics by output name."""

from collections.abc import Iterable

from cnnspec.backends.lowering import compilation
from cnnspec.backends.python.layout import Call, Code, Items, Labelled
from cnnspec.backends.python.literals import dictionary, literal
from cnnspec.backends.python.objects import loss, metric, optimizer
from cnnspec.ir.checked import CheckedGraph


def compile_call(checked: CheckedGraph) -> Call | None:
    """Return the call of `compile`; None if the spec has no losses, metrics or optimizer."""
    known = compilation(checked)
    if known is None:
        return None
    losses = {name: loss(each) for name, each in known.losses.items()}
    metrics = {name: _list(map(metric, each)) for name, each in known.metrics.items()}
    given: dict[str, Code] = {"optimizer": optimizer(known.optimizer)}
    if losses:
        given["loss"] = dictionary(losses)
    if known.weights:
        given["loss_weights"] = literal(known.weights)
    if metrics:
        given["metrics"] = dictionary(metrics)
    return Call("model.compile", tuple(Labelled(f"{name}=", code) for name, code in given.items()))


def _list(items: Iterable[Code]) -> Code:
    return Items("[", tuple(items), "]")
