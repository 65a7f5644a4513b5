"""The model mnist_transfer."""

import keras
from keras import layers


def base() -> keras.Model:
    inputs = keras.Input((28, 28, 1), name="inputs")
    x = layers.Conv2D(32, 3, activation="relu", name="conv2d_layer")(inputs)
    x = layers.MaxPooling2D(name="maxpool_layer")(x)
    flatten_layer = layers.Flatten(name="flatten_layer")(x)
    return keras.Model(inputs, flatten_layer, name="base_model")


def mnist_transfer() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((28, 28, 1), name="image")
    base_model = base()
    base_model.trainable = False
    x = base_model(image)
    digit_dense = layers.Dense(10, activation="softmax", name="digit_dense")(x)
    model = keras.Model(image, digit_dense, name="mnist_transfer")
    model.compile(
        optimizer="adam",
        loss={"digit_dense": "sparse_categorical_crossentropy"},
        metrics={"digit_dense": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = mnist_transfer()
    model.summary()
