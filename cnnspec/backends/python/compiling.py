"""Writes the call of `compile`, with losses, weights and metrics by output name."""

from collections.abc import Iterable

from cnnspec.backends.lowering import compilation, named_call, passed
from cnnspec.backends.python.layout import Call, Code, Items, Labelled
from cnnspec.backends.python.literals import dictionary, literal, quoted
from cnnspec.backends.python.objects import NOT_BY_NAME, Objects
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import is_known_word
from cnnspec.declarations.of_others import OfOthers
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


def loss(call: str | Declaration | None) -> Code:
    """Return a loss, as the word that Keras resolves or as an object."""
    return Objects((call,)).code() if isinstance(call, Declaration) else literal(call)


def metric(call: str | Declaration) -> Code:
    """Return a metric, as the word that Keras resolves or as an object with its name."""
    if isinstance(call, str):
        return quoted(call)
    if isinstance(call, OfOthers):
        return Objects((call,)).code()
    made = named_call(call)
    inner = [
        each
        for each in Objects((call,)).arguments()
        if not (isinstance(each, Labelled) and each.label == "name=")
    ]
    name = Labelled("name=", quoted(made.arguments["name"]))
    return Call(f"{made.module}.{made.kind}", (*inner, name))


def optimizer(call: Declaration) -> Code:
    """Return an optimizer, as its name if it has no arguments."""
    word = call.kind().lower()
    has_word = call.kind() not in NOT_BY_NAME and is_known_word(type(call), word)
    return quoted(word) if has_word and not passed(call) else Objects((call,)).code()


def _list(items: Iterable[Code]) -> Code:
    return Items("[", tuple(items), "]")
