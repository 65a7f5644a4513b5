"""Brings layers and objects that Keras 2 saved into the form of Keras 3, and recognizes files of Keras 1."""

from collections.abc import Mapping
from typing import Any

from cnnspec.frontends.whole import mappings
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.objects.families import INITIALIZERS

OF_KERAS_1 = frozenset(
    (
        "W_regularizer",
        "b_regularizer",
        "border_mode",
        "dim_ordering",
        "inner_activation",
        "input_dtype",
        "nb_filter",
        "nb_row",
    )
)
"""Arguments that only Keras 1 saved."""
IN_KERAS_2 = "batch_input_shape"
"""The key of the shape of an input, which Keras 3 calls otherwise."""
TENSORFLOW = ("tensorflow.python.keras", "tensorflow.python.ops.init_ops", "tensorflow.keras")
"""Modules of TensorFlow whose classes are those of Keras."""
KINDS = {
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "ThresholdedReLU": "ReLU",
}
"""Classes of Keras 2 by another name, or with other arguments."""
WITHOUT_EFFECT: Mapping[str, tuple[str, ...]] = {
    "BatchNormalization": ("fused", "renorm_clipping", "renorm_momentum"),
    "Embedding": ("input_length",),
    "SpatialDropout1D": ("noise_shape", "trainable"),
    "SpatialDropout2D": ("noise_shape", "trainable"),
    "SpatialDropout3D": ("noise_shape", "trainable"),
}
"""Arguments, by class, that Keras 3 does not have and that change nothing that a model computes."""


def in_form_of_keras_3(model: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a serialized model as Keras 3 would save it, as far as its classes and arguments go.

    Raises:
        UnreadableModel: Keras 1 saved it.

    """
    found = [each for each in mappings(model) if IN_KERAS_2 in each or "class_name" in each]
    configs = [each["config"] for each in found if isinstance(each.get("config"), Mapping)]
    is_of_keras_1 = str(model.get("keras_version", "")).startswith("1.")
    if is_of_keras_1 or any(not OF_KERAS_1.isdisjoint(each) for each in configs):
        raise UnreadableModel(
            "it is of Keras 1, which no newer version reads; Keras 2 can load and save it again"
        )
    is_of_tensorflow = any(str(each.get("module", "")).startswith(TENSORFLOW) for each in found)
    if is_of_tensorflow or any(IN_KERAS_2 in each for each in configs):
        converted: Mapping[str, Any] = _converted(model)
        return converted
    return model


def _converted(value: Any) -> Any:
    if isinstance(value, list):
        return [_converted(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    found = {key: _converted(item) for key, item in value.items()}
    if str(found.get("module", "")).startswith(TENSORFLOW):
        del found["module"]
        found.pop("registered_name", None)
    if "class_name" in found and isinstance(found.get("config"), Mapping):
        kind, config = str(found["class_name"]), dict(found["config"])
        found["class_name"], found["config"] = _object(kind, config)
    return found


def _object(kind: str, config: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the class and the configuration of an object in Keras 3."""
    if kind in INITIALIZERS:
        config.pop("dtype", None)
        if config.get("distribution") == "normal":
            config["distribution"] = "truncated_normal"
        return kind, config
    if kind == "ThresholdedReLU":
        config["threshold"] = config.pop("theta", 1.0)
    if kind == "SyncBatchNormalization":
        config["synchronized"] = True
    kind = KINDS.get(kind, kind)
    dropped = WITHOUT_EFFECT.get(kind, ())
    config = {key: value for key, value in config.items() if key not in dropped}
    config.pop("rng_type", None)
    seed = config.get("seed")
    if isinstance(seed, float) and seed.is_integer():
        config["seed"] = int(seed)
    return kind, config
