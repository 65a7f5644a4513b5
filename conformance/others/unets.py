"""Networks of keras_unet_collection."""

from typing import Any

from conformance.others.networks import Network

ARGUMENTS: dict[str, dict[str, Any]] = {
    "unet_2d": {"filter_num": [4, 8, 16], "activation": "ReLU"},
    "unet_2d batch_norm": {"filter_num": [4, 8, 16], "activation": "GELU", "batch_norm": True},
    "vnet_2d": {
        "filter_num": [8, 16, 32],
        "activation": "PReLU",
        "res_num_ini": 1,
        "res_num_max": 2,
    },
    "unet_plus_2d": {"filter_num": [4, 8, 16], "activation": "LeakyReLU", "deep_supervision": True},
    "unet_3plus_2d": {"filter_num_down": [4, 8, 16]},
    "r2_unet_2d": {"filter_num": [4, 8, 16]},
    "att_unet_2d": {"filter_num": [4, 8, 16], "attention": "add"},
    "u2net_2d": {
        "filter_num_down": [4, 8],
        "filter_mid_num_down": [4, 4],
        "filter_4f_num": [8, 8],
        "filter_4f_mid_num": [4, 4],
    },
}
"""By function; a word after its name tells several apart."""


def _made(title: str) -> Any:
    from keras_unet_collection import models

    given = dict(ARGUMENTS[title])
    return getattr(models, title.split()[0])((32, 32, 3), n_labels=2, **given)


NETWORKS = [
    Network("keras_unet_collection", title, lambda title=title: _made(title)) for title in ARGUMENTS
]
