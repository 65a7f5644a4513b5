"""The model feature_pyramid."""

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


def merged(x, finer, name="merged"):
    above = layers.UpSampling2D(name=f"{name}_up_sampling2d_1")(x)
    finer = layers.Conv2D(256, 1, name=f"{name}_conv2d_1")(finer)
    return layers.Add(name=f"{name}_add_1")([above, finer])


def feature_pyramid() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((512, 512, 3), name="image")
    x = stem(image, name="stem_1")
    x = stage(x, depth=3, filters=64, strides=1, name="c2")
    c3 = stage(x, depth=4, filters=128, name="c3")
    c4 = stage(c3, depth=6, filters=256, name="c4")
    x = stage(c4, depth=3, filters=512, name="c5")
    m5 = layers.Conv2D(256, 1, name="m5")(x)
    m4 = merged(m5, c4, name="m4")
    m3 = merged(m4, c3, name="m3")
    p3 = layers.Conv2D(256, 3, padding="same", name="p3")(m3)
    p4 = layers.Conv2D(256, 3, padding="same", name="p4")(m4)
    p5 = layers.Conv2D(256, 3, padding="same", name="p5")(m5)
    look_layer = layers.Conv2D(256, 3, padding="same", activation="relu", name="look")
    x = look_layer(p3)
    judge_layer = layers.Conv2D(3, 1, activation="sigmoid", name="judge")
    judge = judge_layer(x)
    x = look_layer(p4)
    judge4 = judge_layer(x)
    x = look_layer(p5)
    judge5 = judge_layer(x)
    small = layers.Identity(name="small")(judge)
    medium = layers.Identity(name="medium")(judge4)
    large = layers.Identity(name="large")(judge5)
    model = keras.Model(image, [small, medium, large], name="feature_pyramid")
    model.compile(
        optimizer="adam",
        loss={
            "small": "binary_crossentropy",
            "medium": "binary_crossentropy",
            "large": "binary_crossentropy",
        },
    )
    return model


if __name__ == "__main__":
    model = feature_pyramid()
    model.summary()
