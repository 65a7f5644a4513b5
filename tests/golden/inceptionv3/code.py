"""The model inceptionv3."""

import keras
from keras import layers


def conv(x, filters, kernel_size=1, strides=1, padding="same", name="conv"):
    x = layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=False,
        name=f"{name}_conv2d_1",
    )(x)
    x = layers.BatchNormalization(scale=False, name=f"{name}_batch_normalization_1")(x)
    return layers.Activation("relu", name=f"{name}_activation_1")(x)


def fine(x, pooled=64, name="fine"):
    one = conv(x, 64, name=f"{name}_conv_1")
    five = conv(x, 48, name=f"{name}_conv_2")
    five = conv(five, 64, kernel_size=5, name=f"{name}_conv_3")
    twice_three = conv(x, 64, name=f"{name}_conv_4")
    for index in range(2):
        twice_three = conv(
            twice_three, 96, kernel_size=3, name=f"{name}_conv_{index + 5}"
        )
    pool = layers.AveragePooling2D(
        3, strides=1, padding="same", name=f"{name}_average_pooling2d_1"
    )(x)
    pool = conv(pool, pooled, name=f"{name}_conv_7")
    return layers.Concatenate(name=f"{name}_concatenate_1")(
        [one, five, twice_three, pool]
    )


def wide(x, filters, name="wide"):
    one = conv(x, 192, name=f"{name}_conv_1")
    seven = conv(x, filters, name=f"{name}_conv_2")
    seven = conv(seven, filters, kernel_size=(1, 7), name=f"{name}_conv_3")
    seven = conv(seven, 192, kernel_size=(7, 1), name=f"{name}_conv_4")
    twice_seven = conv(x, filters, name=f"{name}_conv_5")
    twice_seven = conv(twice_seven, filters, kernel_size=(7, 1), name=f"{name}_conv_6")
    twice_seven = conv(twice_seven, filters, kernel_size=(1, 7), name=f"{name}_conv_7")
    twice_seven = conv(twice_seven, filters, kernel_size=(7, 1), name=f"{name}_conv_8")
    twice_seven = conv(twice_seven, 192, kernel_size=(1, 7), name=f"{name}_conv_9")
    pool = layers.AveragePooling2D(
        3, strides=1, padding="same", name=f"{name}_average_pooling2d_1"
    )(x)
    pool = conv(pool, 192, name=f"{name}_conv_10")
    return layers.Concatenate(name=f"{name}_concatenate_1")(
        [one, seven, twice_seven, pool]
    )


def fork(x, name="fork"):
    row = conv(x, 384, kernel_size=(1, 3), name=f"{name}_conv_1")
    column = conv(x, 384, kernel_size=(3, 1), name=f"{name}_conv_2")
    return layers.Concatenate(name=f"{name}_concatenate_1")([row, column])


def coarse(x, name="coarse"):
    one = conv(x, 320, name=f"{name}_conv_1")
    three = conv(x, 384, name=f"{name}_conv_2")
    three = fork(three, name=f"{name}_fork_1")
    twice_three = conv(x, 448, name=f"{name}_conv_3")
    twice_three = conv(twice_three, 384, kernel_size=3, name=f"{name}_conv_4")
    twice_three = fork(twice_three, name=f"{name}_fork_2")
    pool = layers.AveragePooling2D(
        3, strides=1, padding="same", name=f"{name}_average_pooling2d_1"
    )(x)
    pool = conv(pool, 192, name=f"{name}_conv_5")
    return layers.Concatenate(name=f"{name}_concatenate_1")(
        [one, three, twice_three, pool]
    )


def inceptionv3() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((299, 299, 3), name="image")
    x = conv(image, 32, kernel_size=3, strides=2, padding="valid", name="conv_1")
    x = conv(x, 32, kernel_size=3, padding="valid", name="conv_2")
    x = conv(x, 64, kernel_size=3, name="conv_3")
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_1")(x)
    x = conv(x, 80, padding="valid", name="conv_4")
    x = conv(x, 192, kernel_size=3, padding="valid", name="conv_5")
    x = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_2")(x)
    x = fine(x, pooled=32, name="fine_1")
    for index in range(2):
        x = fine(x, name=f"fine_{index + 2}")
    three = conv(x, 384, kernel_size=3, strides=2, padding="valid", name="conv_6")
    twice_three = conv(x, 64, name="conv_7")
    twice_three = conv(twice_three, 96, kernel_size=3, name="conv_8")
    twice_three = conv(
        twice_three, 96, kernel_size=3, strides=2, padding="valid", name="conv_9"
    )
    pool = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_3")(x)
    x = layers.Concatenate(name="halved")([three, twice_three, pool])
    x = wide(x, 128, name="wide_1")
    for index in range(2):
        x = wide(x, 160, name=f"wide_{index + 2}")
    x = wide(x, 192, name="wide_4")
    three = conv(x, 192, name="conv_10")
    three = conv(three, 320, kernel_size=3, strides=2, padding="valid", name="conv_11")
    seven_three = conv(x, 192, name="conv_12")
    seven_three = conv(seven_three, 192, kernel_size=(1, 7), name="conv_13")
    seven_three = conv(seven_three, 192, kernel_size=(7, 1), name="conv_14")
    seven_three = conv(
        seven_three, 192, kernel_size=3, strides=2, padding="valid", name="conv_15"
    )
    pool = layers.MaxPooling2D(pool_size=3, strides=2, name="max_pooling2d_4")(x)
    x = layers.Concatenate(name="halved_again")([three, seven_three, pool])
    for index in range(2):
        x = coarse(x, name=f"coarse_{index + 1}")
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="inceptionv3")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = inceptionv3()
    model.summary()
