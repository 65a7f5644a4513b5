"""What training must not have changed, by the digests of weights."""

import hashlib
from typing import Any

import numpy as np

from cnnspec.training.phases import leaves


def frozen_digests(model: Any) -> dict[str, str]:
    """The sha256 of every weight of a frozen layer, moving statistics among them.

    They are by the weight's path, which starts with the models around its layer.
    """
    return {
        f"{path}/{weight.path.partition('/')[2]}": hashlib.sha256(
            np.ascontiguousarray(weight.numpy()).tobytes()
        ).hexdigest()
        for path, layer in leaves(model)
        if not layer.trainable
        for weight in layer.weights
    }


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The paths of weights that differ."""
    return sorted(path for path, digest in before.items() if after.get(path) != digest)
