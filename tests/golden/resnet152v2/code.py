"""The model resnet152v2."""

import keras
from keras import layers


def preactivation(x, name="preactivation"):
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(x)
    return layers.Activation("relu", name=f"{name}_activation_1")(x)


def bottleneck(x, filters, strides=1, name="bottleneck"):
    x = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_conv2d_1")(x)
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(x)
    x = layers.Activation("relu", name=f"{name}_activation_1")(x)
    x = layers.ZeroPadding2D(name=f"{name}_zero_padding2d_1")(x)
    x = layers.Conv2D(
        filters, 3, strides=strides, use_bias=False, name=f"{name}_conv2d_2"
    )(x)
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_2"
    )(x)
    x = layers.Activation("relu", name=f"{name}_activation_2")(x)
    return layers.Conv2D(4 * filters, 1, name=f"{name}_conv2d_3")(x)


def widening(x, filters, name="widening"):
    x = preactivation(x, name=f"{name}_preactivation_1")
    shortcut = layers.Conv2D(4 * filters, 1, name=f"{name}_conv2d_1")(x)
    main = bottleneck(x, filters, name=f"{name}_bottleneck_1")
    return layers.Add(name=f"{name}_add_1")([shortcut, main])


def identity(x, filters, name="identity"):
    main = preactivation(x, name=f"{name}_preactivation_1")
    main = bottleneck(main, filters, name=f"{name}_bottleneck_1")
    return layers.Add(name=f"{name}_add_1")([x, main])


def halving(x, filters, name="halving"):
    shortcut = layers.MaxPooling2D(
        pool_size=1, strides=2, name=f"{name}_max_pooling2d_1"
    )(x)
    main = preactivation(x, name=f"{name}_preactivation_1")
    main = bottleneck(main, filters, strides=2, name=f"{name}_bottleneck_1")
    return layers.Add(name=f"{name}_add_1")([shortcut, main])


def stage(x, depth, filters, name="stage"):
    x = widening(x, filters, name=f"{name}_widening_1")
    for index in range(depth - 2):
        x = identity(x, filters, name=f"{name}_identity_{index + 1}")
    return halving(x, filters, name=f"{name}_halving_1")


def resnet152v2() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = layers.ZeroPadding2D(padding=3, name="zero_padding2d_1")(image)
    x = layers.Conv2D(64, 7, strides=2, name="conv2d_1")(x)
    x = layers.ZeroPadding2D(name="zero_padding2d_2")(x)
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_1")(x)
    x = stage(x, depth=3, filters=64, name="stage_1")
    x = stage(x, depth=8, filters=128, name="stage_2")
    x = stage(x, depth=36, filters=256, name="stage_3")
    x = widening(x, 512, name="widening_1")
    for index in range(2):
        x = identity(x, 512, name=f"identity_{index + 1}")
    x = preactivation(x, name="preactivation_1")
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="resnet152v2")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = resnet152v2()
    model.summary()
