"""CheckedGraph to a plain `keras.Model`: no custom objects, and what it was said to be."""

from cnnspec.backends.keras.building import Built, build
from cnnspec.backends.keras.errors import BackendMismatch, CodeError, WeightsDoNotFit
from cnnspec.backends.keras.loading import LoadedWeights
from cnnspec.backends.keras.objects import keras_class, keras_object, layer_object, weight_name

__all__ = [
    "BackendMismatch",
    "Built",
    "CodeError",
    "LoadedWeights",
    "WeightsDoNotFit",
    "build",
    "keras_class",
    "keras_object",
    "layer_object",
    "weight_name",
]
