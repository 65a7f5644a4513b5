"""Analysis of graphs: shapes, weights, costs, receptive fields and warnings."""
