"""Makes the configurations of this folder; run it in an environment with tf-keras.

Each model calls functions of TensorFlow, many with the shapes of tensors. It has no weights, so its
configuration says all; `configured.npz` holds the inputs and what the models return.
"""

import json
from pathlib import Path

import numpy
import tensorflow as tf
import tf_keras

FOLDER = Path(__file__).parent
IMAGE, ROWS, ANY = (6, 5, 4), (7, 16), (None, None, 4)


def joined_axes(x):
    b, h, w, c = tf.unstack(tf.shape(x))
    return tf.reshape(x, [b, h * w, c])


def rows_of_the_batch(x):
    b, h, w, c = (tf.shape(x)[at] for at in range(4))
    return tf.reshape(x, [b * h, w, c])


def attention(x):
    b, n = tf.shape(x)[0], tf.shape(x)[1]
    y = tf.transpose(tf.reshape(x, [b, n, 4, 4]), [0, 2, 1, 3])
    scores = tf.matmul(y, y, transpose_b=True) / tf.sqrt(tf.cast(tf.shape(y)[-1], tf.float32))
    found = tf.matmul(tf.nn.softmax(scores, -1), y)
    return tf.reshape(tf.transpose(found, [0, 2, 1, 3]), [b, -1, 16])


def shuffled(x):
    h, w = tf.shape(x)[1], tf.shape(x)[2]
    y = tf.transpose(tf.reshape(x, [-1, h, w, 2, 2]), [0, 1, 2, 4, 3])
    return tf.reshape(y, [-1, h, w, 4])


def by_channels(x):
    y = tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [-1, 6, 5])
    return tf.reshape(y * 2.0, [tf.shape(x)[0], -1, 6, 5])


MODELS = {
    "abs and sqrt": (IMAGE, lambda x: tf.sqrt(tf.abs(x))),
    "add a row": (IMAGE, lambda x: x + x[:, :1, :1]),
    "add_n": (IMAGE, lambda x: tf.add_n([x, x])),
    "attention": (ROWS, attention),
    "axes joined": (IMAGE, joined_axes),
    "axes multiplied": (IMAGE, lambda x: tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[1] * tf.shape(x)[2], 4])),
    "bias_add": (IMAGE, lambda x: tf.nn.bias_add(x, [1.0, 2.0, 3.0, 4.0])),
    "by channels": (IMAGE, by_channels),
    "cast": (IMAGE, lambda x: tf.cast(tf.cast(x, tf.int32), tf.float32)),
    "clip": (IMAGE, lambda x: tf.clip_by_value(x, -1.0, 1.0)),
    "clip at zero": (IMAGE, lambda x: tf.clip_by_value(x, 0.0, 6.0)),
    "concat": (IMAGE, lambda x: tf.concat([x, x, x], 1)),
    "concatenated target": (IMAGE, lambda x: tf.reshape(x, tf.concat([tf.shape(x)[:1], [-1]], 0))),
    "cut by its size": (IMAGE, lambda x: x[:, : tf.shape(x)[1] - 1]),
    "divide": (IMAGE, lambda x: x / 255.0),
    "divide by the area": (
        IMAGE,
        lambda x: tf.reduce_sum(x, [1, 2]) / tf.cast(tf.shape(x)[1] * tf.shape(x)[2], tf.float32),
    ),
    "flattened": (IMAGE, lambda x: tf.reshape(x, [tf.shape(x)[0], -1])),
    "identity": (IMAGE, lambda x: tf.identity(x)),
    "its own shape": (IMAGE, lambda x: tf.reshape(x, tf.shape(x))),
    "leaky_relu": (IMAGE, lambda x: tf.nn.leaky_relu(x)),
    "matmul, both transposed": (
        IMAGE,
        lambda x: tf.matmul(x, tf.transpose(x, [0, 1, 3, 2]), transpose_a=True, transpose_b=True),
    ),
    "matmul, first transposed": (ROWS, lambda x: tf.matmul(x, x, transpose_a=True)),
    "matmul, second transposed": (ROWS, lambda x: tf.matmul(x, x, transpose_b=True)),
    "maximum": (IMAGE, lambda x: tf.maximum(x, 0.0)),
    "multiply": (IMAGE, lambda x: x * x),
    "negative": (IMAGE, lambda x: -x),
    "number of values": (IMAGE, lambda x: tf.reshape(x, [tf.size(x) // 120, 120])),
    "pad channels": (IMAGE, lambda x: tf.pad(x, [[0, 0], [0, 0], [0, 0], [1, 2]])),
    "pad mirrored": (IMAGE, lambda x: tf.pad(x, [[0, 0], [1, 1], [2, 2], [0, 0]], mode="REFLECT")),
    "pad rows": (ROWS, lambda x: tf.pad(x, [[0, 0], [1, 2], [0, 0]])),
    "pad to a multiple": (IMAGE, lambda x: tf.pad(x, [[0, 0], [0, tf.shape(x)[1] % 4], [0, 0], [0, 0]])),
    "pad zeros": (IMAGE, lambda x: tf.pad(x, [[0, 0], [1, 1], [2, 1], [0, 0]])),
    "positions": (IMAGE, lambda x: x * tf.cast(tf.range(tf.shape(x)[3]), tf.float32)),
    "product of axes": (IMAGE, lambda x: tf.reshape(x, [-1, tf.reduce_prod(tf.shape(x)[1:])])),
    "reduce_max": (IMAGE, lambda x: tf.reduce_max(x, [1, 2])),
    "reduce_mean": (IMAGE, lambda x: tf.reduce_mean(x, [1, 2], keepdims=True)),
    "reduce_mean of channels": (IMAGE, lambda x: tf.reduce_mean(x, 3)),
    "relu": (IMAGE, lambda x: tf.nn.relu(x)),
    "rows of the batch": (IMAGE, rows_of_the_batch),
    "shape in 64 bits": (
        IMAGE,
        lambda x: tf.reshape(x, [tf.shape(x, out_type=tf.int64)[0], 120]),
    ),
    "shuffled": (IMAGE, shuffled),
    "sigmoid": (IMAGE, lambda x: tf.sigmoid(x)),
    "softmax": (IMAGE, lambda x: tf.nn.softmax(x, axis=1)),
    "squeeze": (IMAGE, lambda x: tf.squeeze(tf.expand_dims(x, 1), 1)),
    "stack": (IMAGE, lambda x: tf.stack([x, x], 1)),
    "stacked target": (IMAGE, lambda x: tf.reshape(x, tf.stack([tf.shape(x)[0], -1]))),
    "tile": (IMAGE, lambda x: tf.tile(x, [1, 2, 1, 3])),
    "transpose": (IMAGE, lambda x: tf.transpose(x, [0, 3, 1, 2])),
    "unknown axes joined": (ANY, lambda x: tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[1] * tf.shape(x)[2], 4])),
    "unknown axes, all joined": (ANY, lambda x: tf.reshape(x, [-1, tf.shape(x)[3]])),
    "unknown axes, one left": (ANY, lambda x: tf.reshape(x, [tf.shape(x)[0], -1, tf.shape(x)[3]])),
    "where it is positive": (IMAGE, lambda x: tf.cast(x > 0.0, tf.float32)),
    "refused: batch copied": (IMAGE, lambda x: tf.tile(x, [tf.shape(x)[0], 1, 1, 1])),
    "refused: broadcast_to": (
        IMAGE,
        lambda x: tf.broadcast_to(tf.ones([1, 5, 4]), [tf.shape(x)[0], 5, 4]),
    ),
    "refused: cut of an unknown size": (ANY, lambda x: x[:, : tf.shape(x)[1] - 1]),
    "refused: divided by the batch": (IMAGE, lambda x: x / tf.cast(tf.shape(x)[0], tf.float32)),
    "refused: layer on a shape": (
        IMAGE,
        lambda x: tf_keras.layers.Flatten()(tf.cast(tf.shape(x), tf.float32)),
    ),
    "refused: shape as output": (IMAGE, lambda x: tf.shape(x)),
    "refused: two unknown sizes": (
        ANY,
        lambda x: tf.reshape(x, [tf.shape(x)[0], tf.shape(x)[1] // 2, tf.shape(x)[2] * 2, 4]),
    ),
}  # fmt: skip

if __name__ == "__main__":
    numbers = numpy.random.default_rng(0)
    inputs = {shape: numbers.normal(0, 2, (3, *shape)).astype("float32") for shape in (IMAGE, ROWS)}
    inputs[ANY] = inputs[IMAGE]
    configurations, outputs = {}, {}
    for name, (shape, make) in MODELS.items():
        tf_keras.backend.clear_session()
        x = tf_keras.Input(shape, name="x")
        model = tf_keras.Model(x, make(x), name="model")
        configurations[name] = json.loads(model.to_json())
        if not name.startswith("refused"):
            outputs[name] = numpy.asarray(model(inputs[shape]))
    lines = (f"{json.dumps(name)}: {json.dumps(each)}" for name, each in configurations.items())
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (FOLDER / "configurations.json").write_text(text, encoding="utf-8")
    given = {"image": inputs[IMAGE], "rows": inputs[ROWS]}
    numpy.savez_compressed(FOLDER / "configured.npz", **given, **outputs)
