"""Declarations of all Keras layers: one short class each, grouped into families by file."""

from cnnspec.layers.base import LAYERS, Example, Layer, Weight

__all__ = ["LAYERS", "Example", "Layer", "Weight"]
