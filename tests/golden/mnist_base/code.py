"""The model mnist_base."""

import keras
from keras import layers


def mnist_base() -> keras.Model:
    """Build the model."""
    inputs = keras.Input((28, 28, 1), name="inputs")
    x = layers.Conv2D(32, 3, activation="relu", name="conv2d_layer")(inputs)
    x = layers.MaxPooling2D(name="maxpool_layer")(x)
    flatten_layer = layers.Flatten(name="flatten_layer")(x)
    return keras.Model(inputs, flatten_layer, name="mnist_base")


if __name__ == "__main__":
    model = mnist_base()
    model.summary()
