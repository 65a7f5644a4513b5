"""The activations of Keras by name, and which of them return probabilities."""

ACTIVATIONS = {
    "celu": "`x if x > 0 else exp(x) - 1`.",
    "elu": "`x if x > 0 else exp(x) - 1`.",
    "exponential": "`exp(x)`.",
    "gelu": "`x * (1 + erf(x / sqrt(2))) / 2`.",
    "glu": "The first half of the last axis times the sigmoid of the second half.",
    "hard_shrink": "`x if abs(x) > 0.5 else 0`.",
    "hard_sigmoid": "`min(max(x / 6 + 0.5, 0), 1)`.",
    "hard_silu": "`x * min(max(x / 6 + 0.5, 0), 1)`.",
    "hard_swish": "`x * min(max(x / 6 + 0.5, 0), 1)`; the same as `hard_silu`.",
    "hard_tanh": "`min(max(x, -1), 1)`.",
    "leaky_relu": "`x if x > 0 else 0.2 * x`.",
    "linear": "`x`: no activation.",
    "log_sigmoid": "`-log(1 + exp(-x))`.",
    "log_softmax": "The logarithm of `softmax`.",
    "mish": "`x * tanh(log(1 + exp(x)))`.",
    "relu": "`max(x, 0)`.",
    "relu6": "`min(max(x, 0), 6)`.",
    "selu": "`1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * (exp(x) - 1))`.",
    "sigmoid": "`1 / (1 + exp(-x))`, between 0 and 1.",
    "silu": "`x / (1 + exp(-x))`.",
    "soft_shrink": "`x - 0.5 if x > 0.5 else x + 0.5 if x < -0.5 else 0`.",
    "softmax": "Positive values with a sum of 1 along the last axis: the probabilities of classes.",
    "softplus": "`log(1 + exp(x))`.",
    "softsign": "`x / (1 + abs(x))`.",
    "sparse_plus": "`x if x >= 1 else 0 if x <= -1 else (x + 1) ** 2 / 4`.",
    "sparse_sigmoid": "`min(max((x + 1) / 2, 0), 1)`.",
    "sparsemax": "Probabilities as those of `softmax`, of which many are exactly 0.",
    "squareplus": "`(x + sqrt(x ** 2 + 4)) / 2`.",
    "swish": "`x / (1 + exp(-x))`; the same as `silu`.",
    "tanh": "`tanh(x)`, between -1 and 1.",
    "tanh_shrink": "`x - tanh(x)`.",
    "threshold": "`x` above a threshold, and else another value.",
}
"""All functions of keras.activations, each with what it computes."""

SAME_FUNCTION = {"hard_swish": "hard_silu", "swish": "silu"}
"""Functions that have another name as well."""

SOFTMAX = frozenset(("softmax", "sparsemax"))
"""Functions that return the probabilities of classes, which sum to 1."""
SIGMOID = frozenset(("sigmoid", "hard_sigmoid", "sparse_sigmoid"))
"""Functions that return independent probabilities."""
PROBABILITIES = SOFTMAX | SIGMOID
