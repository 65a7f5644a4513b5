"""Exceptions of reading a model."""

from cnnspec.diagnostics.report import Report


class UnreadableModel(Exception):
    """The file is not a Keras model, or a spec cannot express it; the message is the reason."""


MALFORMED = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""The exceptions raised if a configuration does not have the structure that Keras writes."""
NO_KERAS_MODEL = "its configuration is not that of a Keras model"
SHARED = (
    "the layer '{}' is in {} and in {}: a spec cannot say that they share weights, which only the calls "
    "of a layer in one model do"
)
HOLDS_ANOTHER = (
    "the layer {} holds the layer '{}', which the model has elsewhere too: a spec cannot say that they "
    "share weights"
)


def unreadable(message: str) -> Report:
    """Return the report on a model that cannot be read."""
    report = Report()
    report.error("unreadable-model", message)
    return report
