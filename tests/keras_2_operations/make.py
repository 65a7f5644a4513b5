"""Makes the model files of this folder; run it in an environment with tf-keras.

Each model calls one function of TensorFlow, which Keras 2 saves as `TFOpLambda` or `SlicingOpLambda`.
"""

from pathlib import Path

import numpy
import tensorflow
import tf_keras

FOLDER = Path(__file__).parent

x = tf_keras.Input((6, 5, 4))
MODELS = {
    "add": lambda: x + x,
    "concat": lambda: tensorflow.concat([x, x], -1),
    "exp": lambda: tensorflow.exp(x),
    "gelu": lambda: tensorflow.nn.gelu(x),
    "matmul": lambda: tensorflow.matmul(x, x[:, :, :4]),
    "multiply": lambda: x * 0.5,
    "pow": lambda: x**2,
    "preprocess_input": lambda: tf_keras.applications.mobilenet_v2.preprocess_input(x),
    "reduce_mean": lambda: tensorflow.reduce_mean(x, [1, 2]),
    "reshape": lambda: tensorflow.reshape(x, [-1, 20]),
    "shape": lambda: tensorflow.reshape(x, [tensorflow.shape(x)[0], -1]),
    "slice": lambda: x[:, 0, 1:-1],
    "split": lambda: tensorflow.split(x, [1, 3], axis=-1)[1],
    "subtract": lambda: 1 - x,
    "transpose": lambda: tensorflow.transpose(x, [0, 2, 1, 3]),
}

if __name__ == "__main__":
    values = numpy.random.default_rng(0).normal(0, 2, (3, 6, 5, 4)).astype("float32")
    outputs = {}
    for name, make in MODELS.items():
        model = tf_keras.Model(x, make())
        model.save(FOLDER / f"{name}.h5", include_optimizer=False)
        outputs[name] = numpy.asarray(model(values))
    numpy.savez_compressed(FOLDER / "outputs.npz", inputs=values, **outputs)
