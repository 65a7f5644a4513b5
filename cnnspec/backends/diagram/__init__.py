"""CheckedGraph to a diagram: a figure, folded as a reader wishes, in DOT and what is made of it."""
