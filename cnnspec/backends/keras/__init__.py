"""CheckedGraph to a plain `keras.Model`: no custom objects, and what it was said to be."""
