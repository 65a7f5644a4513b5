"""A seed for each layer, derived from its name: other layers do not change its first weights.

Keras draws a seed for every initializer and dropout in the order in which a process makes them. What
is set here leaves the configurations alone, so a saved model has none of it.
"""

import hashlib
from typing import Any

import keras


def derived_seed(seed: int, name: str) -> int:
    """The seed of a part of a model, of 31 bits, from that of the whole and the part's name."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def seed_layer(layer: Any, seed: int, path: str) -> None:
    """Give a layer that is not built yet, and those inside it, seeds of their own.

    Seeds that the spec says stay. `path` is the name of the layer, after those of the models
    around it.
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
