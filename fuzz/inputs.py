"""Inputs, their kinds, and the answers to them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from random import Random

from cnnspec.records import Record


class Input(Record):
    """An input: the content of a file, or a command line in JSON."""

    data: bytes
    suffix: str = ""
    """The suffix of the file."""

    @property
    def name(self) -> str:
        """The name of its file in the corpus."""
        return sha256(self.data).hexdigest()[:12] + self.suffix


@dataclass
class Answer:
    """What an input is answered, and what is wrong with that."""

    folder: str = ""
    """The folder in which it is answered, whose name is left out."""
    failures: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    """What was checked of the answer; checks that take long are made of a part of the answers."""

    begin: Callable[[], object] = object
    """Called where the next command begins: each has its own time."""

    def checked(self, what: str) -> None:
        """Count a check."""
        self.checks.append(what)

    def fail(self, failure: str) -> None:
        """Add something that does not hold."""
        self.failures.append(failure)

    def add(self, part: object) -> None:
        """Add a part of what is answered; it must not depend on the process."""
        self.parts.append(str(part).replace(self.folder, "") if self.folder else str(part))

    @property
    def digest(self) -> str:
        """Return a digest of the answer."""
        return sha256("\0".join(self.parts).encode(errors="surrogatepass")).hexdigest()[:16]


class Kind(Record):
    """A kind of input."""

    make: Callable[[Random], Input]
    check: Callable[[Input, Path, Answer], None]
    """Checks the answer to an input, in an empty folder."""
    share: int
    """How many of a hundred inputs are of this kind."""
    seconds: float = 5.0
    """The longest time of computing that an answer may take."""
    megabytes: float = 1_500
    """The most memory that the process may have after an answer."""
    patience: float = 120.0
    """The seconds after which an answer that neither comes nor computes is given up."""
