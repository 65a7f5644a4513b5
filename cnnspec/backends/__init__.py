"""Backends: turn a checked graph into a Keras model, a script, a diagram or a table."""
