"""The model cnn_1d."""

import keras
from keras import layers


def conv(x, filters, kernel_size, name="conv"):
    x = layers.Conv1D(filters, kernel_size, padding="same", name=f"{name}_conv1d_1")(x)
    x = layers.BatchNormalization(name=f"{name}_batch_normalization_1")(x)
    return layers.ReLU(name=f"{name}_re_lu_1")(x)


def cnn_1d() -> keras.Model:
    """Build and compile the model."""
    series = keras.Input((None, 1), name="series")
    x = conv(series, filters=128, kernel_size=8, name="conv_1")
    x = conv(x, filters=256, kernel_size=5, name="conv_2")
    x = conv(x, filters=128, kernel_size=3, name="conv_3")
    x = layers.GlobalAveragePooling1D(name="global_average_pooling1d_1")(x)
    class_ = layers.Dense(2, activation="softmax", name="class")(x)
    model = keras.Model(series, class_, name="cnn_1d")
    model.compile(
        optimizer="adam",
        loss={"class": "sparse_categorical_crossentropy"},
        metrics={"class": ["accuracy"]},
    )
    return model


if __name__ == "__main__":
    model = cnn_1d()
    model.summary()
