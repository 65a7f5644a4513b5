"""The checksum of HDF5's newer structures: Bob Jenkins's `lookup3`."""

from struct import iter_unpack

WORD = 0xFFFFFFFF


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> 32 - bits) & WORD


def checksum(data: bytes) -> int:
    """Return the checksum of bytes."""
    a = b = c = 0xDEADBEEF + len(data) & WORD
    first: int
    second: int
    third: int
    if not data:
        return c
    end = (len(data) - 1) // 12 * 12
    for first, second, third in iter_unpack("<III", data[:end]):
        a, b, c = a + first & WORD, b + second & WORD, c + third & WORD
        a = a - c & WORD ^ _rotated(c, 4)
        c = c + b & WORD
        b = b - a & WORD ^ _rotated(a, 6)
        a = a + c & WORD
        c = c - b & WORD ^ _rotated(b, 8)
        b = b + a & WORD
        a = a - c & WORD ^ _rotated(c, 16)
        c = c + b & WORD
        b = b - a & WORD ^ _rotated(a, 19)
        a = a + c & WORD
        c = c - b & WORD ^ _rotated(b, 4)
        b = b + a & WORD
    ((first, second, third),) = iter_unpack("<III", data[end:].ljust(12, b"\0"))
    a, b, c = a + first & WORD, b + second & WORD, c + third & WORD
    c = (c ^ b) - _rotated(b, 14) & WORD
    a = (a ^ c) - _rotated(c, 11) & WORD
    b = (b ^ a) - _rotated(a, 25) & WORD
    c = (c ^ b) - _rotated(b, 16) & WORD
    a = (a ^ c) - _rotated(c, 4) & WORD
    b = (b ^ a) - _rotated(a, 14) & WORD
    return (c ^ b) - _rotated(b, 24) & WORD
