"""Derives a seed for each layer from its name, so that other layers do not change its weights.

Keras draws seeds for initializers and dropout in the order in which a process makes them. These
seeds are not part of the configuration, so a saved model does not contain them.
"""

import hashlib
from typing import Any

import keras


def derived_seed(seed: int, name: str) -> int:
    """Return a 31-bit seed for a part of a model, from its name and the seed of the model."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def seed_layer(layer: Any, seed: int, path: str) -> None:
    """Set the seeds of a layer that is not built yet, and of the layers inside it.

    Seeds from the spec are kept. `path` is the name of the layer, after those of the models around
    it.
    """
    for position, part in enumerate(layer._flatten_layers()):
        where = f"{path}/{position}" if position else path
        for name, value in vars(part).items():
            is_initializer = isinstance(value, keras.initializers.Initializer)
            if is_initializer and getattr(value, "_init_seed", seed) is None:
                value.seed = derived_seed(seed, f"{where}/{name}")
        if getattr(part, "seed", None) is not None:
            continue
        for number, generator in enumerate(part._seed_generators):
            generator.state.assign([derived_seed(seed, f"{where}/seed_{number}"), 0])
