"""The shortest arguments of a call that mean the same: what is so by default is not said."""

from collections.abc import Mapping
from typing import Any

from cnnspec.declarations import Declaration, Problems
from cnnspec.wording import shortest_arguments


def shortest(declaration: type[Declaration], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call without those that the kind has by itself, each as short as it can be.

    Arguments that do not check are given back as they are: what is wrong with them is told later.
    """
    try:
        return shortest_arguments(declaration.of(arguments))
    except Problems:
        return dict(arguments)
