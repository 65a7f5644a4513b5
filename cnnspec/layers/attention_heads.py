"""Attention with several heads."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration, Recent, default
from cnnspec.declarations.fields import (
    Flag,
    OptionalAxes,
    OptionalPositiveInt,
    PositiveInt,
    Seed,
    UnitInterval,
    positive_or,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import attention_rules, cost_rules, dtype_rules
from cnnspec.layers.attention import Attending, FlashAttention
from cnnspec.layers.base import Example, kind
from cnnspec.layers.fields import Constraint, Initializer, Regularizer
from cnnspec.shapes import Shape


class WithHeads(Attending):
    """Base class of multi-head attention layers."""

    dropout: UnitInterval = 0.0
    """Fraction of the scores to drop."""
    use_bias: Flag = True
    """Whether the projections have a bias."""
    sliding_window: OptionalPositiveInt = None
    """Attend only to steps closer than this; null means no limit."""
    flash_attention: FlashAttention = None
    """Whether to use flash attention, which is not available on TensorFlow."""
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None
    use_gate: Flag = False
    """Whether to gate the attention output by the query (arXiv:2505.06708)."""
    seed: Seed = None

    steps_only: ClassVar[bool]
    """Whether inputs must have exactly one axis between batch and features."""
    passes_trainable_on = False
    attended_dtype = dtype_rules.own
    stored_as: ClassVar[dict[str, str]] = {}
    """The attributes that hold the projections, if they are not named like `_query_dense`."""

    shape = attention_rules.attend_with_heads
    weights = attention_rules.projections
    macs = cost_rules.attention_with_heads

    @property
    def axes(self) -> tuple[int, ...] | None:
        """The axes to attend over; None for all axes between batch and features."""
        return None

    def heads(self) -> dict[str, tuple[int, int]]:
        """The number of heads and their size, for each projection, in the order of Keras.

        The entry of the gate also describes the input of the output projection.
        """
        raise NotImplementedError

    def projected(self, query: Shape, value: Shape) -> Shape:
        """Return the shape of the output."""
        raise NotImplementedError

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Pass query, value and key in this order."""
        return tuple(inputs), {}


def _sizes(value: Any, _: type[Declaration]) -> tuple[int, ...] | None:
    if value is None:
        return None
    sizes = value if isinstance(value, list | tuple) else [value]
    for position, size in enumerate(sizes):
        at = (position,) if sizes is value else ()
        if isinstance(size, bool) or not isinstance(size, int):
            raise Problem("wrong-type", "", at)
        if size < 1:
            raise Problem("out-of-range", "", at)
    if not sizes:
        raise Problem("wrong-type", "")
    return tuple(sizes)


_SIZE = {"type": "integer", "minimum": 1}
OutputSizes = Annotated[
    tuple[int, ...] | None,
    Checked(
        "a size of at least 1, a list of them, or null",
        check=_sizes,
        schema={"anyOf": [_SIZE, {"type": "array", "items": _SIZE}, {"type": "null"}]},
    ),
]


@kind
class MultiHeadAttention(WithHeads):
    """Multi-head attention (Vaswani et al., 2017, arXiv:1706.03762).

    The inputs are query, value and key; without a key, the value is used as the key. For
    self-attention, pass the same input twice: `from: [x, x]`.
    """

    num_heads: PositiveInt
    """Number of heads."""
    key_dim: PositiveInt
    """Size of the projected queries and keys of each head."""
    value_dim: Annotated[PositiveInt | None, positive_or(lambda call: call.key_dim)] = None
    """Size of the projected values of each head; null means `key_dim`."""
    output_shape: OutputSizes = None
    """Size or sizes that replace the last axis; null keeps the size of the query."""
    attention_axes: OptionalAxes = None
    """Axes to attend over, where 0 is the batch; null means all except batch and features."""

    steps_only = False
    stored_as = {name: f"{name}_dense" for name in ("query", "key", "value", "output")}
    examples = (
        Example({"num_heads": 2, "key_dim": 3}, [(None, 7, 8), (None, 5, 4)], (None, 7, 8)),
        Example(
            {"num_heads": 2, "key_dim": 3, "value_dim": 5, "use_bias": False, "use_gate": True},
            [(None, None, 8), (None, 5, 4), (None, 5, 6)],
            (None, None, 8),
        ),
        Example(
            {"num_heads": 2, "key_dim": 3, "output_shape": [4, 5], "attention_axes": [2]},
            [(None, None, 7, 8), (None, None, 5, 8)],
            (None, None, 7, 4, 5),
        ),
        Example(
            {"num_heads": 2, "key_dim": 3, "output_shape": 6, "dropout": 0.1, "sliding_window": 2},
            [(None, 7, 8), (None, 7, 8)],
            (None, 7, 6),
        ),
    )

    @property
    def axes(self) -> tuple[int, ...] | None:
        """The given axes, as a tuple."""
        named = self.attention_axes
        return (named,) if isinstance(named, int) else named

    def heads(self) -> dict[str, tuple[int, int]]:
        """All projections have the same number of heads; gate and value have their own size."""
        key = (self.num_heads, self.key_dim)
        value = (self.num_heads, self.value_dim or self.key_dim)
        return {"query": key, "key": key, "gate": value, "value": value}

    def projected(self, query: Shape, value: Shape) -> Shape:
        """Replace the last axis by `output_shape`."""
        return (*query[:-1], *(self.output_shape or query[-1:]))

    def conflicts(self) -> Iterator[Problem]:
        """Check that there is an axis to attend over."""
        if self.axes == ():
            message = f"'attention_axes' of {self.kind()} must name an axis"
            yield Problem("out-of-range", message, "attention_axes")


@kind
class GroupQueryAttention(WithHeads):
    """Attention whose query groups share keys and values (Ainslie et al., 2023, arXiv:2305.13245).

    The inputs are query, value and key; without a key, the value is used as the key.
    """

    head_dim: PositiveInt
    """Size of the projections of each head."""
    num_query_heads: PositiveInt
    """Number of query heads."""
    num_key_value_heads: PositiveInt
    """Number of key and value heads; it must divide the number of query heads."""

    steps_only = True
    recent = (
        Recent(
            "3.15.0",
            "return_attention_scores",
            "scores of GroupQueryAttention",
            lambda call: call.return_attention_scores,
        ),
    )
    examples = (
        Example(
            {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2},
            [(None, 7, 8), (None, 5, 8)],
            (None, 7, 8),
        ),
        Example(
            {
                "head_dim": 3,
                "num_query_heads": 2,
                "num_key_value_heads": 1,
                "use_gate": True,
                "use_bias": False,
                "dropout": 0.2,
            },
            [(None, None, 8), (None, 5, 8), (None, 5, 6)],
            (None, None, 8),
        ),
    )

    def heads(self) -> dict[str, tuple[int, int]]:
        """Query and gate may have more heads than key and value."""
        queries = (self.num_query_heads, self.head_dim)
        shared = (self.num_key_value_heads, self.head_dim)
        return {"query": queries, "key": shared, "gate": queries, "value": shared}

    def projected(self, query: Shape, value: Shape) -> Shape:
        """Return the shape of the query, whose number of features must equal that of the value.

        Raises:
            Problem: the numbers of features differ.

        """
        if query[-1] != value[-1] and None not in (query[-1], value[-1]):
            message = f"{self.kind()} needs a query and a value with the same number of features, not {query[-1]} and {value[-1]}"
            raise Problem("shape-mismatch", message)
        return query

    def conflicts(self) -> Iterator[Problem]:
        """Check that the query heads form equal groups."""
        queries, shared = self.num_query_heads, self.num_key_value_heads
        if queries % shared:
            message = f"{self.kind()} cannot split {queries} query heads into {shared} groups"
            yield Problem("conflicting-arguments", message, "num_key_value_heads")
