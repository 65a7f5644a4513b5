"""Suggestions for mistyped words."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Suggest the known word closest to a mistyped one, preferring the case it starts with."""
    from difflib import get_close_matches  # not needed for specs without errors

    by_folded: dict[str, str] = {}
    for candidate in sorted(known, key=lambda each: each[:1].isupper() == word[:1].isupper()):
        by_folded[candidate.lower()] = candidate
    near = get_close_matches(word.lower(), sorted(by_folded), n=1, cutoff=0.7)
    return f"did you mean '{by_folded[near[0]]}'?" if near else None
