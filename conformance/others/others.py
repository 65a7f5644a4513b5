"""Networks of small packages: keras-tcn, opennsfw2 and autokeras."""

from typing import Any

from conformance.others.networks import Network


def _tcn(**more: Any) -> Any:
    import keras
    from tcn import TCN

    given = keras.Input((16, 3))
    return keras.Model(given, keras.layers.Dense(2)(TCN(8, dilations=(1, 2), **more)(given)))


def _nsfw() -> Any:
    import opennsfw2

    return opennsfw2.make_open_nsfw_model(input_shape=(64, 64, 3), weights_path=None)


def _autokeras(kind: str) -> Any:
    """Return the first network that a block of autokeras makes."""
    import keras
    import keras_tuner

    import autokeras

    given = autokeras.ImageInput(shape=(32, 32, 3))
    found = getattr(autokeras, kind)()(autokeras.Normalization()(given))
    head = autokeras.ClassificationHead(num_classes=5, shape=(5,))(found)
    model = autokeras.auto_model.AutoModel(given, head, max_trials=1, directory="autokeras")
    del keras
    return model.tuner.hypermodel.build(keras_tuner.HyperParameters())


NETWORKS = [
    Network("keras-tcn", "TCN", _tcn),
    Network("keras-tcn", "TCN sequences", lambda: _tcn(return_sequences=True, use_batch_norm=True)),
    Network("opennsfw2", "OpenNSFW", _nsfw),
    *(
        Network("autokeras", kind, lambda kind=kind: _autokeras(kind))
        for kind in ("ConvBlock", "ResNetBlock", "XceptionBlock", "DenseBlock")
    ),
]
