"""Benchmark a cold `cnnspec validate` against importing its libraries and building with Keras."""

from benchmarks.timing import cnnspec, median_seconds, python, ratio

SPEC = "specs/mnist_multi_output.yaml"
IMPORTS = "import yaml, pydantic"
MODEL = f"{IMPORTS}\nclass Model(pydantic.BaseModel):\n    field: int"
"""What pydantic loads when a first model is defined, which importing it does not."""
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
    commands = (python(IMPORTS), python(MODEL), validate)
    imported, defined, checked = median_seconds(commands, runs=15)
    built, checked_beside = median_seconds((python(KERAS_SCRIPT), validate), runs=3)
    what, of = f"cnnspec validate {SPEC}", f"`{IMPORTS}`"
    ratio(what, checked, imported, of, "below 2")
    ratio("defining one model of pydantic", defined, imported, of, "none, for comparison")
    ratio(what, checked_beside, built, "building it with Keras", "at most 1/10")
