"""The model mnist_multi_output."""

import keras
from keras import layers


def mnist_multi_output() -> keras.Model:
    """Build and compile the model."""
    inputs = keras.Input((28, 28, 1), name="inputs")
    x = layers.Conv2D(32, 3, activation="relu", name="conv2d_layer")(inputs)
    x = layers.MaxPooling2D(name="maxpool_layer")(x)
    flatten_layer = layers.Flatten(name="flatten_layer")(x)
    flat_inputs = layers.Flatten(name="flat_inputs")(inputs)
    x = layers.Concatenate(name="concat")([flatten_layer, flat_inputs])
    digit_dense = layers.Dense(10, activation="softmax", name="digit_dense")(x)
    odd_dense = layers.Dense(1, activation="sigmoid", name="odd_dense")(flat_inputs)
    model = keras.Model(inputs, [digit_dense, odd_dense], name="mnist_multi_output")
    model.compile(
        optimizer="adam",
        loss={
            "digit_dense": "sparse_categorical_crossentropy",
            "odd_dense": "binary_crossentropy",
        },
        loss_weights={"digit_dense": 1.0, "odd_dense": 0.5},
        metrics={"digit_dense": ["accuracy"], "odd_dense": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = mnist_multi_output()
    model.summary()
