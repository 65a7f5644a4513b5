"""Builds a plain `keras.Model` from a CheckedGraph, without custom objects."""
