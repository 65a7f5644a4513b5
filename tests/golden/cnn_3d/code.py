"""The model cnn_3d."""

import keras
from keras import layers


def cnn_3d() -> keras.Model:
    """Build and compile the model."""
    occupancy = keras.Input((32, 32, 32, 1), name="occupancy")
    x = layers.Conv3D(32, 5, strides=2, name="conv3d_1")(occupancy)
    x = layers.LeakyReLU(negative_slope=0.1, name="leaky_re_lu_1")(x)
    x = layers.Dropout(0.2, name="dropout_1")(x)
    x = layers.Conv3D(32, 3, name="conv3d_2")(x)
    x = layers.LeakyReLU(negative_slope=0.1, name="leaky_re_lu_2")(x)
    x = layers.MaxPooling3D(name="max_pooling3d_1")(x)
    x = layers.Dropout(0.3, name="dropout_2")(x)
    x = layers.Flatten(name="flatten_1")(x)
    x = layers.Dense(128, activation="relu", name="dense_1")(x)
    x = layers.Dropout(0.4, name="dropout_3")(x)
    object_ = layers.Dense(40, activation="softmax", name="object")(x)
    model = keras.Model(occupancy, object_, name="cnn_3d")
    model.compile(
        optimizer="adam",
        loss={"object": "sparse_categorical_crossentropy"},
        metrics={"object": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = cnn_3d()
    model.summary()
