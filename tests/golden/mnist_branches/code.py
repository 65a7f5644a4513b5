"""The model mnist_branches."""

import keras
from keras import layers


def mnist_branches() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((28, 28, 1), name="image")
    conv = layers.Conv2D(32, 3, activation="relu", name="conv2d_1")(image)
    conv = layers.MaxPooling2D(name="max_pooling2d_1")(conv)
    conv = layers.Flatten(name="flatten_1")(conv)
    raw = layers.Flatten(name="flatten_2")(image)
    x = layers.Concatenate(name="concat")([conv, raw])
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    model = keras.Model(image, digit, name="mnist_branches")
    model.compile(
        optimizer="adam",
        loss={"digit": "sparse_categorical_crossentropy"},
        metrics={"digit": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = mnist_branches()
    model.summary()
