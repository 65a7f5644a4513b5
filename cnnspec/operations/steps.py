"""The families of the kinds that a step can call."""

from typing import Any

from cnnspec.declarations.family import Family
from cnnspec.layers.base import LAYERS
from cnnspec.operations.families import PREFIX


def family_of_step(word: str) -> Family[Any]:
    """Return the family in which the word of a step is looked up."""
    if not word.startswith(PREFIX):
        return LAYERS
    from cnnspec.operations.base import OPERATIONS  # not needed for specs without operations

    return OPERATIONS
