"""What failed in Keras, TensorFlow or the code of others, and why, in one line."""
