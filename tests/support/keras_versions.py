"""What the installed Keras has of what is declared, for tests that go over all kinds."""

import keras

from cnnspec.declarations import keras_table as table
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import Keras, asked, missing, of_release

RUNNING = of_release(keras.__version__)
"""The Keras that the tests run with."""


def in_installed_keras(namespace: str, kind: str, argument: str | None = None) -> bool:
    """Whether the installed Keras has a kind, or an argument of it; `namespace` is its family's."""
    return is_in(RUNNING, namespace, kind, argument)


def runs_here(call: Declaration) -> bool:
    """Whether the installed Keras has everything that a checked call needs."""
    return not any(missing(call, RUNNING))


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
