"""What Keras is told for a checked graph, as data: one backend does it, another one prints it."""

from collections.abc import Iterator

from cnnspec.layers.base import Layer


def set_when_built(layer: Layer, *, trained: bool = True) -> Iterator[tuple[str, bool]]:
    """The parts whose `trainable` has to be set once they are built, each with its value.

    A part is an attribute of the Keras layer, or the layer itself (""). Keras does not hand the
    argument on to what these make inside themselves. `trained` is false where what is around the
    layer is not trained.
    """
    trained = trained and layer.trainable
    if not layer.passes_trainable_on:
        yield "", trained
    for attribute, inner in layer.inner():
        for path, value in set_when_built(inner, trained=trained):
            yield f"{attribute}.{path}".rstrip("."), value
