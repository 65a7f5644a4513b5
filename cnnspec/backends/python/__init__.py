"""CheckedGraph to a Keras script that a person would be glad to own."""

from cnnspec.backends.python.models import NoScript
from cnnspec.backends.python.script import script

__all__ = ["NoScript", "script"]
