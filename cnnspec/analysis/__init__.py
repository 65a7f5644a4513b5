"""What is computed of a graph: shapes, weights, costs, receptive fields, and warnings."""
