"""Declarations of all Keras layers: one short class each, grouped into families by file."""
