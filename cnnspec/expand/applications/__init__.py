"""Networks of `keras.applications` as submodels, without importing Keras."""
