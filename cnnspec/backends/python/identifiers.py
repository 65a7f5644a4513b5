"""Converts names of a spec to unique Python identifiers that are not keywords or builtins."""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable

from cnnspec.naming import JOINERS, spoken_name

MAX_LENGTH = 24
"""The limit of the length of a name, so that calls fit on a line."""
RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def identifier(text: str) -> str:
    """Return the most similar valid Python identifier in lower case, in the letters of the text.

    It is in the normal form that Python compares identifiers in, so that equal ones are found.
    """
    said = unicodedata.normalize("NFKC", spoken_name(text).translate(JOINERS)).lower()
    said = unicodedata.normalize("NFKC", said)
    plain = _joined(said) or _joined(" ".join(map(_named, said))) or "value"
    if len(plain) > MAX_LENGTH:
        plain = plain[: MAX_LENGTH + 1].rpartition("_")[0] or plain[:MAX_LENGTH]
    if not plain.isidentifier() or plain == "l":  # which looks like a digit, so linters refuse it
        plain = f"n{plain}"
    return f"{plain}_" if plain in RESERVED else plain


def _joined(text: str) -> str:
    """Return the parts of a text that an identifier may have; nothing if none is a letter."""
    if not any(map(str.isalnum, text)):
        return ""
    kept = (each if f"n{each}".isidentifier() else " " for each in text)
    return re.sub(r"[\s_]*[\s][\s_]*", "_", "".join(kept)).strip("_ ")


def _named(letter: str) -> str:
    """Return the name of a sign, such as `grinning face`; nothing for those of ASCII."""
    return "" if letter.isascii() else unicodedata.name(letter, "").lower()


class Identifiers:
    """The names that are taken in a scope."""

    def __init__(self, taken: Iterable[str] = (), around: "Identifiers | None" = None) -> None:
        self.taken = set(taken)
        self.around = around

    def __contains__(self, name: str) -> bool:
        """Whether a name is taken here, or in an enclosing scope."""
        return name in self.taken or (self.around is not None and name in self.around)

    def free(self, text: str) -> str:
        """Return a free name that is similar to a text, and take it."""
        return self.unique(identifier(text))

    def unique(self, name: str) -> str:
        """Return a name, with a number if it is taken."""
        found, number = name, 1
        while found in self:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found

    def inside(self) -> "Identifiers":
        """Return a nested scope."""
        return Identifiers(around=self)
