"""The model efficientnetb0."""

import keras
from keras import layers


def project(
    x,
    channels,
    filters,
    kernel_size,
    inner=None,
    strides=1,
    padding="same",
    name="project",
):
    if inner is None:
        inner = 6 * channels
    x = layers.DepthwiseConv2D(
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=False,
        depthwise_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name=f"{name}_depthwise_conv2d_1",
    )(x)
    x = layers.BatchNormalization(name=f"{name}_batch_normalization_1")(x)
    x = layers.Activation("silu", name=f"{name}_activation_1")(x)
    excitation = layers.GlobalAveragePooling2D(
        name=f"{name}_global_average_pooling2d_1"
    )(x)
    excitation = layers.Reshape((1, 1, inner), name=f"{name}_reshape_1")(excitation)
    excitation = layers.Conv2D(
        channels // 4,
        1,
        padding="same",
        activation="silu",
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name=f"{name}_conv2d_1",
    )(excitation)
    excitation = layers.Conv2D(
        inner,
        1,
        padding="same",
        activation="sigmoid",
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name=f"{name}_conv2d_2",
    )(excitation)
    x = layers.Multiply(name=f"{name}_multiply_1")([x, excitation])
    x = layers.Conv2D(
        filters,
        1,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name=f"{name}_conv2d_3",
    )(x)
    return layers.BatchNormalization(name=f"{name}_batch_normalization_2")(x)


def expand(x, channels, name="expand"):
    x = layers.Conv2D(
        6 * channels,
        1,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name=f"{name}_conv2d_1",
    )(x)
    x = layers.BatchNormalization(name=f"{name}_batch_normalization_1")(x)
    return layers.Activation("silu", name=f"{name}_activation_1")(x)


def halving(x, channels, filters, kernel_size, name="halving"):
    margin = (kernel_size // 2 - 1, kernel_size // 2)
    x = expand(x, channels, name=f"{name}_expand_1")
    x = layers.ZeroPadding2D(padding=(margin, margin), name=f"{name}_zero_padding2d_1")(
        x
    )
    return project(
        x,
        channels=channels,
        filters=filters,
        kernel_size=kernel_size,
        strides=2,
        padding="valid",
        name=f"{name}_project_1",
    )


def residual(x, channels, kernel_size, block, name="residual"):
    main = expand(x, channels, name=f"{name}_expand_1")
    main = project(
        main,
        channels=channels,
        filters=channels,
        kernel_size=kernel_size,
        name=f"{name}_project_1",
    )
    main = layers.Dropout(
        0.2 * block / 16, noise_shape=(None, 1, 1, 1), name=f"{name}_dropout_1"
    )(main)
    return layers.Add(name=f"{name}_add_1")([main, x])


def widening(x, channels, filters, kernel_size, name="widening"):
    x = expand(x, channels, name=f"{name}_expand_1")
    return project(
        x,
        channels=channels,
        filters=filters,
        kernel_size=kernel_size,
        name=f"{name}_project_1",
    )


def efficientnetb0() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = layers.Rescaling(1 / 255, name="rescaling_1")(image)
    x = layers.Normalization(name="normalization_1")(x)
    x = layers.ZeroPadding2D(padding=((0, 1), (0, 1)), name="zero_padding2d_1")(x)
    x = layers.Conv2D(
        32,
        3,
        strides=2,
        use_bias=False,
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name="conv2d_1",
    )(x)
    x = layers.BatchNormalization(name="batch_normalization_1")(x)
    x = layers.Activation("silu", name="activation_1")(x)
    x = project(x, channels=32, filters=16, kernel_size=3, inner=32, name="project_1")
    x = halving(x, channels=16, filters=24, kernel_size=3, name="halving_1")
    x = residual(x, channels=24, kernel_size=3, block=2, name="residual_1")
    x = halving(x, channels=24, filters=40, kernel_size=5, name="halving_2")
    x = residual(x, channels=40, kernel_size=5, block=4, name="residual_2")
    x = halving(x, channels=40, filters=80, kernel_size=3, name="halving_3")
    for index in range(2):
        x = residual(
            x, channels=80, kernel_size=3, block=6 + index, name=f"residual_{index + 3}"
        )
    x = widening(x, channels=80, filters=112, kernel_size=5, name="widening_1")
    for index in range(2):
        x = residual(
            x,
            channels=112,
            kernel_size=5,
            block=9 + index,
            name=f"residual_{index + 5}",
        )
    x = halving(x, channels=112, filters=192, kernel_size=5, name="halving_4")
    for index in range(3):
        x = residual(
            x,
            channels=192,
            kernel_size=5,
            block=12 + index,
            name=f"residual_{index + 7}",
        )
    x = widening(x, channels=192, filters=320, kernel_size=3, name="widening_2")
    x = layers.Conv2D(
        1280,
        1,
        padding="same",
        use_bias=False,
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=2.0, mode="fan_out"
        ),
        name="conv2d_2",
    )(x)
    x = layers.BatchNormalization(name="batch_normalization_2")(x)
    x = layers.Activation("silu", name="activation_2")(x)
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    x = layers.Dropout(0.2, name="dropout_1")(x)
    predictions = layers.Dense(
        1000,
        activation="softmax",
        kernel_initializer=keras.initializers.VarianceScaling(
            scale=1 / 3, mode="fan_out", distribution="uniform"
        ),
        name="predictions",
    )(x)
    model = keras.Model(image, predictions, name="efficientnetb0")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = efficientnetb0()
    model.summary()
