"""Makes the model files of this folder: the same models, saved by several versions of Keras 3.

`python tests/keras_3_files/make.py` makes an environment for each version in `.matrix/`, and runs this file in
it, with the version as its argument. The weights are drawn by NumPy, so that none is like another; `outputs.npz`
of a version holds what that Keras computed.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
ENVIRONMENTS = FOLDER.parent.parent / ".matrix"
OLD_JAX = ("jax[cpu]==0.4.30", "numpy<2", "packaging")
"""What Keras computes with in these environments; NumPy 2 and newer JAX are too new for Keras 3.0."""
VERSIONS: dict[str, tuple[str, ...]] = {
    "3.0": OLD_JAX,
    "3.3": OLD_JAX,
    "3.5": OLD_JAX,
    "3.6": OLD_JAX,
    "3.9": OLD_JAX,
    "3.12": OLD_JAX,
    "3.15": ("jax[cpu]",),
}
"""The requirements besides Keras, by version; only from 3.6 on do files hold the names of layers with the weights."""


def out_of_order(keras: Any) -> Any:
    """Two convolutions of one shape, of which the later one is the first of the layers."""
    layers, x = keras.layers, keras.Input((6, 6, 3), name="x")
    near = layers.Conv2D(4, 3)(x)
    far = layers.ReLU()(layers.ReLU()(layers.Conv2D(4, 3)(x)))
    return keras.Model(x, layers.Subtract()([near, far]), name="out_of_order")


def several(keras: Any) -> Any:
    """Layers of the same classes with names that say nothing of their order."""
    layers, x = keras.layers, keras.Input((6, 6, 3), name="x")
    left = layers.Conv2D(3, 3, padding="same", name="zeta")(x)
    left = layers.BatchNormalization(name="norm_b")(left)
    right = layers.Conv2D(3, 3, padding="same", name="conv2d")(x)
    right = layers.ReLU()(layers.BatchNormalization(name="norm_a")(right))
    right = layers.Conv2D(3, 3, padding="same", name="alpha")(right)
    low = layers.DepthwiseConv2D(3, padding="same", name="dense")(layers.Add()([left, right]))
    low = layers.GlobalAveragePooling2D()(low)
    return keras.Model(
        x, [layers.Dense(3, name="second")(low), layers.Dense(3, name="first")(low)], name="several"
    )


def shared(keras: Any) -> Any:
    """Layers that are called twice, one of them after a layer of its class made before it."""
    layers = keras.layers
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    before, twice = layers.Dense(4), layers.Dense(4)
    left, right = twice(a), before(twice(before(b)))
    return keras.Model([b, a], layers.Subtract()([left, right]), name="shared")


def nested(keras: Any) -> Any:
    """Models in models, Functional and Sequential, one of them called twice, one with layers out of order."""
    layers, x = keras.layers, keras.Input((6, 6, 3), name="x")
    inner = out_of_order(keras)
    tail = keras.Sequential(
        [
            keras.Input((4, 4, 4)),
            layers.Conv2D(4, 1, name="two"),
            layers.Conv2D(4, 1, name="one"),
            keras.Sequential([keras.Input((4, 4, 4)), layers.Conv2D(4, 1)], name="innermost"),
        ],
        name="tail",
    )
    twice = layers.Subtract()([tail(tail(inner(x))), layers.Conv2D(4, 3, name="outside")(x)])
    return keras.Model(x, twice, name="nested")


def recurrent(keras: Any) -> Any:
    """Recurrent layers, also of stacked cells."""
    layers, x = keras.layers, keras.Input((5, 3), name="x")
    cells = [layers.LSTMCell(3, name="upper"), layers.GRUCell(3), layers.LSTMCell(3, name="lower")]
    y = layers.RNN(cells, return_sequences=True, name="stacked")(x)
    y = layers.RNN(layers.SimpleRNNCell(3), return_sequences=True)(y)
    y = layers.LSTM(3, return_sequences=True)(y)
    y = layers.Subtract()([layers.LSTM(3, name="b")(y), layers.LSTM(3, name="a")(y)])
    return keras.Model(x, y, name="recurrent")


def wrapped(keras: Any) -> Any:
    """Layers and a model inside of others."""
    layers, x = keras.layers, keras.Input((5, 3), name="x")
    both = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(x)
    both = layers.TimeDistributed(layers.Dense(3, name="inside"), name="outside")(both)
    if tuple(map(int, keras.__version__.split(".")[:2])) >= (3, 5):  # others take no model there
        both = layers.TimeDistributed(_step(keras), name="model_at_every_step")(both)
    rnn = layers.RNN([layers.GRUCell(2), layers.GRUCell(3)], name="forward")
    return keras.Model(x, layers.Bidirectional(rnn, name="cells")(both), name="wrapped")


def _step(keras: Any) -> Any:
    layers = keras.layers
    return keras.Sequential(
        [keras.Input((3,)), layers.Dense(3, name="dense_1"), layers.Dense(3, name="dense")],
        name="step",
    )


def attention(keras: Any) -> Any:
    """Heads of attention, whose inner layers are of one class."""
    layers, x = keras.layers, keras.Input((5, 4), name="x")
    y = layers.MultiHeadAttention(2, 3, name="z")(x, x)
    y = layers.Subtract()([layers.LayerNormalization(name="n2")(x), y])
    y = layers.MultiHeadAttention(2, 3, name="a")(y, x)
    return keras.Model(x, layers.LayerNormalization(name="n1")(y), name="attention")


def in_a_row(keras: Any) -> Any:
    """A Sequential model, the names of whose layers are those of other classes or positions."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((6,), name="x"),
            layers.Dense(6, name="dense_1"),
            layers.Dense(6, name="dense"),
            layers.LayerNormalization(name="batch_normalization"),
            layers.BatchNormalization(name="layer_normalization"),
            layers.Dense(6, name="dense_2"),
        ],
        name="in_a_row",
    )


MODELS: tuple[Callable[[Any], Any], ...] = (
    out_of_order,
    several,
    shared,
    nested,
    recurrent,
    wrapped,
    attention,
    in_a_row,
)


def make(version: str) -> None:
    """Save the models with the Keras of this environment."""
    import keras
    import numpy

    folder = FOLDER / version
    folder.mkdir(exist_ok=True)
    values: dict[str, Any] = {}
    for make_model in MODELS:
        keras.backend.clear_session()
        generator = numpy.random.default_rng(7)
        model = make_model(keras)
        for weight in model.weights:
            drawn = generator.uniform(0.2, 1.0, tuple(weight.shape)) * generator.choice([-1, 1])
            weight.assign(numpy.abs(drawn) if weight.name.endswith("variance") else drawn)
        inputs = [
            generator.normal(0, 1, (2, *each.shape[1:])).astype("float32") for each in model.inputs
        ]
        outputs = model(inputs if len(inputs) > 1 else inputs[0])
        for at, each in enumerate(inputs):
            values[f"{model.name}.input.{at}"] = each
        for at, each in enumerate(outputs if isinstance(outputs, list) else [outputs]):
            values[f"{model.name}.output.{at}"] = numpy.asarray(each)
        model.save(folder / f"{model.name}.keras")
    numpy.savez_compressed(folder / "outputs.npz", **values)


def main() -> None:
    """Make the environments, and run this file in each."""
    for version, others in VERSIONS.items():
        home = ENVIRONMENTS / f"files-of-keras-{version}"
        python = home / "bin" / "python"
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True)
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, f"keras=={version}.*", *others], check=True)
        environment = {**os.environ, "KERAS_BACKEND": "jax"}
        subprocess.run([python, __file__, version], env=environment, check=True)


if __name__ == "__main__":
    make(sys.argv[1]) if len(sys.argv) > 1 else main()
