"""What is known of every Keras layer: one short class each, the families in a file each."""

from cnnspec.layers.base import LAYERS, Example, Layer, Weight

__all__ = ["LAYERS", "Example", "Layer", "Weight"]
