"""Benchmark training epochs against plain Keras, and transfer learning against no feature cache."""

import statistics
import subprocess
import sys
import tempfile

EPOCHS = 8
ROUNDS = 3
START = """
import os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras, numpy as np
times = []
class Clock:
    first = None
    def tick(self, step, steps):
        now = time.perf_counter()
        self.first = self.first or (step, now)
        if step == steps:
            done, then = self.first
            times.append((now - then) * steps / (steps - done))
            self.first = None
clock = Clock()
"""
OURS = """
import cnnspec
from cnnspec.data.checks import check_data
from cnnspec.training import fit as module
checked = cnnspec.load("specs/mnist_multi_output.yaml").compile()
training = checked.graph.training
class Listener:
    def batch(self, epoch, step, steps, logs): clock.tick(step, steps)
    def epoch(self, epoch, logs): pass
from pathlib import Path
from cnnspec.backends.keras.building import build
module.fit(checked, training, check_data(checked, training), Path(sys.argv[1], "checkpoint.npz"),
           lambda: build(checked, seed=0).model, epochs=EPOCHS, listener=Listener())
"""
THEIRS = """
data = np.load("specs/data/mnist_sample.npz")
x = data["x_train"][..., None].astype("float32") / 255
y = data["y_train"]
inputs = keras.layers.Input(shape=(28, 28, 1), name="inputs")
z = keras.layers.Conv2D(32, (3, 3), activation="relu", name="conv2d_layer")(inputs)
z = keras.layers.MaxPooling2D((2, 2), name="maxpool_layer")(z)
z = keras.layers.Flatten(name="flatten_layer")(z)
flat = keras.layers.Flatten(name="flat_inputs")(inputs)
concat = keras.layers.Concatenate(name="concat")([z, flat])
digit = keras.layers.Dense(10, activation="softmax", name="digit_dense")(concat)
odd = keras.layers.Dense(1, activation="sigmoid", name="odd_dense")(flat)
model = keras.Model(inputs, [digit, odd])
model.compile("adam", loss={"digit_dense": "sparse_categorical_crossentropy",
                            "odd_dense": "binary_crossentropy"},
              loss_weights={"digit_dense": 1.0, "odd_dense": 0.5},
              metrics={"digit_dense": ["accuracy"], "odd_dense": ["accuracy"]})
class Steps(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None): clock.tick(batch + 1, self.params["steps"])
model.fit(x, {"digit_dense": y, "odd_dense": y % 2}, batch_size=32, epochs=EPOCHS, verbose=0,
          callbacks=[Steps()])
"""
END = """
import statistics
print(statistics.median(times[1:]))
"""
TRANSFER = """
import cnnspec
from pathlib import Path
folder = Path(sys.argv[1])
random = np.random.default_rng(0)
y = random.integers(0, 2, 3840)
x = random.normal(80 + 80 * y[:, None, None, None], 40, (3840, 96, 96, 3)).clip(0, 255).astype("uint8")
np.savez(folder / "data.npz", x_train=x[:3584], y_train=y[:3584], x_test=x[3584:], y_test=y[3584:])
base = keras.applications.MobileNetV2(
    include_top=False, weights=None, input_shape=(96, 96, 3), pooling="avg"
)
for layer in base.layers:  # statistics as after training, without which its features are all alike
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.momentum = 0.0
base(x[:64] / 127.5 - 1, training=True)
base.save(folder / "base.keras")
(folder / "spec.yaml").write_text('''
cnnspec: 1
name: transfer
submodels: {base: {keras: base.keras, frozen: true}}
inputs: {image: [96, 96, 3]}
layers: [base, {Dense: {name: label, units: 2, activation: softmax}}]
outputs: {label: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
train: {data: {npz: data.npz}, inputs: {image: x / 127.5 - 1}, targets: {label: y}, epochs: 5}
''')
from cnnspec.data.checks import check_data
from cnnspec.training.run import train
checked = cnnspec.load(folder / "spec.yaml").compile()
training = checked.graph.training
for cache in (True, False):
    data = check_data(checked, training)
    start = time.perf_counter()
    run = train(checked, training, data, folder / str(cache), feature_cache=cache)
    print(time.perf_counter() - start, run.metrics["test"]["label_accuracy"])
"""


def output(script: str, folder: str) -> str:
    """Run a script in a new process, and return its output."""
    done = subprocess.run(
        [sys.executable, "-c", script, folder],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout


def seconds(script: str) -> float:
    """Return the median time of the steps of an epoch, without the first epoch."""
    with tempfile.TemporaryDirectory() as folder:
        return float(output(f"EPOCHS = {EPOCHS}\n{START}{script}{END}", folder))


def main() -> None:
    rounds = [(seconds(OURS), seconds(THEIRS)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(times) for times in zip(*rounds, strict=True))
    print(
        f"the steps of an epoch with cnnspec ({ours * 1000:.0f} ms): {ours / theirs:.2f} times "
        f"hand-written Keras ({theirs * 1000:.0f} ms); goal: at most 1.0"
    )
    with tempfile.TemporaryDirectory() as folder:
        lines = output(START + TRANSFER, folder).splitlines()
    (cached, reached), (plain, plain_reached) = (map(float, line.split()) for line in lines[-2:])
    print(
        f"transfer learning on MobileNetV2, 96 x 96, 5 epochs, with the feature cache "
        f"({cached:.1f} s, accuracy {reached:.3f}): {plain / cached:.1f} times as fast as without "
        f"({plain:.1f} s, accuracy {plain_reached:.3f}); goal: at least 3, same accuracy"
    )
