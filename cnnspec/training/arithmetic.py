"""Computes expressions over columns with TensorFlow."""

import tensorflow as tf

from cnnspec.data.values import Arithmetic

TENSORFLOW = Arithmetic(
    tf.cast,
    lambda value: (
        isinstance(value, bool | int)
        or (not isinstance(value, float) and (value.dtype.is_integer or value.dtype.is_bool))
    ),
    lambda value: tf.is_tensor(value) and value.dtype == tf.string,
    tf.reshape,
    tf.concat,
    lambda labels, size: tf.one_hot(tf.cast(labels, tf.int64), size),
    {
        "min": tf.minimum,
        "max": tf.maximum,
        "round": tf.round,
        "floor": tf.floor,
        "ceil": tf.math.ceil,
        "abs": tf.abs,
    },
)
