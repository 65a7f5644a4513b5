"""Networks of keras_cv_attention_models, on the Keras that is running."""

from importlib import import_module
from typing import Any

from conformance.others.networks import Network

NAMES = (("resnet_family", "ResNet50D"), ("mlp_family", "ResMLP12"), ("convnext", "ConvNeXtTiny"))
"""The module and name of each; most others are not for Keras 3."""


def _made(module: str, name: str) -> Any:
    import tensorflow

    _ = tensorflow.keras.layers  # before the package asks TensorFlow for the older Keras
    models = import_module(f"keras_cv_attention_models.{module}")
    return getattr(models, name)(input_shape=(64, 64, 3), num_classes=5, pretrained=None)


NETWORKS = [
    Network(
        "keras_cv_attention_models",
        name,
        lambda module=module, name=name: _made(module, name),
    )
    for module, name in NAMES
]
