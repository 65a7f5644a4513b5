"""Changes of bytes: moved, doubled, removed, replaced by words or by parts of another input."""

from collections.abc import Callable, Sequence
from random import Random

WORDS = (
    b"$x", b"$(x + 1)", b"$$", b"{", b"}", b"[", b"]", b": ", b"- ", b"\n", b"\t", b"#", b"&a ",
    b"*a", b"!!int ", b"---\n", b"|\n", b"'", b'"', b"\0", b"\xff", b"\xef\xbb\xbf", "\u202e".encode(),
    b"null", b"0", b"-1", b"1e400", b"99999999999999999999", b"from", b"repeat", b"name", b"layers",
    b"branches", b"previous", b"shared", b"ops.", b"x/y", b"~", b"<<", b"? ", b"% ", b"\r\n", b"\x85",
)  # fmt: skip
Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutated(
    rng: Random, data: bytes, seeds: Sequence[bytes], mutations: Sequence[Mutation]
) -> bytes:
    """Return data after some mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        data = rng.choice(mutations)(rng, data, seeds)
    return data


def _range(rng: Random, data: bytes) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(1 / 12)))


def inserted(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Insert a word."""
    at, _ = _range(rng, data)
    return data[:at] + rng.choice(WORDS) + data[at:]


def removed(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Remove some bytes."""
    start, end = _range(rng, data)
    return data[:start] + data[end:]


def replaced(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Put a word in the place of some bytes."""
    start, end = _range(rng, data)
    return data[:start] + rng.choice(WORDS) + data[end:]


def flipped(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Change a byte."""
    at = rng.randrange(max(len(data), 1))
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def doubled(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Repeat some bytes."""
    start, end = _range(rng, data)
    return data[:end] + data[start:end] * rng.choice((1, 2, 50)) + data[end:]


def cut(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Cut the end off."""
    return data[: rng.randrange(len(data) + 1)]


def numbered(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Put a number of some bytes in the place of others, as a size or an address."""
    size = rng.choice((1, 2, 4, 8))
    number = rng.choice(
        (0, 1, 255, 2 ** (8 * size) - 1, 2 ** (8 * size - 1), rng.randrange(len(data) + 1))
    )
    at = rng.randrange(len(data) + 1)
    written: bytes = (number % 2 ** (8 * size)).to_bytes(size, "little")
    return data[:at] + written + data[at + size :]


def spliced(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Put some lines of another seed between those of a text."""
    lines, others = data.splitlines(keepends=True), rng.choice(seeds).splitlines(keepends=True)
    at, start = rng.randrange(len(lines) + 1), rng.randrange(len(others) + 1)
    return b"".join([*lines[:at], *others[start : start + rng.randrange(1, 12)], *lines[at:]])


def indented(rng: Random, data: bytes, seeds: Sequence[bytes]) -> bytes:
    """Indent some lines."""
    lines = data.splitlines(keepends=True)
    at = rng.randrange(len(lines) + 1)
    moved = [b" " * rng.randrange(1, 5) + each for each in lines[at : at + rng.randrange(1, 4)]]
    return b"".join([*lines[:at], *moved, *lines[at + len(moved) :]])


OF_TEXTS: tuple[Mutation, ...] = (inserted, removed, replaced, flipped, doubled, spliced, indented)
OF_FILES: tuple[Mutation, ...] = (removed, flipped, flipped, doubled, cut, numbered, numbered)
