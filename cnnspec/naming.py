"""How kinds become names of steps, and names of steps those of Keras layers."""

import re
from collections.abc import Collection, Iterable
from functools import cache, lru_cache

_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_BETWEEN_WORDS = re.compile(r"([a-z])([A-Z])")


@cache
def snake_case(kind: str) -> str:
    """A class name in the form that Keras gives unnamed layers: `MaxPooling2D` -> `max_pooling2d`."""
    return _BETWEEN_WORDS.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", kind)).lower()


_SEPARATORS = str.maketrans("/ ", "__")
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"


@lru_cache(maxsize=4096)
def keras_name(name: str) -> str:
    """The name of the Keras layer or model for a name in a spec.

    Keras refuses `/`. It takes all else, but TensorFlow then fails in the first training step over
    any character outside of `A-Za-z0-9_.-`: a space becomes `_`, as `/` does, and every other
    character its code point.
    """
    spelled = name.translate(_SEPARATORS)
    if not spelled.strip(_PLAIN):
        return spelled
    return "".join(letter if letter in _PLAIN else f"u{ord(letter):04x}" for letter in spelled)


def model_root(name: str) -> str:
    """The name in Keras of a model that is in no other; TensorFlow has a rule for its first letter."""
    spelled = keras_name(name)
    return spelled if spelled[0].isalnum() else f"m{spelled}"


def model_name(text: str) -> str:
    """A name that a model may have, as near to a text as it can be."""
    plain = re.sub(r"[^\w.\- ]", "_", text)
    return plain if re.match(r"\w", plain) else f"model{plain}"


_COUNTED = r"(.+?)(?:_(\d+))?"


def first_names(names: Iterable[str], kinds: Collection[str]) -> dict[str, str]:
    """For names of Keras layers, those that the layers have in the first model of a process.

    Keras counts the layers that are given no name, on from those of all models before. `kinds` are
    the words that such names start with.
    """
    found: dict[str, str] = {}
    unnamed: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        match = re.fullmatch(_COUNTED, name)
        if match is not None and match[1] in kinds:
            unnamed.setdefault(match[1], []).append((int(match[2] or 0), name))
        else:
            found[name] = name
    for kind, counted in unnamed.items():
        for at, (_, name) in enumerate(sorted(counted)):
            found[name] = f"{kind}_{at}" if at else kind
    return found
