"""Converts Keras models to documents. Models are parsed as data; Keras is not imported."""
