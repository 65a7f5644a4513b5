"""Exceptions of reading a model."""


class UnreadableModel(Exception):
    """The file is not a Keras model, or a spec cannot express it; the message is the reason."""


MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""The exceptions raised if a configuration does not have the structure that Keras writes."""
NO_KERAS_MODEL = "its configuration is not that of a Keras model"
