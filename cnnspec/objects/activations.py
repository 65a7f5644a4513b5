"""The activations of Keras by name, and which of them return probabilities."""

ACTIVATIONS = (
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish",
    "hard_tanh", "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu",
    "sigmoid", "silu", "soft_shrink", "softmax", "softplus", "softsign", "sparse_plus", "sparse_sigmoid",
    "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink", "threshold",
)  # fmt: skip
"""All functions of keras.activations."""

SAME_FUNCTION = {"hard_swish": "hard_silu", "swish": "silu"}
"""Functions that have another name as well."""

SOFTMAX = frozenset(("softmax", "sparsemax"))
"""Functions that return the probabilities of classes, which sum to 1."""
SIGMOID = frozenset(("sigmoid", "hard_sigmoid", "sparse_sigmoid"))
"""Functions that return independent probabilities."""
PROBABILITIES = SOFTMAX | SIGMOID
