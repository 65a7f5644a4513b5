"""The corpus: a few inputs of each kind, and every input that ever failed, made smaller."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fuzz.inputs import Input

CORPUS = Path(__file__).parents[2] / "tests" / "fuzz_corpus"
TRIES = 200
SECONDS = 10.0
"""The longest time to make an input smaller."""


def keep(corpus: Path, kind: str, given: Input) -> None:
    """Write an input to a corpus."""
    file = corpus / kind / given.name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(given.data)


def read(file: Path) -> Input:
    """Return an input of the corpus."""
    return Input(file.read_bytes(), "".join(file.suffixes))


def signature(failure: str) -> str:
    """Return what two failures of the same cause have in common: the code, or the first words."""
    lines = failure.strip().splitlines()
    places = [line.strip() for line in lines if line.startswith("  File ")]
    words = [*places[-1:], lines[-1] if places else lines[0]]
    return re.sub(r"'[^']*'|\d+", "#", " ".join(words))[:160]


def smaller(given: Input, fails: Callable[[Input], bool]) -> Input:
    """Remove parts of an input that still fails without them."""
    until, tries = time.monotonic() + SECONDS, 0
    progress = True
    while progress:
        progress = False
        for shorter in _shorter(given.data):
            tries += 1
            if tries > TRIES or time.monotonic() > until:
                return given
            candidate = Input(shorter, given.suffix)
            if fails(candidate):
                given, progress = candidate, True
                break
    return given


def _shorter(data: bytes) -> Iterator[bytes]:
    """Yield data without some of its lines, or of its bytes if it has few lines; large parts first."""
    lines = data.splitlines(keepends=True)
    parts = lines if len(lines) > 3 else [data[at : at + 1] for at in range(len(data))]
    size = len(parts) // 2
    while size:
        for at in range(0, len(parts), size):
            yield b"".join([*parts[:at], *parts[at + size :]])
        size //= 2
