"""What differs between versions of Keras. Written by `make keras-versions`; do not edit."""

# fmt: off
from typing import Any

Span = tuple[str, str | None]
"""The first version that has something, and the last one; None if the newest has it."""

RELEASES: tuple[str, ...] = ("3.10.0", "3.11.0", "3.11.1", "3.11.2", "3.11.3", "3.12.0", "3.12.1", "3.12.2", "3.12.3", "3.12.4", "3.13.0", "3.13.1", "3.13.2", "3.14.0", "3.14.1", "3.15.0", "3.15.1")
"""The releases that were compared, oldest first."""

KINDS: dict[str, dict[str, Span]] = {
    "layers": {
        "AdaptiveAveragePooling1D": ("3.13.0", None),
        "AdaptiveAveragePooling2D": ("3.13.0", None),
        "AdaptiveAveragePooling3D": ("3.13.0", None),
        "AdaptiveMaxPooling1D": ("3.13.0", None),
        "AdaptiveMaxPooling2D": ("3.13.0", None),
        "AdaptiveMaxPooling3D": ("3.13.0", None),
        "ContrastLimitedAdaptiveHistogramEqualization": ("3.14.0", None),
        "ReversibleEmbedding": ("3.12.0", None),
    },
    "ops": {
        "ops.allclose": ("3.14.0", None),
        "ops.array_split": ("3.13.0", None),
        "ops.cbrt": ("3.11.0", None),
        "ops.cdist": ("3.15.0", None),
        "ops.cholesky_inverse": ("3.12.0", None),
        "ops.deg2rad": ("3.11.0", None),
        "ops.depth_to_space": ("3.14.0", None),
        "ops.dsplit": ("3.15.0", None),
        "ops.dstack": ("3.14.0", None),
        "ops.erfc": ("3.15.0", None),
        "ops.fabs": ("3.15.0", None),
        "ops.fliplr": ("3.14.0", None),
        "ops.flipud": ("3.14.0", None),
        "ops.fmax": ("3.15.0", None),
        "ops.fmin": ("3.15.0", None),
        "ops.fmod": ("3.14.0", None),
        "ops.fold": ("3.14.0", None),
        "ops.heaviside": ("3.11.0", None),
        "ops.hsplit": ("3.14.0", None),
        "ops.hypot": ("3.12.0", None),
        "ops.i0": ("3.14.0", None),
        "ops.image.extract_patches_3d": ("3.12.0", None),
        "ops.image.sobel_edges": ("3.15.0", None),
        "ops.image.ssim": ("3.15.0", None),
        "ops.isneginf": ("3.12.0", None),
        "ops.isposinf": ("3.12.0", None),
        "ops.isreal": ("3.12.0", None),
        "ops.layer_normalization": ("3.11.0", None),
        "ops.ldexp": ("3.13.0", None),
        "ops.logaddexp2": ("3.12.0", None),
        "ops.matrix_rank": ("3.15.0", None),
        "ops.nanargmax": ("3.14.0", None),
        "ops.nanargmin": ("3.14.0", None),
        "ops.nancumprod": ("3.14.0", None),
        "ops.nancumsum": ("3.14.0", None),
        "ops.nanmax": ("3.14.0", None),
        "ops.nanmean": ("3.14.0", None),
        "ops.nanmin": ("3.14.0", None),
        "ops.nanprod": ("3.14.0", None),
        "ops.nanstd": ("3.14.0", None),
        "ops.nansum": ("3.14.0", None),
        "ops.nanvar": ("3.14.0", None),
        "ops.nextafter": ("3.14.0", None),
        "ops.percentile": ("3.15.0", None),
        "ops.pinv": ("3.15.0", None),
        "ops.ptp": ("3.14.0", None),
        "ops.rad2deg": ("3.14.0", None),
        "ops.segment_min": ("3.15.0", None),
        "ops.segment_prod": ("3.15.0", None),
        "ops.sinc": ("3.14.0", None),
        "ops.space_to_depth": ("3.14.0", None),
        "ops.trapezoid": ("3.12.0", None),
        "ops.vander": ("3.13.0", None),
        "ops.vsplit": ("3.14.0", None),
    },
    "optimizers": {
        "ScheduleFreeAdamW": ("3.14.0", None),
    },
}
"""For each family: the kinds that only some have."""

ARGUMENTS: dict[str, dict[str, dict[str, Span]]] = {
    "callbacks": {
        "TerminateOnNaN": {"raise_error": ("3.13.0", None)},
    },
    "initializers": {
        "GlorotNormal": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
        "GlorotUniform": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
        "HeNormal": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
        "HeUniform": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
        "LecunNormal": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
        "LecunUniform": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
        "VarianceScaling": {"input_axes": ("3.15.0", None), "output_axes": ("3.15.0", None)},
    },
    "layers": {
        "BatchNormalization": {"renorm": ("3.14.0", None), "renorm_clipping": ("3.14.0", None), "renorm_momentum": ("3.14.0", None)},
        "GroupQueryAttention": {"use_gate": ("3.14.0", None), "sliding_window": ("3.15.0", None)},
        "IntegerLookup": {"salt": ("3.14.0", None), "oov_method": ("3.14.0", None)},
        "MultiHeadAttention": {"use_gate": ("3.14.0", None), "sliding_window": ("3.15.0", None)},
        "StringLookup": {"salt": ("3.14.0", None)},
    },
    "metrics": {
        "SparseCategoricalCrossentropy": {"ignore_class": ("3.14.0", None)},
    },
    "ops": {
        "ops.cholesky": {"upper": ("3.12.0", None)},
        "ops.scatter_update": {"reduction": ("3.14.0", None)},
    },
    "optimizers": {
        "Muon": {"adam_weight_decay": ("3.13.0", None), "rms_rate": ("3.13.0", None)},
    },
}
"""For each family and kind: the arguments that only some versions of the kind have."""

WORDS: dict[str, dict[str, Span]] = {
    "optimizers": {
        "muon": ("3.14.0", None),
    },
}
"""For each family: the words for kinds that only some have. Activations are words as well."""

DEFAULTS: dict[str, dict[str, dict[str, dict[str, Any]]]] = {
    "ops": {
        "ops.rms_normalization": {"scale": {"3.10.0": 1, "3.11.0": None}},
    },
    "optimizers": {
        "Muon": {"weight_decay": {"3.10.0": 0.1, "3.13.0": 0.004}, "adam_lr_ratio": {"3.10.0": 0.1, "3.13.0": 1}, "ns_steps": {"3.10.0": 6, "3.13.0": 5}},
    },
}
"""For each family and kind: the defaults that differ, each by the first version with it."""
