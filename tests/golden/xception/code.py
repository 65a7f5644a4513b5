"""The model xception."""

import keras
from keras import layers


def separable(x, filters, name="separable"):
    x = layers.Activation("relu", name=f"{name}_activation_1")(x)
    x = layers.SeparableConv2D(
        filters, 3, padding="same", use_bias=False, name=f"{name}_separable_conv2d_1"
    )(x)
    return layers.BatchNormalization(name=f"{name}_batch_normalization_1")(x)


def halved(x, filters, name="halved"):
    x = layers.Conv2D(
        filters, 1, strides=2, padding="same", use_bias=False, name=f"{name}_conv2d_1"
    )(x)
    return layers.BatchNormalization(name=f"{name}_batch_normalization_1")(x)


def halving(x, middle, filters, name="halving"):
    main = separable(x, middle, name=f"{name}_separable_1")
    main = separable(main, filters, name=f"{name}_separable_2")
    main = layers.MaxPooling2D(
        pool_size=3, strides=2, padding="same", name=f"{name}_max_pooling2d_1"
    )(main)
    shortcut = halved(x, filters, name=f"{name}_halved_1")
    return layers.Add(name=f"{name}_add_1")([main, shortcut])


def residual(x, name="residual"):
    main = x
    for index in range(3):
        main = separable(main, 728, name=f"{name}_separable_{index + 1}")
    return layers.Add(name=f"{name}_add_1")([main, x])


def xception() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((299, 299, 3), name="image")
    x = layers.Conv2D(32, 3, strides=2, use_bias=False, name="conv2d_1")(image)
    x = layers.BatchNormalization(name="batch_normalization_1")(x)
    x = layers.Activation("relu", name="activation_1")(x)
    x = layers.Conv2D(64, 3, use_bias=False, name="conv2d_2")(x)
    x = layers.BatchNormalization(name="batch_normalization_2")(x)
    x = layers.Activation("relu", name="activation_2")(x)
    main = layers.SeparableConv2D(
        128, 3, padding="same", use_bias=False, name="separable_conv2d_1"
    )(x)
    main = layers.BatchNormalization(name="batch_normalization_3")(main)
    main = separable(main, 128, name="separable_1")
    main = layers.MaxPooling2D(
        pool_size=3, strides=2, padding="same", name="max_pooling2d_1"
    )(main)
    shortcut = halved(x, 128, name="halved_1")
    x = layers.Add(name="add_1")([main, shortcut])
    x = halving(x, middle=256, filters=256, name="halving_1")
    x = halving(x, middle=728, filters=728, name="halving_2")
    for index in range(8):
        x = residual(x, name=f"residual_{index + 1}")
    x = halving(x, middle=728, filters=1024, name="halving_3")
    x = layers.SeparableConv2D(
        1536, 3, padding="same", use_bias=False, name="separable_conv2d_2"
    )(x)
    x = layers.BatchNormalization(name="batch_normalization_4")(x)
    x = layers.Activation("relu", name="activation_3")(x)
    x = layers.SeparableConv2D(
        2048, 3, padding="same", use_bias=False, name="separable_conv2d_3"
    )(x)
    x = layers.BatchNormalization(name="batch_normalization_5")(x)
    x = layers.Activation("relu", name="activation_4")(x)
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="xception")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = xception()
    model.summary()
