"""The cases in which the static analysis may reject what Keras accepts.

A layer that Keras accepts but that fails on data, or that returns another shape than Keras
declared, need not be listed here: every rejection is tried on data before it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

from cnnspec.declarations.keras_versions import CODE as NOT_IN_THIS_KERAS
from conformance.configurations import Configuration, layer_of
from conformance.verdicts import Refused

ANY = "*"
RECURRENT = (
    "GRU", "GRUCell", "LSTM", "LSTMCell", "SimpleRNN", "SimpleRNNCell", "RNN", "StackedRNNCells",
    "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Bidirectional",
)  # fmt: skip
CELLS = ("GRUCell", "LSTMCell", "SimpleRNNCell", "StackedRNNCells")

When = Callable[[Configuration, Refused], bool]


@dataclass(frozen=True)
class MayRefuse:
    """A case: its kinds, its condition, and the reason."""

    kinds: tuple[str, ...]
    when: When
    reason: str


def of_code(code: str, *arguments: str) -> When:
    """Match rejections with a code, optionally for one of some arguments."""
    return lambda _, refused: (
        refused.code == code and (not arguments or refused.argument in arguments)
    )


def about(argument: str) -> When:
    """Match rejections of an argument."""
    return lambda _, refused: refused.argument == argument


def of_another_type(configuration: Configuration, refused: Refused) -> bool:
    """Match a boolean, text or fraction where another type is expected."""
    value = configuration.arguments.get(refused.argument)
    return refused.code == "wrong-type" and isinstance(value, bool | str | float)


def of_text(configuration: Configuration, refused: Refused) -> bool:
    """Match a layer that does not take text."""
    return refused.code == "wrong-dtype" and "string" in configuration.dtypes


def of_booleans(configuration: Configuration, refused: Refused) -> bool:
    """Match a layer that does not take booleans."""
    return refused.code == "wrong-dtype" and "bool" in configuration.dtypes


def of_values(role: str) -> When:
    """Match an initializer, regularizer or constraint that does not work on some values."""
    return lambda _, refused: any(str(part).endswith(role) for part in refused.at)


def not_trained(configuration: Configuration, refused: Refused) -> bool:
    """Match a penalty or limit of a weight that is not trained."""
    of_a_role = of_values("regularizer")(configuration, refused) or of_values("constraint")(
        configuration, refused
    )
    return of_a_role and "False" in str(configuration.arguments)


def of_a_single_one(configuration: Configuration, refused: Refused) -> bool:
    """Match a penalty on the angles between rows of which there is only one."""
    return of_values("regularizer")(configuration, refused) and refused.code == "shape-mismatch"


def without_a_batch(configuration: Configuration, refused: Refused) -> bool:
    """Match an image layer applied to three axes."""
    module = layer_of(configuration.kind).__module__.rsplit(".", 1)[-1]
    of_images = module.startswith(("augmentation", "preprocessing", "resizing", "images"))
    return of_images and len(configuration.shapes[0]) == 3


MAY_REFUSE = (
    MayRefuse(
        ("SpectralNormalization", "TimeDistributed"),
        of_code("wrong-dtype"),
        "normalizing the kernel of an integer or boolean layer is meaningless",
    ),
    MayRefuse(
        ("CategoryEncoding", "Discretization", "Hashing", "IntegerLookup", "StringLookup",
         "TextVectorization"),
        of_code("wrong-rank"),
        "Keras counts along another axis than it declares",
    ),
    MayRefuse(
        ("Discretization", "LayerNormalization", "RMSNormalization"),
        of_code(NOT_IN_THIS_KERAS),
        "older versions accept it and compute something else",
    ),
    MayRefuse((ANY,), of_another_type, "specs are strict about types, but Keras converts values"),
    MayRefuse(
        (ANY,),
        of_code(
            "out-of-range", "dropout", "recurrent_dropout", "rate", "momentum", "renorm_momentum",
            "epsilon", "logit_soft_cap", "alpha", "factor", "value_range", "chain_depth", "num_chains",
            "sampling_rate", "top_db", "min_value", "max_value", "num_ops",
        ),
        "Keras does not check whether the number makes sense",
    ),
    MayRefuse(
        (ANY,), without_a_batch, "Keras treats three axes as a single image, but a model always has a batch"
    ),
    MayRefuse((ANY,), of_code("wrong-type", "value_range"), "Keras uses the first two numbers"),
    MayRefuse(
        RECURRENT,
        of_code("wrong-input-count"),
        "Keras ignores states that the layer does not have",
    ),
    MayRefuse(
        RECURRENT,
        of_code("shape-mismatch"),
        "a state of size 1 is broadcast by accident",
    ),
    MayRefuse(
        CELLS,
        of_code("conflicting-arguments"),
        "a cell used as a layer keeps the dropout mask of one graph, and fails in the next",
    ),
    MayRefuse(
        ("PReLU",),
        of_code("out-of-range", "shared_axes"),
        "Keras counts axes from 1 and shares another one for 0 and below",
    ),
    MayRefuse(
        ("RMSNormalization",), of_code("out-of-range"), "Keras scales the wrong axes"
    ),
    MayRefuse(
        ("Dropout", "AlphaDropout"),
        about("noise_shape"),
        "a noise shape with fewer axes is broadcast by accident; a rate of 0 or 1 does not use it",
    ),
    MayRefuse(
        ("SimpleRNNCell", "StackedRNNCells"),
        of_code("wrong-dtype"),
        "an integer state happens to work only for SimpleRNNCell",
    ),
    MayRefuse(
        ("SimpleRNNCell", "GRUCell"),
        of_code("wrong-rank"),
        "they happen to work on more axes than a step has",
    ),
    MayRefuse(
        ("Concatenate",),
        of_code("out-of-range", "axis"),
        "Keras returns a single input unchanged, whatever the axis",
    ),
    MayRefuse(
        ("TimeDistributed",),
        of_code("conflicting-arguments"),
        "Keras silently ignores the penalty of the inner layer",
    ),
    MayRefuse(("AugMix",), of_code("unknown-size"), "its operations are chosen at random"),
    MayRefuse(
        ("Discretization", "CategoryEncoding", "Hashing", "IntegerLookup", "StringLookup"),
        of_code("wrong-dtype"),
        "half precision cannot count",
    ),
    MayRefuse(
        ("Attention", "AdditiveAttention"),
        of_code("wrong-rank"),
        "Keras broadcasts inputs with other axes by accident",
    ),
    MayRefuse(
        ("AdditiveAttention",),
        of_code("shape-mismatch"),
        "Keras broadcasts features of size 1 by accident",
    ),
    MayRefuse(
        ("MultiHeadAttention",),
        of_code("out-of-range", "attention_axes"),
        "Keras accepts the feature axis as an attention axis",
    ),
    MayRefuse(
        ("MultiHeadAttention",),
        about("flash_attention"),
        "Keras checks the flag only for a single attention axis",
    ),
    MayRefuse(
        ("TimeDistributed",), of_code("wrong-rank"), "Keras does not check the axes inside it"
    ),
    MayRefuse(
        ("EinsumDense",),
        of_code("conflicting-arguments"),
        "Keras returns the sizes after an ellipsis in reverse order",
    ),
    MayRefuse(
        (ANY,), of_code("unknown-value", "sparse", "ragged"), "no other layer accepts such tensors"
    ),
    MayRefuse(
        ("AutoContrast", "RandomColorJitter"),
        of_code("conflicting-arguments", "data_format"),
        "Keras always treats the last axis as the channels",
    ),
    MayRefuse(
        ("CustomScaleLayer", "LayerScale", "StochasticDepth"),
        of_code("wrong-dtype"),
        "networks pass floats; Keras keeps some other types and converts others",
    ),
    MayRefuse(
        ("LayerScale",),
        of_code("shape-mismatch", "projection_dim"),
        "Keras broadcasts a single scale or channel by accident",
    ),
    MayRefuse(("LayerScale",), of_code("unknown-size"), "there is a scale for every channel"),
    MayRefuse(
        ("CustomScaleLayer",),
        of_code("shape-mismatch"),
        "Keras broadcasts an input with fewer axes over the batch",
    ),
    MayRefuse(
        ("AugMix",), of_code("shape-mismatch"), "it is random which of its operations run and fail"
    ),
    MayRefuse(
        ("MelSpectrogram",), of_code("conflicting-arguments"), "its filters would all be empty"
    ),
    MayRefuse(
        tuple(f"Adaptive{how}Pooling{rank}D" for how in ("Average", "Max") for rank in (1, 2, 3)),
        of_code("no-output-shape"),
        "TensorFlow crashes the process for an axis of size 1",
    ),
    MayRefuse(
        ("RMSNormalization", "GaussianDropout", "LayerScale"),
        of_code("wrong-dtype"),
        "Keras rounds the result to the type of the input",
    ),
    MayRefuse(
        ("Add", "Average", "Maximum", "Minimum", "Subtract"),
        of_booleans,
        "Keras returns a single input unchanged, and takes a boolean only beside a number",
    ),
    MayRefuse(
        ("Attention", *RECURRENT),
        of_code("wrong-dtype"),
        "it depends on the other arguments and inputs whether whole numbers and booleans work",
    ),
    MayRefuse(
        ("RandomPerspective",), of_code("wrong-dtype"), "it fails only where it draws a change"
    ),
    MayRefuse((ANY,), of_text, "Keras states numbers for the text that it returns"),
    MayRefuse(
        (ANY,),
        of_values("initializer"),
        "Keras ignores one list of axes without the other",
    ),
    MayRefuse((ANY,), not_trained, "Keras penalizes and limits no weight that is not trained"),
    MayRefuse((ANY,), of_a_single_one, "Keras divides by zero"),
    MayRefuse(("Normalization",), of_code("conflicting-arguments"), "an axis is named twice"),
)  # fmt: skip


def is_allowed(configuration: Configuration, refused: Refused) -> bool:
    """Whether the static analysis may reject a configuration that Keras accepts."""
    return any(
        (ANY in case.kinds or configuration.kind in case.kinds)
        and case.when(configuration, refused)
        for case in MAY_REFUSE
    )
