"""The model siamese."""

import keras
from keras import layers


def tower() -> keras.Model:
    image = keras.Input((105, 105, 1), name="image")
    x = layers.Conv2D(64, 10, activation="relu", name="conv2d_1")(image)
    x = layers.MaxPooling2D(name="max_pooling2d_1")(x)
    x = layers.Conv2D(128, 7, activation="relu", name="conv2d_2")(x)
    x = layers.MaxPooling2D(name="max_pooling2d_2")(x)
    x = layers.Conv2D(128, 4, activation="relu", name="conv2d_3")(x)
    x = layers.MaxPooling2D(name="max_pooling2d_3")(x)
    x = layers.Conv2D(256, 4, activation="relu", name="conv2d_4")(x)
    x = layers.Flatten(name="flatten_1")(x)
    description = layers.Dense(4096, activation="sigmoid", name="description")(x)
    return keras.Model(image, description, name="one")


def siamese() -> keras.Model:
    """Build and compile the model."""
    first = keras.Input((105, 105, 1), name="first")
    second = keras.Input((105, 105, 1), name="second")
    tower_model = tower()
    one = tower_model(first)
    other = tower_model(second)
    larger = layers.Maximum(name="larger")([one, other])
    smaller = layers.Minimum(name="smaller")([one, other])
    x = layers.Subtract(name="distance")([larger, smaller])
    same = layers.Dense(1, activation="sigmoid", name="same")(x)
    model = keras.Model([first, second], same, name="siamese")
    model.compile(
        optimizer="adam",
        loss={"same": "binary_crossentropy"},
        metrics={"same": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = siamese()
    model.summary()
