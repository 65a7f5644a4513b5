"""The functions of keras.ops that a spec cannot use, with the reasons."""

_CODE = "it runs a Python function"
_NO_TENSOR = "it returns no tensor"
_UNKNOWN = "the shape of its result depends on values"
_COUNT = "the number of its results depends on its inputs"
_CREATES = "it takes no tensor; a constant is an operand of the operation that uses it"

REFUSALS: dict[str, str] = {
    **dict.fromkeys(
        (
            "associative_scan",
            "cond",
            "custom_gradient",
            "fori_loop",
            "jvp",
            "map",
            "scan",
            "switch",
            "vectorize",
            "vectorized_map",
            "while_loop",
        ),
        _CODE,
    ),
    **dict.fromkeys(
        ("convert_to_numpy", "dtype", "is_tensor", "ndim", "shape", "size"), _NO_TENSOR
    ),
    **dict.fromkeys(("nonzero", "unique"), _UNKNOWN),
    "meshgrid": _COUNT,
    **dict.fromkeys(
        (
            "arange",
            "empty",
            "eye",
            "full",
            "geomspace",
            "identity",
            "linspace",
            "logspace",
            "ones",
            "tri",
            "zeros",
        ),
        _CREATES,
    ),
}
