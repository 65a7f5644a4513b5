"""Escapes the characters that an encoding lacks."""

import codecs

ESCAPES = "cnnspec-escapes"
"""The name of the error handler that escapes characters, for `str.encode` and streams."""


def escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Escape characters as JSON does: `\u2502`, and a pair of escapes beyond U+FFFF."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)), error.end


codecs.register_error(ESCAPES, escaped)


def can_encode(text: str, encoding: str) -> bool:
    """Whether an encoding has all characters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def writable(text: str, encoding: str) -> str:
    """Return a text in which the characters that an encoding lacks are escaped."""
    return text.encode(encoding, ESCAPES).decode(encoding)
