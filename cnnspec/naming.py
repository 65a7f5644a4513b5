"""How kinds become names of steps, and names of steps those of Keras layers."""

import re

_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_BETWEEN_WORDS = re.compile(r"([a-z])([A-Z])")


def snake_case(kind: str) -> str:
    """A class name in the form that Keras gives unnamed layers: `MaxPooling2D` -> `max_pooling2d`."""
    return _BETWEEN_WORDS.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", kind)).lower()


_PLAIN = re.compile(r"[A-Za-z0-9_.-]")


def keras_name(name: str) -> str:
    """The name of the Keras layer or model for a name in a spec.

    Keras refuses `/`. It takes all else, but TensorFlow then fails in the first training step over
    any character outside of `A-Za-z0-9_.-`: a space becomes `_`, as `/` does, and every other
    character its code point.
    """
    return "".join(
        letter if _PLAIN.match(letter) else "_" if letter in "/ " else f"u{ord(letter):04x}"
        for letter in name
    )


def model_name(text: str) -> str:
    """A name that a model may have, as near to a text as it can be."""
    plain = re.sub(r"[^\w.\- ]", "_", text)
    return plain if re.match(r"\w", plain) else f"model{plain}"
