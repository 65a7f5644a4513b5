"""Packages with classes for Keras, as others publish them, written into a folder of a test."""

from pathlib import Path

LAYERS = '''\
import keras
from keras import ops


@keras.saving.register_keras_serializable(package="others")
class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, kernel_initializer="ones", **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer=self.kernel_initializer, name="scale")

    def call(self, inputs, mask_of_others=None, double=False):
        found = inputs * self.scale * self.factor
        if mask_of_others is not None:
            found = found + mask_of_others
        return 2 * found if double else found

    def get_config(self):
        initializer = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "factor": self.factor, "kernel_initializer": initializer}


@keras.saving.register_keras_serializable(package="others")
class Towers(keras.layers.Layer):
    """Layers in attributes, lists, and lists called `layers`."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.first = keras.layers.Dense(units, name="same")
        self.layers = [keras.layers.Dense(units, name="same") for _ in range(2)]
        self.by_key = {"a": Scale(name="same"), "b": keras.layers.BatchNormalization(name="same")}

    def build(self, shape):
        self.first.build(shape)
        inner = (*shape[:-1], self.units)
        for layer in (*self.layers, self.by_key["a"], self.by_key["b"]):
            layer.build(inner)

    def call(self, inputs):
        found = self.first(inputs)
        for layer in (*self.layers, self.by_key["a"], self.by_key["b"]):
            found = layer(found)
        return found, ops.cast(ops.argmax(found, axis=-1), "int32")

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class Nested(keras.layers.Layer):
    """A layer in a list in a list."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.parts = [[Scale(name="part")]]

    def build(self, shape):
        self.parts[0][0].build(shape)

    def call(self, inputs):
        return self.parts[0][0](inputs)


@keras.saving.register_keras_serializable(package="others")
class Wrapped(keras.layers.Layer):
    """A layer in the configuration, which the class reads itself."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def build(self, shape):
        if not self.inner.built:
            self.inner.build(shape)

    def call(self, inputs):
        return self.inner(inputs)

    def compute_output_shape(self, shape):
        return self.inner.compute_output_shape(shape)

    def get_config(self):
        return {**super().get_config(), "inner": keras.saving.serialize_keras_object(self.inner)}

    @classmethod
    def from_config(cls, config):
        inner = keras.saving.deserialize_keras_object(config.pop("inner"))
        return cls(inner, **config)


class Silent(keras.layers.Layer):
    """A layer whose arguments Keras cannot write."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return self.function(inputs)


class Nameless(keras.layers.Layer):
    """A layer that does not pass its name on."""

    def __init__(self, units, name=None):
        super().__init__()
        self.units = units

    def call(self, inputs):
        return inputs * self.units

    def get_config(self):
        return {"units": self.units, "name": self.name}


class Badly(keras.layers.Layer):
    """Layers whose configurations are not the arguments that make them."""

    def __init__(self, units, mode=None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.inner = keras.layers.Dense(units) if mode is None else None
        self.mode = mode or "dense"
        self.rate = keras.layers.Dropout(0.1).rate

    def build(self, shape):
        if self.inner is not None:
            self.inner.build(shape)
        self.seen = shape[-1]

    def call(self, inputs):
        return inputs if self.inner is None else self.inner(inputs)


class Forgets(Badly):
    def get_config(self):
        return {**super(Badly, self).get_config(), "units": self.units, "mode": self.mode}


class Adds(Badly):
    def get_config(self):
        config = super(Badly, self).get_config()
        return {**config, "units": self.units, "mode": None, "seen": getattr(self, "seen", None)}


class Fails(Badly):
    def get_config(self):
        return {"units": self.sizes}


class Leaves(Badly):
    def get_config(self):
        return super(Badly, self).get_config()
'''
MODELS = '''\
import keras

from {package}.layers import Scale


class Backbone(keras.Model):
    """A Functional model whose configuration is not its graph."""

    def __init__(self, units, **kwargs):
        given = keras.Input((4,), name="x")
        found = Scale(0.5, name="scale")(keras.layers.Dense(units, name="hidden")(given))
        super().__init__(given, {{"pooled": found, "raw": given}}, **kwargs)
        self.units = units

    def get_config(self):
        return {{"name": self.name, "units": self.units}}


class Own(keras.Model):
    """A Functional model whose constructor is that of Keras, and that trains in its own way."""

    def train_step(self, data):
        return {{}}


class Chain(keras.Sequential):
    """A Sequential model of another class."""


class Free(keras.Model):
    """A model without a graph."""

    def call(self, inputs):
        return inputs
'''


def write_package(folder: Path, name: str) -> None:
    """Write a package of a name with the modules `layers` and `models`."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text("")
    (folder / name / "layers.py").write_text(LAYERS.replace('"others"', f'"{name}"'))
    (folder / name / "models.py").write_text(MODELS.format(package=name))
