"""Writes the files of this folder with Keras 2: `pip install tf-keras`, then run this script.

Keras 3 does not load the model: it refuses the arguments of the `SeparableConv2D`.
"""

from pathlib import Path

import numpy
import tf_keras
from tf_keras import layers

FOLDER = Path(__file__).parent


def network() -> tf_keras.Model:
    inner = tf_keras.Sequential(
        [
            layers.Input((6, 6, 2)),
            layers.BatchNormalization(name="inner_norm"),
            layers.Conv2D(2, 1, name="fixed", trainable=False),
            layers.Conv2D(2, 1, name="inner_conv"),
        ],
        name="inner",
    )
    image = layers.Input((6, 6, 3), name="image")
    x = layers.Conv2D(2, 3, padding="same", name="conv")(image)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.SeparableConv2D(2, 3, name="separable")(inner(x))
    x = layers.Reshape((-1, 2), name="rows")(x)
    x = layers.Bidirectional(layers.GRU(2, return_sequences=True), name="both")(x)
    x = layers.LSTM(2, name="last")(x)
    return tf_keras.Model(image, layers.Dense(2, name="head")(x), name="older")


if __name__ == "__main__":
    random = numpy.random.default_rng(0)
    model = network()
    model.set_weights([random.random(each.shape) + 0.5 for each in model.get_weights()])
    model.save(FOLDER / "whole.h5", include_optimizer=False)
    model.save_weights(FOLDER / "alone.h5")
    values = random.random((3, 6, 6, 3)).astype("float32")
    outputs = model(values, training=False).numpy()
    numpy.savez_compressed(FOLDER / "outputs.npz", inputs=values, outputs=outputs)
