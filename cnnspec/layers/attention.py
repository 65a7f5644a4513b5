"""Attention layers: averages of values, weighted by how well their keys match a query."""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Choice, Flag, FloatPolicy, Seed, UnitInterval
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import attention_rules, cost_rules, dtype_rules, reach_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.cells import without_dropout
from cnnspec.layers.merging import Merging


class Attending(Merging):
    """Base class of layers with query, value and optional key: `from: [query, value, key]`."""

    in_call = ("use_causal_mask", "return_attention_scores")
    dtype: FloatPolicy = None
    use_causal_mask: Flag = False
    """Whether positions of the query see no later positions of the value."""
    return_attention_scores: Flag = False
    """Whether there are two outputs: `output`, to which the name of the step refers, and `scores`."""
    min_inputs = 2
    max_inputs: ClassVar[int | None] = 3
    reach = reach_rules.everything
    attended_dtype: ClassVar[Callable[..., str]] = dtype_rules.attended
    """The rule that computes the data type of the output."""

    def outputs(self) -> tuple[str, ...]:
        """With `return_attention_scores`, the output and the scores."""
        return ("output", "scores") if self.return_attention_scores else ()

    def output_dtype(self, *inputs: str) -> Any:
        """The scores have the type of the output."""
        dtype = self.attended_dtype(*inputs)
        return [dtype] * len(self.outputs()) or dtype

    def in_inference(self) -> Layer:
        """Return the inference behaviour: no scores are dropped."""
        return without_dropout(self)


@kind
class Attention(Attending):
    """Attention whose scores are products of query and key (Luong et al., 2015, arXiv:1508.04025).

    The inputs are query, value and key; without a key, the value is used as the key.
    """

    recent = (
        Recent(
            "3.15.0",
            "score_mode",
            "Attention by products over more than 3 axes",
            lambda call, query, *_: call.score_mode == "dot" and len(query) > 3,
            by_inputs=True,
        ),
    )

    use_scale: Flag = False
    """Whether to scale the scores by a learned factor."""
    score_mode: Annotated[str, Choice("dot", "concat")] = "dot"
    """`dot`: scores are products of query and key; `concat`: sums of `tanh(query + key)`."""
    dropout: UnitInterval = 0.0
    """Fraction of the scores to drop."""
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

    def computes_on(self) -> tuple[str, ...]:
        """Products are scores of the type of the inputs, sums are floats."""
        return dtype_rules.WHOLE if self.adds_up() else FLOAT_TYPES

    def adds_up(self) -> bool:
        """Whether query and key are added, so that sizes of 1 are broadcast."""
        return self.score_mode == "concat"


@kind
class AdditiveAttention(Attending):
    """Attention with scores `tanh(query + key)` (Bahdanau et al., 2014, arXiv:1409.0473).

    The inputs are query, value and key; without a key, the value is used as the key.
    """

    takes = dtype_rules.WHOLE
    use_scale: Flag = True
    """Whether to scale each feature in the sum by a learned factor."""
    dropout: UnitInterval = 0.0
    """Fraction of the scores to drop."""

    shape = attention_rules.attend
    weights = attention_rules.feature_scale
    macs = cost_rules.summed_attention
    examples = (
        Example({}, [(None, 7, 8), (None, 5, 8)], (None, 7, 8)),
        Example({"use_scale": False}, [(None, 7, None), (None, 5, None)], (None, 7, None)),
    )

    def adds_up(self) -> bool:
        """Query and key are added, so sizes of 1 are broadcast."""
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
