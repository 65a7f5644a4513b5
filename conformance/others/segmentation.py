"""Networks of segmentation_models, classification_models and efficientnet."""

import os
from typing import Any

from conformance.others.networks import Network

UNETS = (
    ("Unet", "resnet18"),
    ("Unet", "mobilenetv2"),
    ("Unet", "efficientnetb0"),
    ("Unet", "seresnet18"),
    ("Linknet", "resnet18"),
    ("Linknet", "vgg16"),
    ("FPN", "resnet18"),
    ("FPN", "mobilenet"),
    ("PSPNet", "resnet18"),
)
CLASSIFIERS = (
    "resnet18",
    "resnet34",
    "resnet50",
    "seresnet18",
    "seresnet50",
    "resnext50",
)


INSIDE = {"swish": "keras.activations:silu", "FixedDropout": "keras.layers:Dropout"}
"""What the package defines inside functions, so without import paths, and what computes the same."""


def _unet(kind: str, backbone: str) -> Any:
    os.environ["SM_FRAMEWORK"] = "tf.keras"
    import segmentation_models

    size = 48 if kind == "PSPNet" else 64
    return getattr(segmentation_models, kind)(
        backbone, input_shape=(size, size, 3), classes=2, encoder_weights=None
    )


def _classifier(name: str) -> Any:
    from classification_models.tfkeras import Classifiers

    network, _ = Classifiers.get(name)
    return network(input_shape=(64, 64, 3), classes=5, weights=None)


def _efficientnet() -> Any:
    from efficientnet import tfkeras

    return tfkeras.EfficientNetB0(input_shape=(64, 64, 3), classes=5, weights=None)


NETWORKS = [
    *(
        Network(
            "segmentation_models",
            f"{kind} {backbone}",
            lambda kind=kind, backbone=backbone: _unet(kind, backbone),
            INSIDE if backbone.startswith("efficientnet") else {},
        )
        for kind, backbone in UNETS
    ),
    *(
        Network("image-classifiers", name, lambda name=name: _classifier(name))
        for name in CLASSIFIERS
    ),
    Network("efficientnet", "EfficientNetB0", _efficientnet, INSIDE),
]
