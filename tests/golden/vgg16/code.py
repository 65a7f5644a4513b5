"""The model vgg16."""

import keras
from keras import layers


def stage(x, depth, filters, name="stage"):
    for index in range(depth):
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            name=f"{name}_conv_{index + 1}",
        )(x)
    return layers.MaxPooling2D(name=f"{name}_pool")(x)


def vgg16() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((224, 224, 3), name="image")
    x = stage(image, depth=2, filters=64, name="stage_1")
    x = stage(x, depth=2, filters=128, name="stage_2")
    x = stage(x, depth=3, filters=256, name="stage_3")
    x = stage(x, depth=3, filters=512, name="stage_4")
    x = stage(x, depth=3, filters=512, name="stage_5")
    x = layers.Flatten(name="flatten_1")(x)
    for index in range(2):
        x = layers.Dense(4096, activation="relu", name=f"hidden_{index + 1}")(x)
    predictions = layers.Dense(1000, activation="softmax", name="predictions")(x)
    model = keras.Model(image, predictions, name="vgg16")
    model.compile(
        optimizer="adam",
        loss={"predictions": "sparse_categorical_crossentropy"},
        metrics={"predictions": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = vgg16()
    model.summary()
