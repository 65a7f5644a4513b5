"""Networks of kimm."""

from typing import Any

from conformance.others.networks import Network

SIZES = {"InceptionV3": 96, "Xception": 96}
NAMES = (
    "ConvMixer736D32",
    "ConvNeXtAtto",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetLiteB0",
    "EfficientNetV2B0",
    "GhostNetV2W100",
    "GhostNetW050",
    "HGNetTiny",
    "HGNetV2B0",
    "InceptionNeXtTiny",
    "InceptionV3",
    "LCNet035",
    "MobileNetV2W050",
    "MobileNetV3W050Small",
    "MobileOneS0",
    "MobileViTV2W050",
    "MobileViTXXS",
    "RegNetX002",
    "RegNetY002",
    "RepVGGA0",
    "ResNet18",
    "TinyNetE",
    "VisionTransformerTiny16",
    "Xception",
)
EXTRACTORS = ("MobileNetV3W050Small", "ResNet18")
"""Those that are built as feature extractors, too: their outputs are a dictionary."""


def _made(name: str, **more: Any) -> Any:
    import kimm

    size = SIZES.get(name, 64)
    return getattr(kimm.models, name)(input_shape=(size, size, 3), classes=5, weights=None, **more)


NETWORKS = [
    *(Network("kimm", name, lambda name=name: _made(name)) for name in NAMES),
    *(
        Network("kimm", f"{name} features", lambda name=name: _made(name, feature_extractor=True))
        for name in EXTRACTORS
    ),
]
