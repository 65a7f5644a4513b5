"""What the installed Keras has of what is declared, for tests that go over all kinds."""

from typing import Any

import keras

from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import (
    Keras,
    asked,
    missing,
    missing_on_inputs,
    of_release,
)
from cnnspec.layers.base import LAYERS, Example

RUNNING = of_release(keras.__version__)
"""The Keras that the tests run with."""


def in_installed_keras(namespace: str, kind: str, argument: str | None = None) -> bool:
    """Whether the installed Keras has a kind, or an argument of it; `namespace` is its family's."""
    return is_in(RUNNING, namespace, kind, argument)


def runs_here(call: Declaration, *shapes: Any) -> bool:
    """Whether the installed Keras does what a checked call says, on inputs of some shapes."""
    problems = [*missing(call, RUNNING)]
    return not problems and not (shapes and [*missing_on_inputs(call, RUNNING, shapes)])


def layer_examples() -> dict[str, tuple[str, Example]]:
    """The examples of layers that the installed Keras can build, by kind and position."""
    return {
        f"{kind}-{position}": (kind, example)
        for kind, declaration in LAYERS.kinds.items()
        for position, example in enumerate(declaration.examples)
        if runs_here(declaration.of(example.arguments), *example.shapes)
    }


def layer_kinds() -> list[str]:
    """The kinds of layers of which the installed Keras can build an example."""
    return list(dict.fromkeys(kind for kind, _ in layer_examples().values()))


def is_in(version: Keras, namespace: str, kind: str, argument: str | None = None) -> bool:
    """Whether a version has a kind, or an argument of it."""
    span = table.KINDS.get(namespace, {}).get(kind)
    if span is not None and not version.has(span):
        return False
    span = table.ARGUMENTS.get(namespace, {}).get(kind, {}).get(argument or "")
    return span is None or version.has(span)


def each_minor() -> list[Keras]:
    """The first release of each minor version."""
    minors = dict.fromkeys(release.rpartition(".")[0] for release in table.RELEASES)
    return [asked(minor) for minor in minors]
