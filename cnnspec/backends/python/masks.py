"""Keeps the names of layers in a script from the operations that Keras adds for masks."""

import re

from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import SubmodelLayer

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
    """Number the operations that Keras adds for masks above the layers with such names."""
    for kind, number in numbers.items():
        while keras.backend.get_uid(kind) <= number:
            pass'''

_COUNTED = re.compile(r"(.+?)(?:_([1-9]\d{0,5}))?")


def names_at_risk(checked: CheckedGraph) -> dict[str, int]:
    """Return the largest number of each word in the names of a model that a mask could get, too."""
    if not any(
        not isinstance(node.layer, SubmodelLayer) and node.layer.makes_mask()
        for node in checked.nodes
    ):
        return {}
    numbers: dict[str, int] = {}
    names = (*(node.keras_name for node in checked.nodes), *(each.name for each in checked.inputs))
    for name in names:
        match = _COUNTED.fullmatch(name)
        if match is not None and match[1] in MASK_OPERATIONS:
            numbers[match[1]] = max(numbers.get(match[1], 0), int(match[2] or 0))
    return numbers
