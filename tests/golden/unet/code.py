"""The model unet."""

import keras
from keras import layers


def convs(x, filters, name="convs"):
    for index in range(2):
        x = layers.Conv2D(
            filters,
            3,
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{name}_conv_{index + 1}",
        )(x)
    return x


def down(x, filters, name="down"):
    x = layers.MaxPooling2D(name=f"{name}_max_pooling2d_1")(x)
    return convs(x, filters, name=f"{name}_convs_1")


def up(x, beside, filters, crop, name="up"):
    beside = layers.Cropping2D(cropping=crop, name=f"{name}_cropping2d_1")(beside)
    below = layers.Conv2DTranspose(
        filters, 2, strides=2, name=f"{name}_conv2d_transpose_1"
    )(x)
    x = layers.Concatenate(name=f"{name}_concatenate_1")([beside, below])
    return convs(x, filters, name=f"{name}_convs_1")


def unet() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((572, 572, 1), name="image")
    level1 = convs(image, 64, name="level1")
    level2 = down(level1, 128, name="level2")
    level3 = down(level2, 256, name="level3")
    x = down(level3, 512, name="level4")
    dropped = layers.Dropout(0.5, name="dropped")(x)
    x = down(dropped, 1024, name="down_1")
    x = layers.Dropout(0.5, name="dropout_1")(x)
    x = up(x, dropped, filters=512, crop=4, name="up_1")
    x = up(x, level3, filters=256, crop=16, name="up_2")
    x = up(x, level2, filters=128, crop=40, name="up_3")
    x = up(x, level1, filters=64, crop=88, name="up_4")
    classes = layers.Conv2D(
        2, 1, activation="softmax", kernel_initializer="he_normal", name="classes"
    )(x)
    model = keras.Model(image, classes, name="unet")
    model.compile(
        optimizer=keras.optimizers.SGD(momentum=0.99),
        loss={"classes": "sparse_categorical_crossentropy"},
        metrics={"classes": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = unet()
    model.summary()
