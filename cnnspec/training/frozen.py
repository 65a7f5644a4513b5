"""Verifies by digests that training did not change frozen weights."""

import hashlib
from typing import Any

import numpy as np

from cnnspec.training.phases import leaves


def frozen_digests(model: Any) -> dict[str, str]:
    """Return the sha256 of every weight of frozen layers, including moving statistics.

    Keys are the paths of weights, which start with the models around the layer.
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
    """Return the paths of weights that differ."""
    return sorted(path for path, digest in before.items() if after.get(path) != digest)
