"""Expands documents to graphs: names, parameters, blocks, submodels and training."""
