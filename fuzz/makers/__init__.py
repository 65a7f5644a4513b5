"""Makers of random inputs, one module per kind."""
