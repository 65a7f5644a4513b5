"""Helper functions of scripts that load weights by layer name."""

IMPORTS = ("h5py", "io", "numpy", "zipfile")
NAMES = ("load_weights", "load_layers", "load_layer", "copy_weights")

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

COPY_WEIGHTS = '''\
def copy_weights(model, source):
    """Give each layer the weights of the layer of its name."""
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(source.get_layer(layer.name).get_weights())'''
