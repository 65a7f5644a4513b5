"""The functions of keras.ops that a spec cannot use, with the reasons, and those that layers say."""

_CODE = "it runs a Python function"
_NO_TENSOR = "it returns no tensor"
_UNKNOWN = "the shape of its result depends on values"
_COMPLEX = "its result has complex numbers"
_BATCH = "TensorFlow needs to know the size of the batch; use ops.image.extract_patches"
_COUNT = "the number of its results depends on its inputs"
_CREATES = "it takes no tensor; a constant is an operand of the operation that uses it"

SAID_BY_LAYERS: dict[str, tuple[str, ...]] = {
    "adaptive_average_pool": tuple(f"AdaptiveAveragePooling{rank}D" for rank in (1, 2, 3)),
    "adaptive_max_pool": tuple(f"AdaptiveMaxPooling{rank}D" for rank in (1, 2, 3)),
}
"""The functions that compute what layers compute, but that Keras cannot load in a model."""

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
    "histogram": "on TensorFlow, Keras does not find its own code for it in a model",
    **dict.fromkeys(
        ("corrcoef", "gcd", "isin", "lcm", "nanmedian", "nanpercentile", "nanquantile"),
        "TensorFlow does not compute it in a model, where the number of samples is unknown",
    ),
    **dict.fromkeys(
        ("bartlett", "blackman", "hamming", "hanning", "kaiser"),
        "it takes no tensor of a model",
    ),
    **dict.fromkeys(
        ("view_as_complex", "view_as_real"), "a spec has no tensors of complex numbers"
    ),
    **dict.fromkeys(("array", "convert_to_tensor"), "its input is a tensor already"),
    "conv_transpose": "Keras mixes up its two paddings in a model; use a layer such as Conv2DTranspose",
    "kron": "TensorFlow does not compute it in the graph of a model",
    "correlate": "it takes two sequences of known length, not batches of them",
    "polar": "a spec has no tensors of complex numbers",
    "argpartition": "on TensorFlow, Keras computes it wrongly but for whole numbers in one row",
    "empty_like": "its values are not defined; use ops.zeros_like",
    "select": "it takes two lists of tensors; use ops.where",
    "meshgrid": _COUNT,
    "unfold": _BATCH,
    "slogdet": "Keras states a wrong shape of its first result",
    "lstsq": "it takes a matrix of known size, not a batch of them; use ops.solve or ops.pinv",
    "lu_factor": "it takes a matrix of known size, not a batch of them; use ops.qr",
    "rearrange": "Keras cannot call it where the number of samples is unknown; use ops.reshape and ops.transpose",
    "view": "it reads the bits of numbers as other numbers",
    "image.map_coordinates": "its result mixes the samples of the batch",
    **dict.fromkeys(("polar", "view_as_complex", "view_as_real", "eig"), _COMPLEX),
    "image.elastic_transform": "it is random, also in inference",
    "image.scale_and_translate": "the shape of its result is an argument with the batch",
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


def reasons() -> dict[str, str]:
    """Return why a spec cannot use each function that is not declared."""
    said = {
        function: f"Keras cannot load a model that has it; use {', '.join(layers[:-1])} or {layers[-1]}"
        for function, layers in SAID_BY_LAYERS.items()
    }
    return {**REFUSALS, **said}
