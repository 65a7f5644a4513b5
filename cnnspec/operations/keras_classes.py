"""The classes of Keras behind the functions of keras.ops, where their names differ."""

from cnnspec.naming import snake_case

_FUNCTIONS = {
    "AllClose": "allclose",
    "BatchNorm": "batch_normalization",
    "CDist": "cdist",
    "Conjugate": "conj",
    "IsIn": "isin",
    "LayerNorm": "layer_normalization",
    "RMSNorm": "rms_normalization",
    "SearchSorted": "searchsorted",
}
"""The function of each class whose name in snake case is another word."""
_SAME = {"abs": "absolute", "conj": "conjugate", "hard_swish": "hard_silu", "swish": "silu"}
"""Functions whose operation is that of another function."""


def function_of(class_name: str) -> str:
    """Return the function of keras.ops whose calls are recorded as a class."""
    return _FUNCTIONS.get(class_name, snake_case(class_name))


def same_as(function: str) -> str:
    """Return the function whose operation Keras records for calls of a function."""
    return _SAME.get(function, function)


def counted_as(function: str) -> str:
    """Return the word with which Keras names the operations of a function, and counts them."""
    names = {name: class_name for class_name, name in _FUNCTIONS.items()}
    return _SAME.get(function) or snake_case(names.get(function, function))
