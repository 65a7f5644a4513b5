"""Counts in words."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which is in the singular for 1."""
    return f"{number:,} {noun if number == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    if noun.endswith("is"):
        return f"{noun[:-2]}es"
    return f"{noun}{'es' if noun.endswith('s') else 's'}"
