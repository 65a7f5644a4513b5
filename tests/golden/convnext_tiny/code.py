"""The model convnext_tiny."""

import keras
from keras import layers


def block(x, channels, name="block"):
    main = layers.Conv2D(
        channels, 7, padding="same", groups=channels, name=f"{name}_conv2d_1"
    )(x)
    main = layers.LayerNormalization(
        epsilon=1e-06, name=f"{name}_layer_normalization_1"
    )(main)
    main = layers.Dense(4 * channels, name=f"{name}_dense_1")(main)
    main = layers.Activation("gelu", name=f"{name}_activation_1")(main)
    main = layers.Dense(channels, name=f"{name}_dense_2")(main)
    main = layers.DepthwiseConv2D(
        1,
        use_bias=False,
        depthwise_initializer=keras.initializers.Constant(value=1e-06),
        name=f"{name}_scale",
    )(main)
    main = layers.Activation("linear", name=f"{name}_activation_2")(main)
    return layers.Add(name=f"{name}_add_1")([x, main])


def halving(x, filters, name="halving"):
    x = layers.LayerNormalization(epsilon=1e-06, name=f"{name}_layer_normalization_1")(
        x
    )
    return layers.Conv2D(filters, 2, strides=2, name=f"{name}_conv2d_1")(x)


def convnext_tiny() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = layers.Normalization(
        mean=(123.675, 116.28, 103.53),
        variance=(3409.9760250000004, 3262.6944000000003, 3291.890625),
        name="normalization_1",
    )(image)
    x = layers.Conv2D(96, 4, strides=4, name="conv2d_1")(x)
    x = layers.LayerNormalization(epsilon=1e-06, name="layer_normalization_1")(x)
    for index in range(3):
        x = block(x, 96, name=f"stage1_{index + 1}")
    x = halving(x, 192, name="halving_1")
    for index in range(3):
        x = block(x, 192, name=f"stage2_{index + 1}")
    x = halving(x, 384, name="halving_2")
    for index in range(9):
        x = block(x, 384, name=f"stage3_{index + 1}")
    x = halving(x, 768, name="halving_3")
    for index in range(3):
        x = block(x, 768, name=f"stage4_{index + 1}")
    x = layers.GlobalAveragePooling2D(name="global_average_pooling2d_1")(x)
    x = layers.LayerNormalization(epsilon=1e-06, name="layer_normalization_2")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="convnext_tiny")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = convnext_tiny()
    model.summary()
