"""Names of a spec as names of Python: never a keyword or a builtin, and never one twice."""

import builtins
import keyword
import re
from collections.abc import Iterable

MAX_LENGTH = 24
"""Longer names do not fit on a line with every kind of layer."""
RESERVED = frozenset((*keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


def identifier(text: str) -> str:
    """The nearest name that Python takes, in lower case."""
    plain = re.sub(r"\W+", "_", text.lower(), flags=re.ASCII).strip("_") or "value"
    if len(plain) > MAX_LENGTH:
        plain = plain[: MAX_LENGTH + 1].rpartition("_")[0] or plain[:MAX_LENGTH]
    if plain[0].isdigit() or plain == "l":  # which looks like a digit, so linters refuse it
        plain = f"n{plain}"
    return f"{plain}_" if plain in RESERVED else plain


class Identifiers:
    """The names that are taken in one scope."""

    def __init__(self, taken: Iterable[str] = (), around: "Identifiers | None" = None) -> None:
        self.taken = set(taken)
        self.around = around

    def __contains__(self, name: str) -> bool:
        """Whether a name is taken here, or in a scope around this one."""
        return name in self.taken or (self.around is not None and name in self.around)

    def free(self, text: str) -> str:
        """A name like a text that is not taken yet; it then is."""
        return self.unique(identifier(text))

    def unique(self, name: str) -> str:
        """A name, with a number behind it if it is taken."""
        found, number = name, 1
        while found in self:
            number += 1
            found = f"{name}_{number}"
        self.taken.add(found)
        return found

    def inside(self) -> "Identifiers":
        """The names of a scope inside this one."""
        return Identifiers(around=self)
