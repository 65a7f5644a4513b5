"""Copies the weights of networks of `keras.applications`, as loaded by Keras, into built models."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras

from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.backends.keras.loading import LoadedWeights, layers_by_name, load_weights
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Application
from cnnspec.keras_files.copying import copied
from cnnspec.naming import first_names, snake_case


def load_application(
    model: Any, checked: CheckedGraph, application: Application, *, whole: bool
) -> LoadedWeights:
    """Load the weights of a network that its spec names, from Keras or from a file.

    For downloaded weights and legacy files, Keras makes its own network, whose layers are copied by
    name. With `whole`, every layer with weights must be in the model.

    Raises:
        WeightsDoNotFit: they are not available, or the network has other layers or shapes.

    """
    if application.file is not None:
        return load_weights(model, checked, application.file, whole=whole, counted=True)
    known = _loaded(application)
    from_ = {name: layer for name, layer in names_of_a_first_model(known).items() if layer.weights}
    into = layers_by_name(model)
    loaded = []
    for node in checked.nodes:
        if not node.is_first_call or not node.weights:
            continue
        layer, source = into[node.keras_name], from_.pop(node.keras_name, None)
        shapes = [tuple(each.shape) for each in layer.weights]
        if source is None or [tuple(each.shape) for each in source.weights] != shapes:
            raise WeightsDoNotFit(
                f"Keras has different weights for '{node.name}' of '{checked.name}'"
            )
        values: dict[str, Any] = {}
        source.save_own_variables(values)
        layer.load_own_variables(values)
        loaded.append(node.name)
    if whole and from_:
        raise WeightsDoNotFit(
            f"'{checked.name}' has no layer '{next(iter(from_))}', which Keras has"
        )
    return LoadedWeights(Path(str(application.weights)), tuple(loaded))


def _loaded(application: Application) -> Any:
    """Return the network, built and loaded by Keras."""
    declaration = application.declaration
    known = {name: declaration.checked(name) for name in declaration.arguments()}
    make = getattr(keras.applications, declaration.kind())
    try:
        with warnings.catch_warnings(), TemporaryDirectory() as folder:
            # of sizes that ImageNet's weights were not made with: those for the usual size fit
            warnings.simplefilter("ignore")
            known["weights"] = str(
                copied(application.weights, Path(folder))
                if isinstance(application.weights, Path)
                else application.weights
            )
            return make(**known)
    except Exception as error:  # a download raises just that
        raise WeightsDoNotFit(f"'{application.weights}': {error}") from error


def names_of_a_first_model(model: Any) -> dict[str, Any]:
    """Map layers by the names that they would have in the first model of a process."""
    kinds = {snake_case(type(layer).__name__) for layer in model.layers}
    names = first_names((layer.name for layer in model.layers), kinds)
    return {names[layer.name]: layer for layer in model.layers}
