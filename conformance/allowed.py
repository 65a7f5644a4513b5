"""The cases in which the static analysis may reject what Keras accepts.

A layer that Keras accepts but that fails on data, or that returns another shape than Keras
declared, need not be listed here: every rejection is tried on data before it counts.
"""

from collections.abc import Callable
from dataclasses import dataclass

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
    """A case: for which kinds, when, and why."""

    kinds: tuple[str, ...]
    when: When
    reason: str


def of_code(code: str, *arguments: str) -> When:
    """Refusals with a code, of one of some arguments where there are any."""
    return lambda _, refused: (
        refused.code == code and (not arguments or refused.argument in arguments)
    )


def about(argument: str) -> When:
    """Refusals that mean an argument."""
    return lambda _, refused: refused.argument == argument


def of_another_type(configuration: Configuration, refused: Refused) -> bool:
    """A truth value, text or fraction where another type belongs."""
    value = configuration.arguments.get(refused.argument)
    return refused.code == "wrong-type" and isinstance(value, bool | str | float)


def without_a_batch(configuration: Configuration, refused: Refused) -> bool:
    """An image layer on three axes."""
    module = layer_of(configuration.kind).__module__.rsplit(".", 1)[-1]
    of_images = module.startswith(("augmentation", "preprocessing", "resizing", "images"))
    return of_images and len(configuration.shapes[0]) == 3


MAY_REFUSE = (
    MayRefuse(
        ("SpectralNormalization", "TimeDistributed"),
        of_code("wrong-dtype"),
        "normalizing the kernel of a layer of whole numbers or truth values means nothing",
    ),
    MayRefuse(
        ("CategoryEncoding", "Discretization", "Hashing", "IntegerLookup", "StringLookup",
         "TextVectorization"),
        of_code("wrong-rank"),
        "Keras counts along another axis than the one that it announces",
    ),
    MayRefuse((ANY,), of_another_type, "a spec is strict about types, where Keras converts"),
    MayRefuse(
        (ANY,),
        of_code(
            "out-of-range", "dropout", "recurrent_dropout", "rate", "momentum", "renorm_momentum",
            "epsilon", "logit_soft_cap", "alpha", "factor", "value_range", "chain_depth", "num_chains",
            "sampling_rate", "top_db", "min_value", "max_value",
        ),
        "Keras does not look whether the number makes sense",
    ),
    MayRefuse(
        (ANY,), without_a_batch, "Keras takes three axes for one image; a model always has a batch"
    ),
    MayRefuse((ANY,), of_code("wrong-type", "value_range"), "Keras reads the first two numbers"),
    MayRefuse(
        RECURRENT,
        of_code("wrong-input-count"),
        "Keras leaves out states that the layer does not have",
    ),
    MayRefuse(
        RECURRENT,
        of_code("shape-mismatch"),
        "a state with a size of 1 is stretched by accident",
    ),
    MayRefuse(
        CELLS,
        of_code("conflicting-arguments"),
        "a cell by itself keeps the dropout mask of one graph, and fails in the next",
    ),
    MayRefuse(
        ("PReLU",),
        of_code("out-of-range", "shared_axes"),
        "Keras counts axes from 1 and shares another one for 0 and below",
    ),
    MayRefuse(
        ("RMSNormalization",), of_code("out-of-range"), "Keras scales other axes than are meant"
    ),
    MayRefuse(
        ("Dropout", "AlphaDropout"),
        about("noise_shape"),
        "a noise shape of fewer axes is stretched by accident; a rate of 0 or 1 does not use it",
    ),
    MayRefuse(
        ("SimpleRNNCell", "StackedRNNCells"),
        of_code("wrong-dtype"),
        "a state of whole numbers happens to work for SimpleRNNCell only",
    ),
    MayRefuse(
        ("SimpleRNNCell", "GRUCell"),
        of_code("wrong-rank"),
        "they happen to work on more axes than a step has",
    ),
    MayRefuse(
        ("Concatenate",),
        of_code("out-of-range", "axis"),
        "Keras gives a single input back, whatever the axis",
    ),
    MayRefuse(
        ("TimeDistributed",),
        of_code("conflicting-arguments"),
        "Keras leaves out the penalty of the layer inside, without a word",
    ),
    MayRefuse(("AugMix",), of_code("unknown-size"), "which of its operations run is chance"),
    MayRefuse(
        ("Discretization", "CategoryEncoding", "Hashing", "IntegerLookup", "StringLookup"),
        of_code("wrong-dtype"),
        "half precision cannot count",
    ),
    MayRefuse(
        ("Attention", "AdditiveAttention"),
        of_code("wrong-rank"),
        "Keras stretches inputs of other axes by accident",
    ),
    MayRefuse(
        ("AdditiveAttention",),
        of_code("shape-mismatch"),
        "Keras stretches features of the size 1 by accident",
    ),
    MayRefuse(
        ("MultiHeadAttention",),
        of_code("out-of-range", "attention_axes"),
        "Keras takes the axis of the features for one to attend over",
    ),
    MayRefuse(
        ("MultiHeadAttention",),
        about("flash_attention"),
        "Keras looks at the flag only where one axis is attended over",
    ),
    MayRefuse(
        ("TimeDistributed",), of_code("wrong-rank"), "Keras does not look at the axes inside of it"
    ),
    MayRefuse(
        ("EinsumDense",),
        of_code("conflicting-arguments"),
        "Keras gives the sizes behind an ellipsis in reverse order",
    ),
    MayRefuse(
        (ANY,), of_code("unknown-value", "sparse", "ragged"), "no other layer takes such tensors"
    ),
    MayRefuse(
        ("AutoContrast", "RandomColorJitter"),
        of_code("conflicting-arguments", "data_format"),
        "Keras takes the last axis for the channels, whatever is said",
    ),
    MayRefuse(
        ("CustomScaleLayer", "LayerScale", "StochasticDepth"),
        of_code("wrong-dtype"),
        "networks give them floats; of other types Keras keeps some and converts some",
    ),
    MayRefuse(
        ("LayerScale",),
        of_code("shape-mismatch", "projection_dim"),
        "Keras stretches one scale or one channel by accident",
    ),
    MayRefuse(("LayerScale",), of_code("unknown-size"), "there is a scale for every channel"),
    MayRefuse(
        ("CustomScaleLayer",),
        of_code("shape-mismatch"),
        "Keras stretches an input of fewer axes over the batch",
    ),
    MayRefuse(
        ("AugMix",), of_code("shape-mismatch"), "which of its operations run, and fail, is chance"
    ),
    MayRefuse(
        ("MelSpectrogram",), of_code("conflicting-arguments"), "its filters would all be empty"
    ),
    MayRefuse(
        tuple(f"Adaptive{how}Pooling{rank}D" for how in ("Average", "Max") for rank in (1, 2, 3)),
        of_code("no-output-shape"),
        "TensorFlow ends the process over an axis of one value",
    ),
    MayRefuse(("Normalization",), of_code("conflicting-arguments"), "an axis is named twice"),
)  # fmt: skip


def is_allowed(configuration: Configuration, refused: Refused) -> bool:
    """Whether the static engine may refuse a configuration that Keras accepts."""
    return any(
        (ANY in case.kinds or configuration.kind in case.kinds)
        and case.when(configuration, refused)
        for case in MAY_REFUSE
    )
