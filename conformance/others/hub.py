"""Backbones and tasks of keras-hub."""

from collections.abc import Mapping
from typing import Any

from conformance.others.networks import Network

TEXT = {"vocabulary_size": 50, "num_layers": 2, "num_heads": 2}
"""Sizes of small transformers for text."""
TEXT |= {"hidden_dim": 8, "intermediate_dim": 16}
DECODER = {"vocabulary_size": 50, "num_layers": 2, "num_query_heads": 4, "num_key_value_heads": 2}
DECODER |= {"hidden_dim": 16, "intermediate_dim": 32}
EXPERTS = {"moe_intermediate_dim": 8, "num_experts": 4, "top_k": 2}
RESNET: dict[str, Any] = {
    "input_conv_filters": [64],
    "input_conv_kernel_sizes": [7],
    "stackwise_num_filters": [64, 32, 16],
    "stackwise_num_blocks": [2, 1, 1],
    "stackwise_num_strides": [1, 2, 2],
}
IMAGE = (64, 64, 3)
VIT: dict[str, Any] = {
    "image_shape": (32, 32, 3),
    "patch_size": 8,
    "num_layers": 2,
    "num_heads": 2,
    "hidden_dim": 16,
}
CSPNET: dict[str, Any] = {
    "stem_filters": 8,
    "stem_kernel_size": 3,
    "stem_strides": 2,
    "stackwise_depth": [1, 2],
    "stackwise_strides": [1, 2],
    "stackwise_num_filters": [16, 32],
    "image_shape": IMAGE,
}
BLOCKS: dict[str, Any] = {
    "stackwise_kernel_sizes": [3, 3],
    "stackwise_num_repeats": [1, 2],
    "stackwise_input_filters": [8, 16],
    "stackwise_output_filters": [16, 24],
    "stackwise_expansion_ratios": [1, 4],
    "stackwise_squeeze_and_excite_ratios": [0.25, 0.25],
    "stackwise_strides": [1, 2],
    "stackwise_block_types": ["v1", "v1"],
    "stackwise_width_coefficients": [1.0, 1.0],
    "stackwise_depth_coefficients": [1.0, 1.0],
    "stackwise_force_input_filters": [0, 0],
    "stackwise_nores_option": [False, False],
    "input_shape": IMAGE,
}
MOBILENET: dict[str, Any] = {
    "stackwise_expansion": [[40, 56], [64, 144, 144], [72, 72], [144, 288]],
    "stackwise_num_blocks": [2, 3, 2, 2],
    "stackwise_num_filters": [[16, 16], [24, 24, 24], [24, 24], [48, 48]],
    "stackwise_kernel_size": [[3, 3], [5, 5, 5], [5, 5], [5, 5]],
    "stackwise_num_strides": [[2, 1], [2, 1, 1], [1, 1], [2, 1]],
    "stackwise_se_ratio": [[None, None], [0.25, 0.25, 0.25], [0.3, 0.3], [0.3, 0.25]],
    "stackwise_activation": [
        ["relu", "relu"],
        ["hard_swish"] * 3,
        ["hard_swish"] * 2,
        ["hard_swish"] * 2,
    ],
    "stackwise_padding": [[1, 1], [2, 2, 2], [2, 2], [2, 2]],
    "output_num_filters": 48,
    "depthwise_filters": 8,
    "depthwise_stride": 2,
    "depthwise_residual": False,
    "last_layer_filter": 16,
    "squeeze_and_excite": 0.5,
    "image_shape": IMAGE,
    "input_activation": "hard_swish",
    "output_activation": "hard_swish",
    "input_num_filters": 16,
}
MIT: dict[str, Any] = {
    "layerwise_depths": [1, 1, 1, 1],
    "num_layers": 4,
    "image_shape": (64, 64, 3),
    "hidden_dims": [8, 16, 24, 32],
    "layerwise_num_heads": [1, 2, 3, 4],
    "layerwise_sr_ratios": [8, 4, 2, 1],
    "max_drop_path_rate": 0.1,
    "layerwise_patch_sizes": [7, 3, 3, 3],
    "layerwise_strides": [4, 2, 2, 2],
}
HGNET: dict[str, Any] = {
    "depths": [1, 1],
    "embedding_size": 8,
    "hidden_sizes": [16, 32],
    "stem_channels": [3, 8, 8],
    "hidden_act": "relu",
    "use_learnable_affine_block": True,
    "stackwise_stage_filters": [[8, 8, 16, 1, 2, 3], [16, 8, 32, 1, 2, 3]],
    "apply_downsample": [False, True],
    "use_lightweight_conv_block": [False, True],
    "image_shape": IMAGE,
}
BACKBONES: Mapping[str, Mapping[str, Any]] = {
    "AlbertBackbone": TEXT | {"embedding_dim": 8},
    "BartBackbone": TEXT,
    "BertBackbone": TEXT,
    "BloomBackbone": TEXT,
    "CSPNetBackbone": CSPNET | {"block_type": "bottleneck_block", "stage_type": "csp"},
    "CSPNetBackbone dark": CSPNET | {"block_type": "dark_block", "stage_type": "dark"},
    "DINOV2Backbone": VIT | {"intermediate_dim": 32, "position_embedding_shape": (32, 32, 3)},
    "DINOV3Backbone": VIT | {"intermediate_dim": 32},
    "DebertaV3Backbone": TEXT | {"bucket_size": 8},
    "DeiTBackbone": VIT | {"intermediate_dim": 32},
    "DenseNetBackbone": {"stackwise_num_repeats": [2, 2], "image_shape": IMAGE, "growth_rate": 8},
    "DistilBertBackbone": TEXT,
    "ESM2Backbone": TEXT,
    "EfficientNetBackbone": BLOCKS,
    "EfficientNetBackbone fused": BLOCKS | {"stackwise_block_types": ["fused", "unfused"]},
    "ElectraBackbone": {("vocab_size" if k == "vocabulary_size" else k): v for k, v in TEXT.items()}
    | {"embedding_dim": 8},
    "FNetBackbone": {key: value for key, value in TEXT.items() if key != "num_heads"},
    "FalconBackbone": {
        ("num_attention_heads" if key == "num_heads" else key): value for key, value in TEXT.items()
    },
    "GPT2Backbone": TEXT,
    "GPTNeoXBackbone": TEXT | {"rotary_percentage": 0.5},
    "Gemma3Backbone": DECODER | {"image_size": 16, "head_dim": 4},
    "GemmaBackbone": DECODER | {"head_dim": 4},
    "HGNetV2Backbone": HGNET,
    "Llama3Backbone": DECODER,
    "MiTBackbone": MIT,
    "MistralBackbone": DECODER,
    "MixtralBackbone": DECODER | {"num_experts": 2},
    "MobileNetBackbone": MOBILENET,
    "OPTBackbone": TEXT,
    "Phi3Backbone": DECODER,
    "Qwen3Backbone": DECODER | {"head_dim": 4},
    "Qwen3MoeBackbone": DECODER | EXPERTS,
    "QwenBackbone": DECODER,
    "ResNetBackbone": RESNET | {"block_type": "basic_block", "image_shape": IMAGE},
    "ResNetBackbone v2": RESNET
    | {"block_type": "bottleneck_block", "use_pre_activation": True, "image_shape": IMAGE},
    "ResNetBackbone vd": RESNET
    | {
        "block_type": "bottleneck_block_vd",
        "input_conv_filters": [32, 32, 64],
        "input_conv_kernel_sizes": [3, 3, 3],
        "image_shape": IMAGE,
    },
    "RobertaBackbone": TEXT,
    "RoformerV2Backbone": TEXT | {"head_size": 4},
    "SwinTransformerBackbone": {
        "image_shape": (32, 32, 3),
        "embed_dim": 8,
        "depths": [1, 2],
        "num_heads": [1, 2],
        "window_size": 4,
    },
    "T5Backbone": TEXT,
    "VGGBackbone": {
        "stackwise_num_repeats": [2, 2],
        "stackwise_num_filters": [8, 16],
        "image_shape": IMAGE,
    },
    "ViTBackbone": VIT | {"mlp_dim": 32},
    "WhisperBackbone": TEXT,
    "XLMRobertaBackbone": TEXT,
    "XLNetBackbone": TEXT,
    "XceptionBackbone": {
        "stackwise_conv_filters": [[8, 16], [16, 16]],
        "stackwise_pooling": [True, False],
        "image_shape": IMAGE,
    },
}
"""The arguments of each; a word after the name tells several apart."""


def backbone(title: str) -> Any:
    """Return a backbone with its small sizes."""
    import keras_hub

    return getattr(keras_hub.models, title.split()[0])(**BACKBONES[title])


def _classifier(title: str) -> Any:
    """Return an image classifier around a backbone, which is a model in a model."""
    import keras_hub

    task = getattr(keras_hub.models, f"{title}ImageClassifier")
    return task(backbone=backbone(f"{title}Backbone"), num_classes=5, preprocessor=None)


def _text_classifier(title: str) -> Any:
    import keras_hub

    task = getattr(keras_hub.models, f"{title}TextClassifier")
    return task(backbone=backbone(f"{title}Backbone"), num_classes=5, preprocessor=None)


def _masked_lm(title: str) -> Any:
    import keras_hub

    task = getattr(keras_hub.models, f"{title}MaskedLM")
    return task(backbone=backbone(f"{title}Backbone"), preprocessor=None)


def _causal_lm(title: str) -> Any:
    import keras_hub

    task = getattr(keras_hub.models, f"{title}CausalLM")
    return task(backbone=backbone(f"{title}Backbone"), preprocessor=None)


def _deep_lab() -> Any:
    import keras_hub

    return keras_hub.models.DeepLabV3Backbone(
        image_encoder=backbone("ResNetBackbone"),
        spatial_pyramid_pooling_key="P4",
        low_level_feature_key="P2",
        upsampling_size=4,
        dilation_rates=[6, 12],
        image_shape=IMAGE,
    )


def _seg_former() -> Any:
    import keras_hub

    return keras_hub.models.SegFormerBackbone(
        image_encoder=backbone("MiTBackbone"), projection_filters=16
    )


NETWORKS = [
    *(Network("keras_hub", title, lambda title=title: backbone(title)) for title in BACKBONES),
    *(
        Network("keras_hub", f"{title}ImageClassifier", lambda title=title: _classifier(title))
        for title in ("ResNet", "VGG", "ViT", "EfficientNet", "DenseNet", "MiT")
    ),
    *(
        Network("keras_hub", f"{title}TextClassifier", lambda title=title: _text_classifier(title))
        for title in ("Bert", "DistilBert", "Roberta")
    ),
    *(
        Network("keras_hub", f"{title}MaskedLM", lambda title=title: _masked_lm(title))
        for title in ("Bert", "Roberta")
    ),
    *(
        Network("keras_hub", f"{title}CausalLM", lambda title=title: _causal_lm(title))
        for title in ("GPT2", "Gemma")
    ),
    Network("keras_hub", "DeepLabV3Backbone", _deep_lab),
    Network("keras_hub", "SegFormerBackbone", _seg_former),
]
