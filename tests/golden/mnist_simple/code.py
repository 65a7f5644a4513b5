"""The model mnist_simple."""

import keras
from keras import layers


def mnist_simple() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Conv2D(32, 3, activation="relu", name="conv")(image)
    x = layers.MaxPooling2D(name="pool")(x)
    x = layers.Flatten(name="flatten_1")(x)
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    model = keras.Model(image, digit, name="mnist_simple")
    model.compile(
        optimizer="adam",
        loss={"digit": "sparse_categorical_crossentropy"},
        metrics={"digit": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = mnist_simple()
    model.summary()
