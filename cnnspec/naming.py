"""How kinds become names of steps."""

import re

_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_BETWEEN_WORDS = re.compile(r"([a-z])([A-Z])")


def snake_case(kind: str) -> str:
    """A class name in the form that Keras gives unnamed layers: `MaxPooling2D` -> `max_pooling2d`."""
    return _BETWEEN_WORDS.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", kind)).lower()
