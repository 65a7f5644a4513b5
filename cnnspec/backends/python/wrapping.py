"""Writes layers around submodels."""

from collections.abc import Iterator

from cnnspec.backends.python.layout import Call
from cnnspec.backends.python.literals import quoted
from cnnspec.backends.python.objects import Objects
from cnnspec.backends.python.statements import Assign, Statement, Value
from cnnspec.layers.base import Layer


def at_every_step(layer: Layer, model: Value, result: Value, name: str) -> Iterator[Statement]:
    """Return the statements that make a layer around a model; it is declared around a stand-in."""
    given = {key: each for key, each in layer.given.items() if key != "trainable"}
    around = type(layer).of(given, word=layer.word)
    made = Objects([around]).layer(f"layers.{layer.kind()}", quoted(name))
    rest = made.arguments[1:]
    yield Assign((result,), (model,), lambda read: Call(made.function, (read[0], *rest)))
    if not layer.trainable:  # which Keras would not pass on
        yield Assign((), (result,), lambda read: f"{read[0]}.trainable = False")
