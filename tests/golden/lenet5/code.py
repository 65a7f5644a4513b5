"""The model lenet5."""

import keras
from keras import layers


def lenet5() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((32, 32, 1), name="image")
    x = layers.Conv2D(6, 5, activation="tanh", name="c1")(image)
    x = layers.AveragePooling2D(2, name="s2")(x)
    x = layers.Conv2D(16, 5, activation="tanh", name="c3")(x)
    x = layers.AveragePooling2D(2, name="s4")(x)
    x = layers.Conv2D(120, 5, activation="tanh", name="c5")(x)
    x = layers.Flatten(name="flatten_1")(x)
    x = layers.Dense(84, activation="tanh", name="f6")(x)
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    model = keras.Model(image, digit, name="lenet5")
    model.compile(
        optimizer="adam",
        loss={"digit": "sparse_categorical_crossentropy"},
        metrics={"digit": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = lenet5()
    model.summary()
