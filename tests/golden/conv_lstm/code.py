"""The model conv_lstm."""

import keras
from keras import layers


def conv_lstm() -> keras.Model:
    """Build and compile the model."""
    movie = keras.Input((None, 16, 16, 16), name="movie")
    first = layers.ConvLSTM2D(
        128, 5, return_sequences=True, padding="same", name="first"
    )(movie)
    second = layers.ConvLSTM2D(
        64, 5, return_sequences=True, padding="same", name="second"
    )(first)
    third = layers.ConvLSTM2D(
        64, 5, return_sequences=True, padding="same", name="third"
    )(second)
    x = layers.Concatenate(name="concatenate_1")([first, second, third])
    next_ = layers.Conv3D(16, 1, activation="sigmoid", name="next")(x)
    model = keras.Model(movie, next_, name="conv_lstm")
    model.compile(optimizer="adam", loss={"next": "binary_crossentropy"})
    return model


if __name__ == "__main__":
    model = conv_lstm()
    model.summary()
