"""Converts names of a spec to unique Python identifiers that are not keywords or builtins."""

import builtins
import keyword
import re
from collections.abc import Iterable

MAX_LENGTH = 24
"""The limit of the length of a name, so that calls fit on a line."""
RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def identifier(text: str) -> str:
    """Return the most similar valid Python identifier in lower case."""
    plain = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_") or "value"
    if len(plain) > MAX_LENGTH:
        plain = plain[: MAX_LENGTH + 1].rpartition("_")[0] or plain[:MAX_LENGTH]
    if plain[0].isdigit() or plain == "l":  # which looks like a digit, so linters refuse it
        plain = f"n{plain}"
    return f"{plain}_" if plain in RESERVED else plain


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
