"""Counts in words."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which is in the singular for 1."""
    return f"{number:,} {noun if number == 1 else f'{noun}s'}"
