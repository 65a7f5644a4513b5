"""Compares the static analysis with Keras: every kind of layer, and random graphs."""
