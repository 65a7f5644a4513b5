"""Benchmark a cold `cnnspec validate` against importing its libraries and building with Keras."""

from benchmarks.timing import cnnspec, median_seconds, python, ratio

SPEC = "specs/mnist_multi_output.yaml"
KERAS_SCRIPT = """
import keras
inputs = keras.layers.Input(shape=(28, 28, 1), name="inputs")
x = keras.layers.Conv2D(32, (3, 3), activation="relu", name="conv2d_layer")(inputs)
x = keras.layers.MaxPooling2D((2, 2), name="maxpool_layer")(x)
x = keras.layers.Flatten(name="flatten_layer")(x)
flat = keras.layers.Flatten(name="flat_inputs")(inputs)
concat = keras.layers.Concatenate(name="concat")([x, flat])
digit = keras.layers.Dense(10, activation="softmax", name="digit_dense")(concat)
odd = keras.layers.Dense(1, activation="sigmoid", name="odd_dense")(flat)
keras.Model(inputs, [digit, odd])
"""


def main() -> None:
    validate = cnnspec("validate", SPEC)
    imports = python("import yaml, pydantic")
    floor, checked = median_seconds((imports, validate), runs=15)
    built, checked_beside = median_seconds((python(KERAS_SCRIPT), validate), runs=3)
    what = f"cnnspec validate {SPEC}"
    ratio(what, checked, floor, "`import yaml, pydantic`", "at most 3")
    ratio(what, checked_beside, built, "building it with Keras", "at most 1/10")
