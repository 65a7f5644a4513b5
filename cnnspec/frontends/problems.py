"""What goes wrong where a model is read."""


class UnreadableModel(Exception):
    """The file is not a Keras model that a spec can say; the message tells why."""


MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What is raised where a configuration has not the form that Keras gives it."""
NO_KERAS_MODEL = "its configuration is not that of a Keras model"
