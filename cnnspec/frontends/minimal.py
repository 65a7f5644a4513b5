"""Shortens the arguments of a call: default values are omitted."""

from collections.abc import Mapping
from typing import Any

from cnnspec.declarations import Declaration, Problems
from cnnspec.wording import shortest_arguments


def shortest(declaration: type[Declaration], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call without defaults, each in its shortest form.

    Arguments with errors are returned unchanged; the errors are reported later.
    """
    try:
        return shortest_arguments(declaration.of(arguments))
    except Problems:
        return dict(arguments)
