"""What a checked graph becomes: a Keras model, a diagram, a table."""
