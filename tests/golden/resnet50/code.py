"""The model resnet50."""

import keras
from keras import layers


def stem(x, name="stem"):
    x = layers.ZeroPadding2D(padding=3, name=f"{name}_zero_padding2d_1")(x)
    x = layers.Conv2D(64, 7, strides=2, name=f"{name}_conv2d_1")(x)
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(x)
    x = layers.Activation("relu", name=f"{name}_activation_1")(x)
    x = layers.ZeroPadding2D(name=f"{name}_zero_padding2d_2")(x)
    return layers.MaxPooling2D(pool_size=3, strides=2, name=f"{name}_max_pooling2d_1")(
        x
    )


def bottleneck(x, filters, strides=1, name="bottleneck"):
    x = layers.Conv2D(filters, 1, strides=strides, name=f"{name}_conv2d_1")(x)
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(x)
    x = layers.Activation("relu", name=f"{name}_activation_1")(x)
    x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv2d_2")(x)
    x = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_2"
    )(x)
    x = layers.Activation("relu", name=f"{name}_activation_2")(x)
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_conv2d_3")(x)
    return layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_3"
    )(x)


def projection(x, filters, strides, name="projection"):
    shortcut = layers.Conv2D(4 * filters, 1, strides=strides, name=f"{name}_conv2d_1")(
        x
    )
    shortcut = layers.BatchNormalization(
        epsilon=1.001e-05, name=f"{name}_batch_normalization_1"
    )(shortcut)
    main = bottleneck(x, filters, strides=strides, name=f"{name}_bottleneck_1")
    x = layers.Add(name=f"{name}_add_1")([shortcut, main])
    return layers.Activation("relu", name=f"{name}_activation_1")(x)


def identity(x, filters, name="identity"):
    main = bottleneck(x, filters, name=f"{name}_bottleneck_1")
    x = layers.Add(name=f"{name}_add_1")([x, main])
    return layers.Activation("relu", name=f"{name}_activation_1")(x)


def stage(x, depth, filters, strides=2, name="stage"):
    x = projection(x, filters=filters, strides=strides, name=f"{name}_projection_1")
    for index in range(depth - 1):
        x = identity(x, filters, name=f"{name}_identity_{index + 1}")
    return x


def resnet50() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = stem(image, name="stem_1")
    x = stage(x, depth=3, filters=64, strides=1, name="stage_1")
    x = stage(x, depth=4, filters=128, name="stage_2")
    x = stage(x, depth=6, filters=256, name="stage_3")
    x = stage(x, depth=3, filters=512, name="stage_4")
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="resnet50")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = resnet50()
    model.summary()
