"""The functions of TensorFlow that Keras 2 records, and the operations of Keras 3 that equal them."""

from typing import Any

OF_TWO = {
    "add": "Add",
    "bias_add": "Add",
    "divide": "Divide",
    "equal": "Equal",
    "greater": "Greater",
    "greater_equal": "GreaterEqual",
    "less": "Less",
    "less_equal": "LessEqual",
    "logical_and": "LogicalAnd",
    "logical_or": "LogicalOr",
    "maximum": "Maximum",
    "minimum": "Minimum",
    "multiply": "Multiply",
    "not_equal": "NotEqual",
    "pow": "Power",
    "subtract": "Subtract",
    "truediv": "TrueDivide",
}
"""Functions of two operands."""
OF_ONE = {
    "abs": "Absolute",
    "add_n": "Add",
    "cos": "Cos",
    "elu": "Elu",
    "erf": "Erf",
    "exp": "Exp",
    "identity": "Identity",
    "log": "Log",
    "log1p": "Log1p",
    "logical_not": "LogicalNot",
    "negative": "Negative",
    "relu": "Relu",
    "relu6": "Relu6",
    "rsqrt": "Rsqrt",
    "selu": "Selu",
    "sigmoid": "Sigmoid",
    "silu": "Silu",
    "sin": "Sin",
    "softplus": "Softplus",
    "sqrt": "Sqrt",
    "square": "Square",
    "stop_gradient": "StopGradient",
    "tanh": "Tanh",
}
"""Functions of tensors alone."""
_AXES = {"axis": "axis", "keepdims": "keepdims"}
WITH_ARGUMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "cast": ("Cast", {"dtype": "dtype"}),
    "clip_by_value": ("Clip", {"clip_value_min": "x_min", "clip_value_max": "x_max"}),
    "concat": ("Concatenate", {"axis": "axis"}),
    "expand_dims": ("ExpandDims", {"axis": "axis"}),
    "gelu": ("Gelu", {"approximate": "approximate"}),
    "leaky_relu": ("LeakyRelu", {"alpha": "negative_slope"}),
    "pad": (
        "Pad",
        {"paddings": "pad_width", "mode": "mode", "constant_values": "constant_values"},
    ),
    "reduce_max": ("Max", _AXES),
    "reduce_mean": ("Mean", _AXES),
    "reduce_min": ("Min", _AXES),
    "reduce_sum": ("Sum", _AXES),
    "reshape": ("Reshape", {"shape": "newshape"}),
    "softmax": ("Softmax", {"axis": "axis"}),
    "split": ("Split", {"num_or_size_splits": "indices_or_sections", "axis": "axis"}),
    "squeeze": ("Squeeze", {"axis": "axis"}),
    "stack": ("Stack", {"axis": "axis"}),
    "tile": ("Tile", {"multiples": "repeats"}),
    "transpose": ("Transpose", {"perm": "axes"}),
}
"""The class of Keras 3 for each function with arguments, and their names there."""
_OVER_ALL: dict[str, Any] = {"axis": None, "keepdims": False}
DEFAULTS: dict[str, dict[str, Any]] = {
    "gelu": {"approximate": False},
    "leaky_relu": {"alpha": 0.2},
    "pad": {"mode": "constant", "constant_values": 0},
    "reduce_max": _OVER_ALL,
    "reduce_mean": _OVER_ALL,
    "reduce_min": _OVER_ALL,
    "reduce_sum": _OVER_ALL,
    "softmax": {"axis": -1},
    "split": {"axis": 0},
    "squeeze": {"axis": None},
    "stack": {"axis": 0},
    "transpose": {"perm": None},
}
"""The defaults of TensorFlow."""
