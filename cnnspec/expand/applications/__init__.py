"""Submodels that are networks of `keras.applications`, known without Keras."""
