"""A document to a graph: names, parameters, blocks, submodels and the training section."""
