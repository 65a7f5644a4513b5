"""The model mobilenetv2."""

import keras
from keras import layers


def project(x, filters, strides=1, padding="same", name="project"):
    x = layers.DepthwiseConv2D(
        3,
        strides=strides,
        padding=padding,
        use_bias=False,
        name=f"{name}_depthwise_conv2d_1",
    )(x)
    x = layers.BatchNormalization(momentum=0.999, name=f"{name}_batch_normalization_1")(
        x
    )
    x = layers.ReLU(max_value=6.0, name=f"{name}_re_lu_1")(x)
    x = layers.Conv2D(
        filters, 1, padding="same", use_bias=False, name=f"{name}_conv2d_1"
    )(x)
    return layers.BatchNormalization(
        momentum=0.999, name=f"{name}_batch_normalization_2"
    )(x)


def expand(x, channels, name="expand"):
    x = layers.Conv2D(
        6 * channels, 1, padding="same", use_bias=False, name=f"{name}_conv2d_1"
    )(x)
    x = layers.BatchNormalization(momentum=0.999, name=f"{name}_batch_normalization_1")(
        x
    )
    return layers.ReLU(max_value=6.0, name=f"{name}_re_lu_1")(x)


def residual(x, channels, name="residual"):
    main = expand(x, channels, name=f"{name}_expand_1")
    main = project(main, channels, name=f"{name}_project_1")
    return layers.Add(name=f"{name}_add_1")([x, main])


def halving(x, channels, filters, depth, name="halving"):
    x = expand(x, channels, name=f"{name}_expand_1")
    x = layers.ZeroPadding2D(padding=((0, 1), (0, 1)), name=f"{name}_zero_padding2d_1")(
        x
    )
    x = project(x, filters, strides=2, padding="valid", name=f"{name}_project_1")
    for index in range(depth - 1):
        x = residual(x, filters, name=f"{name}_residual_{index + 1}")
    return x


def widening(x, channels, filters, depth, name="widening"):
    x = expand(x, channels, name=f"{name}_expand_1")
    x = project(x, filters, name=f"{name}_project_1")
    for index in range(depth - 1):
        x = residual(x, filters, name=f"{name}_residual_{index + 1}")
    return x


def mobilenetv2() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = layers.Conv2D(
        32, 3, strides=2, padding="same", use_bias=False, name="conv2d_1"
    )(image)
    x = layers.BatchNormalization(momentum=0.999, name="batch_normalization_1")(x)
    x = layers.ReLU(max_value=6.0, name="re_lu_1")(x)
    x = project(x, 16, name="project_1")
    x = halving(x, channels=16, filters=24, depth=2, name="halving_1")
    x = halving(x, channels=24, filters=32, depth=3, name="halving_2")
    x = halving(x, channels=32, filters=64, depth=4, name="halving_3")
    x = widening(x, channels=64, filters=96, depth=3, name="widening_1")
    x = halving(x, channels=96, filters=160, depth=3, name="halving_4")
    x = widening(x, channels=160, filters=320, depth=1, name="widening_2")
    x = layers.Conv2D(1280, 1, use_bias=False, name="conv2d_2")(x)
    x = layers.BatchNormalization(momentum=0.999, name="batch_normalization_2")(x)
    x = layers.ReLU(max_value=6.0, name="re_lu_2")(x)
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="mobilenetv2")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = mobilenetv2()
    model.summary()
