"""CheckedGraph to a Keras script that a person would be glad to own."""
