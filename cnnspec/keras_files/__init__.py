"""Files that Keras writes: archives, HDF5, configurations and weights, read as data."""
