"""Keeps the names of layers in a script from the operations that Keras counts in the process."""

import re

from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.operations.base import Operation
from cnnspec.operations.keras_classes import counted_as

NAMES = ("keep_names",)
"""The names of the helper functions."""

MASK_OPERATIONS = frozenset(
    (
        "any",
        "broadcast_to",
        "concatenate",
        "expand_dims",
        "logical_and",
        "logical_or",
        "not_equal",
        "ones_like",
        "zeros_like",
    )
)
"""What Keras calls the operations that compute masks, followed by their numbers in the process."""

KEEP_NAMES = '''\
def keep_names(**numbers):
    """Number the operations that Keras adds to the model above the layers with such names."""
    for kind, number in numbers.items():
        while keras.backend.get_uid(kind) <= number:
            pass'''

_COUNTED = re.compile(r"(.+?)(?:_([1-9]\d{0,5}))?")


def names_at_risk(checked: CheckedGraph) -> dict[str, int]:
    """Return the largest number of each word in the names of a model that an operation could get."""
    words = _counted_words(checked)
    if not words:
        return {}
    numbers: dict[str, int] = {}
    names = (*(node.keras_name for node in checked.layers), *(each.name for each in checked.inputs))
    for name in names:
        match = _COUNTED.fullmatch(name)
        if match is not None and match[1] in words:
            numbers[match[1]] = max(numbers.get(match[1], 0), int(match[2] or 0))
    return numbers


def _counted_words(checked: CheckedGraph) -> set[str]:
    """Return what Keras calls the operations of a model, without their numbers."""
    words: set[str] = set()
    for node in checked.nodes:
        if isinstance(node.layer, Operation):
            words.add(counted_as(node.layer.function_name()))
        elif not isinstance(node.layer, SubmodelLayer) and node.layer.makes_mask():
            words |= MASK_OPERATIONS
    return words
