"""Keras's losses, metrics, optimizers, initializers and other objects, a short class each."""
