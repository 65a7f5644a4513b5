"""Writes a CheckedGraph as a readable Keras script."""
