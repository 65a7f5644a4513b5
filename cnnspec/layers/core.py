"""Dense and embedding layers, and layers that pass their input on."""

from typing import Annotated, Any, ClassVar

from annotated_types import Gt

from cnnspec.declarations.declaration import Checked, Declaration, Expects, Recent, default
from cnnspec.declarations.fields import (
    Dtype,
    Flag,
    FloatPolicy,
    Number,
    PositiveInt,
    listed,
    unwrapped,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, dtype_rules, reach_rules, shape_rules, weight_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import (
    Activation,
    Constraint,
    Initializer,
    Regularizer,
    list_of,
)


@kind
class Dense(Layer):
    """Fully connected layer: every output is a weighted sum of the last axis."""

    hands_masks_on = True
    ends_with_activation = True
    dtype: FloatPolicy = None
    units: PositiveInt
    """Size of the last axis of the output."""
    activation: Activation = None
    """Activation of the output."""
    use_bias: Flag = True
    """Whether to add a bias."""
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    shape = shape_rules.dense
    weights = weight_rules.dense_kernel
    macs = cost_rules.kernel_at_every_output
    reach = reach_rules.pointwise
    examples = (
        Example({"units": 10}, (None, 5408), (None, 10)),
        Example({"units": 4, "use_bias": False}, (None, None, 8), (None, None, 4)),
    )


@kind
class Embedding(Layer):
    """Maps integers from 0 to `input_dim - 1`, such as indices of words, to learned vectors."""

    dtype: FloatPolicy = None
    input_dim: PositiveInt
    """Number of vectors: the largest integer plus 1."""
    output_dim: PositiveInt
    """Size of the vectors."""
    embeddings_initializer: Initializer = default("uniform")
    embeddings_regularizer: Regularizer = None
    embeddings_constraint: Constraint = None
    mask_zero: Flag = False
    """Whether 0 marks missing values, which later layers ignore."""

    def makes_mask(self) -> bool:
        """Return whether 0 marks missing values."""
        return self.mask_zero

    shape = shape_rules.embed
    weights = weight_rules.embeddings
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"input_dim": 100, "output_dim": 8}, (None, 20), (None, 20, 8)),
        Example({"input_dim": 9, "output_dim": 4}, (None, None, 7), (None, None, 7, 4)),
    )


SoftCap = Annotated[Annotated[float, Gt(0)] | None, Expects("a number above 0, or null")]


@kind
class ReversibleEmbedding(Embedding):
    """An embedding that can be called in reverse, too (Press and Wolf, 2016, arXiv:1608.05859).

    A language model ends with `shared: {layer: tokens, reverse: true}`, which turns vectors into scores of all words.
    """

    in_call = ("reverse",)
    tie_weights: Flag = True
    """Whether the reverse projection uses the same vectors."""
    reverse_dtype: Dtype = None
    """Data type of the reverse projection; null means that of the layer."""
    logit_soft_cap: SoftCap = None
    """Bound of the outputs of the reverse projection, applied with `tanh`."""
    reverse: Flag = False
    """Whether this call projects vectors back to a score for each number."""

    shape = shape_rules.embed_either_way
    weights = weight_rules.reversible_embeddings
    macs = cost_rules.reverse_projection
    examples = (
        Example({"input_dim": 100, "output_dim": 8}, (None, 20), (None, 20, 8)),
        Example(
            {"input_dim": 9, "output_dim": 4, "tie_weights": False}, (None, None), (None, None, 4)
        ),
        Example({"input_dim": 9, "output_dim": 4, "reverse": True}, (None, 7, 4), (None, 7, 9)),
    )

    def makes_mask(self) -> bool:
        """Return whether 0 marks missing values, which it does only among numbers."""
        return self.mask_zero and not self.reverse

    def output_dtype(self, *inputs: str) -> str:
        """Scores have the type of the reverse projection, whose inputs Keras does not convert."""
        own = dtype_rules.own(self, *inputs)
        return (self.reverse_dtype or dtype_rules.common({own, *inputs})) if self.reverse else own


@kind
class Masking(Layer):
    """Masks the steps of a sequence whose values are all `mask_value`; later layers ignore them."""

    hands_masks_on = True
    mask_value: Number = 0.0
    """The value that marks missing steps."""

    def makes_mask(self) -> bool:
        """Return that it marks the steps to ignore."""
        return True

    output_dtype = dtype_rules.masked
    shape = shape_rules.same
    reach = reach_rules.pointwise
    examples = (Example({}, (None, None, 8), (None, None, 8)),)


@kind
class Identity(Layer):
    """Returns its input unchanged."""

    hands_masks_on = True
    passes_values_on = True
    keeps_pixels = True
    takes = dtype_rules.ANYTHING
    output_dtype = dtype_rules.kept
    shape = shape_rules.same
    reach = reach_rules.pointwise
    examples = (Example({}, (None, 7, 3), (None, 7, 3)),)


def _factor(value: Any, _: type[Declaration]) -> float | tuple[float, ...]:
    items = value if isinstance(value, list | tuple) else (value,)
    for position, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, int | float):
            raise Problem("wrong-type", "", (position,) if isinstance(value, list | tuple) else ())
    return tuple(value) if isinstance(value, list | tuple) else value


Factor = Annotated[
    float | tuple[float, ...],
    Checked(
        "a number, or a list of one for each channel",
        check=_factor,
        schema={"anyOf": [{"type": "number"}, list_of({"type": "number"})]},
        alike=unwrapped,
    ),
]


@kind
class Rescaling(Layer):
    """Multiplies its input by `scale` and adds `offset`; 1/255 scales pixels to 0..1."""

    hands_masks_on = True
    takes = dtype_rules.WHOLE
    converts = dtype_rules.NUMBERS
    scale: Factor
    """Factor of every value."""
    offset: Factor = 0.0
    """Offset added after scaling."""
    recent = (
        Recent(
            "3.12.0",
            "scale",
            "a scale and an offset of different lengths",
            lambda call: len(listed(call.scale)) != len(listed(call.offset)),
            lost="3.11.0",
        ),
    )

    shape = shape_rules.rescale
    reach = reach_rules.pointwise
    examples = (
        Example({"scale": 0.00392156862745098}, (None, 28, 28, 1), (None, 28, 28, 1)),
        Example({"scale": [0.5, 1, 2], "offset": [1]}, (None, None, 8, 3), (None, None, 8, 3)),
    )
