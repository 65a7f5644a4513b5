"""Counts in words."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which is in the singular for 1."""
    return f"{number:,} {of_number(number, noun)}"


def of_number(number: int | None, noun: str) -> str:
    """Return a noun as it follows a number: in the singular for 1."""
    if number == 1:
        return noun
    if noun.endswith("is"):
        return f"{noun[:-2]}es"
    return f"{noun}{'es' if noun.endswith('s') else 's'}"
