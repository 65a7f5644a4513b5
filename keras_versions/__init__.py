"""Finds what differs between the versions of Keras that cnnspec supports: `python -m keras_versions`."""
