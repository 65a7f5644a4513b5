"""Derives names of steps from kinds, and names of Keras layers from names of steps."""

import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType

NO_CLASSES: Mapping[str, str] = MappingProxyType({})
"""No import paths of classes that are not from Keras, by their names in a file of Keras."""
_BEFORE_WORD = re.compile(r"(.)([A-Z][a-z]+)")
_BETWEEN_WORDS = re.compile(r"([a-z])([A-Z])")


@cache
def snake_case(kind: str) -> str:
    """Convert a class name as Keras does for unnamed layers: `MaxPooling2D` -> `max_pooling2d`."""
    return _BETWEEN_WORDS.sub(r"\1_\2", _BEFORE_WORD.sub(r"\1_\2", kind)).lower()


JOINERS = dict.fromkeys((0x200C, 0x200D))
"""Signs without a width that are part of words and emoji; a table that removes them from a text."""
OWN = "."
"""The name of the last step of a block that has the name of the call."""
_SEPARATORS = str.maketrans("/ ", "__")
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"


@lru_cache(maxsize=4096)
def keras_name(name: str) -> str:
    """Return the name of the Keras layer or model for a name in a spec.

    Keras does not allow `/`. It allows everything else, but TensorFlow then fails in the first
    training step for characters other than `A-Za-z0-9_.-`. Therefore `/` and spaces become `_`, and
    every other character becomes its code point.
    """
    spelled = name.removesuffix(f"/{OWN}").translate(_SEPARATORS)
    if not spelled.strip(_PLAIN):
        return spelled
    return "".join(letter if letter in _PLAIN else f"u{ord(letter):04x}" for letter in spelled)


def spoken_name(name: str) -> str:
    """Return the name in a spec for the name of a Keras layer or model: `cafu00e9` is `café`.

    Only names that `keras_name` may have made are changed, and it makes the same name again. A code
    that could as well be a number, as in `gru1000`, is kept.
    """
    if "u" not in name or not name.isascii():
        return name
    found = _decoded(name, are_numbers=True)
    if found != name:
        found = _decoded(name, are_numbers=False)
    return found if keras_name(found) == name else name


def _decoded(name: str, *, are_numbers: bool) -> str:
    """Replace codes by letters; with `are_numbers`, none whose digits are those of a number."""
    found = ""
    place = 0
    while place < len(name):
        letter = _coded(name, place)
        code = "" if letter is None else f"{ord(letter):04x}"
        if code.isdecimal():
            is_mark = letter is not None and unicodedata.category(letter).startswith("M")
            follows_letter = found[-1:].isascii() and found[-1:].isalpha() and not is_mark
            is_number = are_numbers and not code.startswith("0")
            code = "" if is_number or follows_letter else code
        found += letter if letter and code else name[place]
        place += len(code) + 1
    return found


def _coded(name: str, place: int) -> str | None:
    """Return the letter whose code point is written at a place of a name, if there is one."""
    widths = (5, 4, 6) if name.startswith("u1f", place) else (4, 5, 6)  # most of 1f... are emoji
    for width in widths if name[place] == "u" else ():
        code = name[place + 1 : place + 1 + width]
        if len(code) < width or code.strip("0123456789abcdef") or int(code, 16) > sys.maxunicode:
            continue
        letter = chr(int(code, 16))
        is_said = letter.translate(JOINERS).isprintable()  # which an empty text is
        if is_said and not letter.isascii() and f"{ord(letter):04x}" == code:
            return letter
    return None


def node_name(scoped: str) -> str:
    """Return the name of a node for the name of its step, which has the scopes of blocks."""
    return scoped.removesuffix(f"/{OWN}").replace("/", "_")


def model_root(name: str) -> str:
    """Return the Keras name of an outermost model; TensorFlow has a rule for its first letter."""
    spelled = keras_name(name)
    return spelled if spelled[0].isalnum() else f"m{spelled}"


def spelled(name: str) -> str:
    """Return the name of a file for the name of a model: as `model_root`, but in all letters."""
    return spoken_name(model_root(name))


def model_name(text: str) -> str:
    """Return a valid name of a model that is as close to a text as possible."""
    plain = re.sub(r"[^\w.\- ]", "_", text)
    return plain if re.match(r"\w", plain) else f"model{plain}"


_COUNTED = r"(.+?)(?:_(\d+))?"


def first_names(names: Iterable[str], kinds: Collection[str]) -> dict[str, str]:
    """Map names of Keras layers to the names that they have in the first model of a process.

    Keras numbers unnamed layers on from those of all previous models. `kinds` are the words that
    such names start with.
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
