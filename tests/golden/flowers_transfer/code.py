"""The model flowers_transfer."""

import keras
from keras import layers


def backbone() -> keras.Model:
    image = keras.Input((96, 96, 3), name="image")
    x = layers.Rescaling(0.00784313725490196, offset=-1, name="pixels")(image)
    network = keras.applications.MobileNetV2(
        input_tensor=x, include_top=False, weights=None
    )
    x = layers.GlobalAveragePooling2D(name="avg_pool")(network.output)
    return keras.Model(image, x, name="features")


def flowers_transfer() -> keras.Model:
    """Build and compile the model."""
    image = keras.Input((96, 96, 3), name="image")
    backbone_model = backbone()
    backbone_model.trainable = False
    x = backbone_model(image)
    x = layers.Dropout(0.2, name="drop")(x)
    flower = layers.Dense(5, activation="softmax", name="flower")(x)
    model = keras.Model(image, flower, name="flowers_transfer")
    model.compile(
        optimizer="adam",
        loss={"flower": "sparse_categorical_crossentropy"},
        metrics={"flower": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = flowers_transfer()
    model.summary()
