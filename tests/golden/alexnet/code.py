"""The model alexnet."""

import keras
from keras import layers


def alexnet() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((227, 227, 3), name="image")
    x = layers.Conv2D(96, 11, strides=4, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_1")(x)
    x = layers.Conv2D(
        256, 5, padding="same", activation="relu", groups=2, name="conv2"
    )(x)
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_2")(x)
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv3")(x)
    x = layers.Conv2D(
        384, 3, padding="same", activation="relu", groups=2, name="conv4"
    )(x)
    x = layers.Conv2D(
        256, 3, padding="same", activation="relu", groups=2, name="conv5"
    )(x)
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_3")(x)
    x = layers.Flatten(name="flatten_1")(x)
    x = layers.Dense(4096, activation="relu", name="dense6")(x)
    x = layers.Dropout(0.5, name="dropout_1")(x)
    x = layers.Dense(4096, activation="relu", name="dense7")(x)
    x = layers.Dropout(0.5, name="dropout_2")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="alexnet")
    model.compile(
        optimizer=keras.optimizers.SGD(momentum=0.9),
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = alexnet()
    model.summary()
