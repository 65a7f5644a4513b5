"""Layers that attend: a mean of values, weighted by how well their keys fit a query."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations import Checked, Declaration, Problem, default
from cnnspec.fields import (
    Choice,
    Flag,
    FloatPolicy,
    OptionalAxes,
    OptionalPositiveInt,
    PositiveInt,
    Seed,
    UnitInterval,
)
from cnnspec.layers import attention_rules, cost_rules, reach_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.cells import without_dropout
from cnnspec.layers.fields import Constraint, Initializer, Regularizer
from cnnspec.layers.merging import Merging
from cnnspec.shapes import Shape


class Attending(Merging):
    """What takes a query, values and, unless these are the same, keys: `from: [query, value, key]`."""

    dtype: FloatPolicy = None
    min_inputs = 2
    max_inputs: ClassVar[int | None] = 3
    reach = reach_rules.everything

    def in_inference(self) -> Layer:
        """No score is dropped."""
        return without_dropout(self)


@kind
class Attention(Attending):
    """Attention whose scores are products of query and key (Luong et al., 2015, arXiv:1508.04025).

    It takes a query, values, and keys; without keys the values are their own.
    """

    use_scale: Flag = False
    """Whether the scores have a learned factor."""
    score_mode: Annotated[str, Choice("dot", "concat")] = "dot"
    """`dot`: the product of query and key; `concat`: the sum of `tanh(query + key)`."""
    dropout: UnitInterval = 0.0
    """Share of the scores that is dropped."""
    seed: Seed = None

    shape = attention_rules.attend
    weights = attention_rules.attention_weights
    macs = cost_rules.attention
    examples = (
        Example({}, [(None, 7, 8), (None, 5, 8)], (None, 7, 8)),
        Example(
            {"use_scale": True, "score_mode": "concat", "dropout": 0.1},
            [(None, None, 8), (None, 5, 4), (None, 5, 8)],
            (None, None, 4),
        ),
        Example({}, [(None, 2, 7, None), (None, 2, 5, None)], (None, 2, 7, None)),
    )

    def adds_up(self) -> bool:
        """Whether query and key are added, so that a size of 1 stretches."""
        return self.score_mode == "concat"


@kind
class AdditiveAttention(Attending):
    """Attention whose scores are sums of `tanh(query + key)` (Bahdanau et al., 2014, arXiv:1409.0473).

    It takes a query, values, and keys; without keys the values are their own.
    """

    use_scale: Flag = True
    """Whether every feature has a learned factor in the sum."""
    dropout: UnitInterval = 0.0
    """Share of the scores that is dropped."""

    shape = attention_rules.attend
    weights = attention_rules.feature_scale
    macs = cost_rules.summed_attention
    examples = (
        Example({}, [(None, 7, 8), (None, 5, 8)], (None, 7, 8)),
        Example({"use_scale": False}, [(None, 7, None), (None, 5, None)], (None, 7, None)),
    )

    def adds_up(self) -> bool:
        """Query and key are added, so that a size of 1 stretches."""
        return True


def _flash(value: Any, _: type[Declaration]) -> bool | None:
    if value is True:
        raise Problem("unknown-value", "Keras has no flash attention on TensorFlow")
    if value is not None and value is not False:
        raise Problem("wrong-type", "")
    return value


FlashAttention = Annotated[
    bool | None, Checked("false or null", check=_flash, schema={"enum": [False, None]})
]


class WithHeads(Attending):
    """What attends with several heads, each over projections of its own."""

    dropout: UnitInterval = 0.0
    """Share of the scores that is dropped."""
    use_bias: Flag = True
    """Whether the projections have a bias."""
    sliding_window: OptionalPositiveInt = None
    """How far a step looks: to steps less than this away; null is everywhere."""
    flash_attention: FlashAttention = None
    """Whether a faster implementation is used; there is none on TensorFlow."""
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None
    use_gate: Flag = False
    """Whether the query also gates what was attended to (arXiv:2505.06708)."""
    seed: Seed = None

    steps_only: ClassVar[bool]
    """Whether inputs have exactly one axis between batch and features."""
    passes_trainable_on = False
    stored_as: ClassVar[dict[str, str]] = {}
    """The attributes that hold the projections, where they are not named `_query_dense`."""

    shape = attention_rules.attend_with_heads
    weights = attention_rules.projections
    macs = cost_rules.attention_with_heads

    @property
    def axes(self) -> tuple[int, ...] | None:
        """The axes that it attends over; None for all between batch and features."""
        return None

    def heads(self) -> dict[str, tuple[int, int]]:
        """The number of heads and the size of one, for each projection, in Keras's order.

        Those of the gate are also what the output is projected from.
        """
        raise NotImplementedError

    def projected(self, query: Shape, value: Shape) -> Shape:
        """The shape of the output."""
        raise NotImplementedError

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Query, value and key, in this order."""
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
    """Attention of several heads (Vaswani et al., 2017, arXiv:1706.03762).

    It takes a query, values, and keys; without keys the values are their own. Self-attention takes
    the same thing twice: `from: [x, x]`.
    """

    num_heads: PositiveInt
    """Number of heads."""
    key_dim: PositiveInt
    """Size of the projected queries and keys of a head."""
    value_dim: OptionalPositiveInt = None
    """Size of the projected values of a head; null takes `key_dim`."""
    output_shape: OutputSizes = None
    """What the last axis becomes, one size or several; null keeps that of the query."""
    attention_axes: OptionalAxes = None
    """The axes that it attends over, the batch being 0; null takes all but batch and features."""

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
        """The axes that are named, as a tuple."""
        named = self.attention_axes
        return (named,) if isinstance(named, int) else named

    def heads(self) -> dict[str, tuple[int, int]]:
        """As many heads for each; gate and values have a size of their own."""
        key = (self.num_heads, self.key_dim)
        value = (self.num_heads, self.value_dim or self.key_dim)
        return {"query": key, "key": key, "gate": value, "value": value}

    def projected(self, query: Shape, value: Shape) -> Shape:
        """The last axis becomes `output_shape`."""
        return (*query[:-1], *(self.output_shape or query[-1:]))

    def conflicts(self) -> Iterator[Problem]:
        """It attends over something."""
        if self.axes == ():
            message = f"'attention_axes' of {self.kind()} names no axis"
            yield Problem("out-of-range", message, "attention_axes")


@kind
class GroupQueryAttention(WithHeads):
    """Attention in which groups of queries share keys and values (Ainslie et al., 2023, arXiv:2305.13245).

    It takes a query, values, and keys; without keys the values are their own.
    """

    head_dim: PositiveInt
    """Size of the projections of a head."""
    num_query_heads: PositiveInt
    """Number of heads of the queries."""
    num_key_value_heads: PositiveInt
    """Number of heads of keys and values; it divides that of the queries."""

    steps_only = True
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
        """Queries, and with them the gate, may have more heads than keys and values."""
        queries = (self.num_query_heads, self.head_dim)
        shared = (self.num_key_value_heads, self.head_dim)
        return {"query": queries, "key": shared, "gate": queries, "value": shared}

    def projected(self, query: Shape, value: Shape) -> Shape:
        """The output has the shape of the query, whose features must be as many as the values'.

        Raises:
            Problem: they are not.

        """
        if query[-1] != value[-1] and None not in (query[-1], value[-1]):
            message = f"{self.kind()} needs a query and a value of as many features, not {query[-1]} and {value[-1]}"
            raise Problem("shape-mismatch", message)
        return query

    def conflicts(self) -> Iterator[Problem]:
        """The heads of the queries fall into equal groups."""
        queries, shared = self.num_query_heads, self.num_key_value_heads
        if queries % shared:
            message = f"{self.kind()} cannot split {queries} query heads into {shared} groups"
            yield Problem("conflicting-arguments", message, "num_key_value_heads")
