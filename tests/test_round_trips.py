"""From Keras to a spec and back, with models as Keras's guides build them: nothing is different."""

from collections.abc import Callable
from typing import Any

import keras
import numpy
import pytest
from keras import layers, ops

import cnnspec
from cnnspec.backends.keras.building import build
from conformance.round_trips import differences
from tests.support.models import count_names_from_one


def tickets() -> Any:
    """Several inputs of several types, and two outputs."""
    title = keras.Input((None,), name="title", dtype="int32")
    body = keras.Input((None,), name="body", dtype="int32")
    tags = keras.Input((12,), name="tags")
    words = layers.LSTM(8)(layers.Embedding(50, 6)(title))
    text = layers.LSTM(8)(layers.Embedding(50, 6)(body))
    x = layers.concatenate([words, text, tags])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(4, name="department")(x)
    return keras.Model([title, body, tags], {"priority": priority, "department": department})


def siamese() -> Any:
    """One tower for two inputs, a model of its own."""
    image = keras.Input((12, 12, 1))
    x = layers.Conv2D(4, 3, activation="relu")(image)
    tower = keras.Model(image, layers.GlobalAveragePooling2D()(x), name="tower")
    left, right = keras.Input((12, 12, 1), name="left"), keras.Input((12, 12, 1), name="right")
    apart = layers.Subtract()([tower(left), tower(right)])
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(apart))


def autoencoder() -> Any:
    """An encoder and a decoder, chained."""
    image = keras.Input((12, 12, 1), name="image")
    x = layers.Conv2D(4, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    encoder = keras.Model(image, layers.GlobalMaxPooling2D()(x), name="encoder")
    code = keras.Input((4,), name="code")
    x = layers.Reshape((2, 2, 1))(code)
    x = layers.Conv2DTranspose(4, 3, activation="relu")(x)
    x = layers.UpSampling2D(3)(x)
    decoder = keras.Model(code, layers.Conv2DTranspose(1, 1)(x), name="decoder")
    begin = keras.Input((12, 12, 1), name="begin")
    return keras.Model(begin, decoder(encoder(begin)), name="autoencoder")


def unet() -> Any:
    """Down, and up again with what was on the way."""
    image = x = keras.Input((32, 32, 3))
    passed = []
    for filters in (4, 8):
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        passed.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu")(x)
    for filters, skip in ((8, passed[1]), (4, passed[0])):
        x = layers.Conv2DTranspose(filters, 3, strides=2, padding="same")(x)
        x = layers.concatenate([x, skip])
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    return keras.Model(image, layers.Conv2D(2, 1, activation="softmax")(x))


def text_cnn() -> Any:
    """Convolutions of several widths over words."""
    words = keras.Input((40,), dtype="int64")
    x = layers.Dropout(0.5)(layers.Embedding(100, 8)(words))
    pooled = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(6, width, activation="relu")(x))
        for width in (3, 4, 5)
    ]
    return keras.Model(words, layers.Dense(2, activation="softmax")(layers.Concatenate()(pooled)))


def residual() -> Any:
    """The toy ResNet of the guide to the functional API."""
    image = keras.Input((32, 32, 3), name="img")
    x = layers.Conv2D(8, 3, activation="relu")(image)
    first = layers.MaxPooling2D(3)(layers.Conv2D(16, 3, activation="relu")(x))
    x = layers.Conv2D(16, 3, activation="relu", padding="same")(first)
    second = layers.add([layers.Conv2D(16, 3, activation="relu", padding="same")(x), first])
    x = layers.Conv2D(16, 3, activation="relu", padding="same")(second)
    third = layers.add([layers.Conv2D(16, 3, activation="relu", padding="same")(x), second])
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(16, 3, activation="relu")(third))
    x = layers.Dropout(0.5)(layers.Dense(32, activation="relu")(x))
    return keras.Model(image, layers.Dense(10)(x), name="toy_resnet")


def ensemble() -> Any:
    """Three models of one form, averaged."""

    def one() -> Any:
        x = keras.Input((8,))
        return keras.Model(x, layers.Dense(1)(x))

    x = keras.Input((8,))
    return keras.Model(x, layers.average([one()(x) for _ in range(3)]))


def sequential() -> Any:
    """Layers in a row, with a trained part that stays as it is."""
    base = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(4, 3), layers.Flatten()])
    base.trainable = False
    return keras.Sequential(
        [keras.Input((8, 8, 1)), base, layers.Dense(4, kernel_regularizer="l2"), layers.Softmax()]
    )


MODELS = (tickets, siamese, autoencoder, unet, text_cnn, residual, ensemble, sequential)


@pytest.mark.parametrize("make", MODELS, ids=lambda make: make.__name__)
def test_models_of_the_guides(make: Callable[[], Any]) -> None:
    count_names_from_one()
    known = make()
    made = build(cnnspec.loads(cnnspec.dumps(cnnspec.from_keras(known))).compile()).model
    assert list(differences(known, made)) == []


def test_operators_become_the_layers_that_are_equal() -> None:
    count_names_from_one()
    x = keras.Input((6, 6, 4), name="x")
    y = ops.relu(x * 2.0 + layers.Conv2D(4, 1, name="conv")(x))
    known = keras.Model(x, ops.mean(y, axis=(1, 2)), name="operators")
    document = cnnspec.from_keras(known)
    made = build(cnnspec.loads(cnnspec.dumps(document)).compile()).model
    made.set_weights(known.get_weights())
    image = numpy.random.default_rng(0).normal(size=(3, 6, 6, 4)).astype("float32")
    assert numpy.array_equal(made(image), known(image))
    assert [each.name for each in made.operations] == [each.name for each in known.operations]


def test_what_is_different_is_told() -> None:
    x = keras.Input((4,), name="x")
    plain = keras.Model(x, layers.Dense(4, name="a")(x))
    other = keras.Model(x, layers.Dense(4, name="a", use_bias=False)(x))
    assert list(differences(plain, other)) == ["'a' has other arguments", "it has other weights"]
    another = keras.Model(x, layers.Dense(4, name="b")(x))
    assert list(differences(plain, another)) == ["its layers differ, or are in another order"]
