"""Keras files: archives, HDF5, configurations and weights, parsed as data."""
