"""The model densenet121."""

import keras
from keras import layers


def dense_layer(x, name="dense_layer"):
    new = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(x)
    new = layers.Activation("relu", name=f"{name}_activation_1")(new)
    new = layers.Conv2D(128, 1, use_bias=False, name=f"{name}_conv2d_1")(new)
    new = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_2"
    )(new)
    new = layers.Activation("relu", name=f"{name}_activation_2")(new)
    new = layers.Conv2D(32, 3, padding="same", use_bias=False, name=f"{name}_conv2d_2")(
        new
    )
    return layers.Concatenate(name=f"{name}_concatenate_1")([x, new])


def transition(x, filters, name="transition"):
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(x)
    x = layers.Activation("relu", name=f"{name}_activation_1")(x)
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_conv2d_1")(x)
    return layers.AveragePooling2D(2, name=f"{name}_average_pooling2d_1")(x)


def densenet121() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = layers.ZeroPadding2D(padding=3, name="zero_padding2d_1")(image)
    x = layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv2d_1")(x)
    x = layers.BatchNormalization(epsilon=1.001e-05, name="batch_normalization_1")(x)
    x = layers.Activation("relu", name="activation_1")(x)
    x = layers.ZeroPadding2D(name="zero_padding2d_2")(x)
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_1")(x)
    for index in range(6):
        x = dense_layer(x, name=f"dense1_{index + 1}")
    x = transition(x, 128, name="transition_1")
    for index in range(12):
        x = dense_layer(x, name=f"dense2_{index + 1}")
    x = transition(x, 256, name="transition_2")
    for index in range(24):
        x = dense_layer(x, name=f"dense3_{index + 1}")
    x = transition(x, 512, name="transition_3")
    for index in range(16):
        x = dense_layer(x, name=f"dense4_{index + 1}")
    x = layers.BatchNormalization(epsilon=1.001e-05, name="batch_normalization_2")(x)
    x = layers.Activation("relu", name="activation_2")(x)
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="densenet121")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = densenet121()
    model.summary()
