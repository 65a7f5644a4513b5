"""Holds the static engine against Keras: every kind, and random whole graphs."""
