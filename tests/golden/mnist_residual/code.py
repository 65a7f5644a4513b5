"""The model mnist_residual."""

import keras
from keras import layers


def residual(x, filters, name="residual"):
    main = layers.Conv2D(
        filters,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv2d_1",
    )(x)
    main = layers.BatchNormalization(name=f"{name}_batch_normalization_1")(main)
    main = layers.ReLU(name=f"{name}_re_lu_1")(main)
    main = layers.Conv2D(
        filters,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv2d_2",
    )(main)
    main = layers.BatchNormalization(name=f"{name}_batch_normalization_2")(main)
    x = layers.Add(name=f"{name}_add_1")([main, x])
    return layers.ReLU(name=f"{name}_re_lu_2")(x)


def downsampling(x, filters, strides=2, name="downsampling"):
    main = layers.Conv2D(
        filters,
        3,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv2d_1",
    )(x)
    main = layers.BatchNormalization(name=f"{name}_batch_normalization_1")(main)
    main = layers.ReLU(name=f"{name}_re_lu_1")(main)
    main = layers.Conv2D(
        filters,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv2d_2",
    )(main)
    main = layers.BatchNormalization(name=f"{name}_batch_normalization_2")(main)
    shortcut = layers.Conv2D(
        filters,
        1,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv2d_3",
    )(x)
    shortcut = layers.BatchNormalization(name=f"{name}_batch_normalization_3")(shortcut)
    x = layers.Add(name=f"{name}_add_1")([main, shortcut])
    return layers.ReLU(name=f"{name}_re_lu_2")(x)


def mnist_residual() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Rescaling(1 / 255, name="rescaling_1")(image)
    x = layers.Conv2D(
        16,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name="stem",
    )(x)
    x = layers.BatchNormalization(name="batch_normalization_1")(x)
    x = layers.ReLU(name="re_lu_1")(x)
    for index in range(2):
        x = residual(x, 16, name=f"stage1_{index + 1}")
    x = downsampling(x, 32, name="down1")
    x = residual(x, 32, name="stage2_1")
    x = downsampling(x, 64, name="down2")
    x = residual(x, 64, name="stage3_1")
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    digit = layers.Dense(10, activation="softmax", name="digit")(x)
    model = keras.Model(image, digit, name="mnist_residual")
    model.compile(
        optimizer="adam",
        loss={"digit": "sparse_categorical_crossentropy"},
        metrics={"digit": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = mnist_residual()
    model.summary()
