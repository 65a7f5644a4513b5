"""Networks of vit_keras."""

from typing import Any

from conformance.others.networks import Network


def _vit(**more: Any) -> Any:
    from vit_keras import vit

    return vit.build_model(
        image_size=32,
        patch_size=8,
        num_layers=2,
        hidden_size=16,
        num_heads=2,
        mlp_dim=32,
        name="vit",
        classes=5,
        **more,
    )


NETWORKS = [
    Network("vit_keras", "ViT", lambda: _vit(include_top=True, representation_size=None)),
    Network("vit_keras", "ViT features", lambda: _vit(include_top=False, representation_size=8)),
]
