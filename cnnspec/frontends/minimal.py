"""Shortens the arguments of a call: default values are omitted."""

from collections.abc import Mapping
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import as_before
from cnnspec.declarations.wording import shortest_arguments
from cnnspec.diagnostics.problems import Problems


def shortest(declaration: type[Declaration], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a configuration without defaults, each in its shortest form.

    Arguments with errors are returned unchanged; the errors are reported later.
    """
    try:
        return shortest_arguments(declaration.of(as_before(declaration, arguments)))
    except Problems:
        return dict(arguments)
