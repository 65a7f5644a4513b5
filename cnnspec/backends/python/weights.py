"""Helper functions of scripts that load weights by layer name."""

IMPORTS = ("h5py", "io", "numpy", "zipfile")
NAMES = ("load_weights", "load_layers", "load_layer", "copy_weights", "load_lists", "load_list")

LOAD_WEIGHTS = '''\
def load_weights(model, path):
    """Give each layer what a weights file or model of Keras stores under its name."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            path = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(path) as file:
        load_layers(model, file)


def load_layers(model, stored):
    groups = stored["layers"].items()
    by_name = {group["vars"].attrs.get("name", key): group for key, group in groups}
    for layer in model.layers:
        if layer.weights:
            load_layer(layer, by_name[layer.name])


def load_layer(layer, stored):
    if isinstance(layer, keras.Model):
        load_layers(layer, stored)
        return
    for key, inner in stored.items():
        if key == "vars":
            layer.load_own_variables(inner)
        else:
            load_layer(getattr(layer, key), inner)'''

LOAD_LISTS = '''\
def load_lists(model, path):
    """Give each layer the list of weights that Keras 2 stored under its name."""
    with h5py.File(path) as file:
        stored = file.get("model_weights", file)
        for layer in model.layers:
            if layer.weights:
                group = stored[layer.name]
                names = group.attrs["weight_names"]
                names = [each.decode() if isinstance(each, bytes) else each for each in names]
                load_list(layer, group, names)


def load_list(layer, group, names):
    if isinstance(layer, keras.Model):
        for inner in layer.layers:
            load_list(inner, group, [each for each in names if inner.name in each.split("/")[:-1]])
        return
    weights = sorted(layer.weights, key=lambda weight: not weight.trainable)
    for weight, name in zip(weights, names, strict=True):
        weight.assign(group[name][()])'''

LOADERS = {"groups": ("load_weights", LOAD_WEIGHTS), "lists": ("load_lists", LOAD_LISTS)}
"""The function that loads weights, by the form of their file, and its code."""

COPY_WEIGHTS = '''\
def copy_weights(model, source):
    """Give each layer the weights of the layer of its name."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())'''
