"""Attention."""

from typing import Annotated, ClassVar

from cnnspec.declarations.declaration import Expects
from cnnspec.declarations.fields import FLOAT_TYPES, Flag
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.cost_rules import plus
from cnnspec.layers.dtype_rules import phrase
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operand, Operation, constant_shape, constant_type, operation
from cnnspec.shapes import Dim, Shape, product, text

COMPUTED = (*FLOAT_TYPES, "int32", "int64")
"""The data types in which TensorFlow computes attention."""


@operation
class DotProductAttention(Operation):
    """Scaled dot-product attention of several heads (Vaswani et al., 2017, arXiv:1706.03762)."""

    tensors = ("query", "key", "value", "bias", "mask")
    optional = ("bias", "mask")
    by_name = ("bias", "mask")
    min_inputs = 3
    max_inputs = 5
    bias: Operand = None
    """What is added to the scores; null to leave it out where a mask follows in `from`."""
    mask: Operand = None
    """Where a query attends to a key."""
    scale: Annotated[float | None, Expects("a number, or null")] = None
    """The factor of the scores; null for 1 by the root of the size of a head."""
    is_causal: Flag = False
    """Whether a position attends only to itself and earlier ones."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 7, 2, 4), (None, 9, 2, 4), (None, 9, 2, 4)], (None, 7, 2, 4)),
        Example({"is_causal": True, "scale": 0.5}, [(None, 7, 2, 4)] * 3, (None, 7, 2, 4)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that it computes in the common type, and that a mask has truth values."""
        super().check_dtypes(*inputs)
        dtype = dtypes.promoted(*inputs[:3])
        if dtype not in COMPUTED:
            raise Problem("wrong-dtype", f"{self.kind()} takes {phrase(COMPUTED)}, not {dtype}")
        mask = self.ordered(inputs, constant_type).get("mask", "bool")
        if mask != "bool":
            message = f"{self.kind()} takes truth values as 'mask', not {mask}"
            raise Problem("wrong-dtype", message, "mask" if "mask" in self.given else ())

    def output_dtype(self, *inputs: str) -> str:
        """Return the common type of query, key and value."""
        return dtypes.promoted(*inputs[:3])

    def shape(self, *shapes: Shape) -> Shape:
        """Check that heads and their sizes are the same."""
        query, key, value = shapes[:3]
        for each in shapes[:3]:
            rules.check_rank(self, each, 4, 4)
        if key != value:
            message = f"{self.kind()} needs keys and values of the same shape, not {text(key)} and {text(value)}"
            raise Problem("shape-mismatch", message)
        heads = query[2], key[2]
        if None in (*heads, query[3], key[3]) or query[3] != key[3] or heads[0] != heads[1]:
            message = f"{self.kind()} needs queries and keys with the same heads, not {text(query)} and {text(key)}"
            raise Problem("shape-mismatch", message)
        rules.broadcast(self, query[:1], key[:1])
        scores = (query[0], heads[0], query[1], key[1])
        for name, shape in list(self.ordered(shapes, constant_shape).items())[3:]:
            pairs = zip(shape, scores, strict=False)
            if len(shape) != 4 or any(a not in (1, None, b) and b is not None for a, b in pairs):
                message = f"'{name}' of {self.kind()} must be {text(scores)}, not {text(shape)}"
                raise Problem("shape-mismatch", message)
        return query

    def macs(self, *shapes: Shape) -> Dim:
        """The products of queries with keys, and of scores with values."""
        query, key, value = shapes[:3]
        scores = product((query[1], query[2], key[1]))
        return plus(product((scores, query[3])), product((scores, value[3])))
