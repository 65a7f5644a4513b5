"""Suggestions for inputs whose data type a layer does not compute on."""

from collections.abc import Mapping, Sequence

from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.diagnostics.problems import Problem
from cnnspec.ir.graph import Input, Node, Ref
from cnnspec.layers.base import Layer
from cnnspec.shapes import TensorSpec

WANTED = ("float32", "int32", "string")
"""The data types that are suggested, the usual ones first."""


def suggestion(
    layer: Layer,
    refs: Sequence[Ref],
    tensors: Sequence[TensorSpec],
    sources: Mapping[str, Input | Node],
) -> str | None:
    """Return which data type an input of a layer should have, and how to get it.

    None if other inputs do not help.
    """
    types = [tensor.dtype for tensor in tensors]
    for wanted in WANTED:
        for place, dtype in enumerate(types):
            every = [wanted if other == dtype else other for other in types]
            if dtype != wanted and _takes(layer, every):
                return _conversion(sources[refs[place].node], dtype, wanted)
    return None


def _takes(layer: Layer, types: Sequence[str]) -> bool:
    try:
        layer.check_dtypes(*types)
    except Problem:
        return False
    return True


def _conversion(source: Input | Node, dtype: str, wanted: str) -> str | None:
    ways = []
    if isinstance(source, Input):
        ways.append(f"declare the input '{source.name}' as {wanted}")
    if wanted in FLOAT_TYPES and dtype != "string":
        ways.append("convert it with `Rescaling: {scale: 1}`")
    if wanted in FLOAT_TYPES and dtype == "string":
        ways.append("turn the text into numbers with StringLookup or TextVectorization")
    return ", or ".join(ways) or None
