"""Aligns two sequences, so that the scores of the pairs have the largest sum."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")
Pairs = list[tuple[Item, Item]]

MOST_CELLS = 400_000
"""How many pairs are scored; in longer sequences, only those at about the same position."""
LEAST_BAND = 64
"""The smallest distance between positions that is still scored in longer sequences."""
PAIR, SKIP_OLD, SKIP_NEW = range(3)
UNREACHED = -1


def aligned(
    old: Sequence[Item], new: Sequence[Item], score: Callable[[Item, Item], int], sure: int
) -> Pairs[Item]:
    """The pairs of an alignment; two items whose score is 0 are never a pair.

    At both ends, items whose score is at least `sure` are paired immediately.
    """
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and score(old[head], new[head]) >= sure:
        head += 1
    tail = 0
    while tail < shorter - head and score(old[-1 - tail], new[-1 - tail]) >= sure:
        tail += 1
    ends = len(old) - tail, len(new) - tail
    return [
        *zip(old[:head], new[:head], strict=True),
        *_best(old[head : ends[0]], new[head : ends[1]], score),
        *zip(old[ends[0] :], new[ends[1] :], strict=True),
    ]


def _best(
    old: Sequence[Item], new: Sequence[Item], score: Callable[[Item, Item], int]
) -> Pairs[Item]:
    """The alignment of Needleman and Wunsch (1970), doi:10.1016/0022-2836(70)90057-4.

    It stays in a band around the diagonal, so that the time grows linearly with the length.
    """
    band = max(LEAST_BAND, MOST_CELLS // (len(old) + 1))
    low, high = min(0, len(new) - len(old)) - band, max(0, len(new) - len(old)) + band
    above = [0] * (len(new) + 1)
    steps: list[tuple[int, bytearray]] = []
    for row, item in enumerate(old, start=1):
        start, end = max(1, row + low), min(len(new), row + high)
        here = [UNREACHED] * (len(new) + 1)
        if start == 1:
            here[0] = 0
        row_steps = bytearray(max(0, end - start + 1))
        for column in range(start, end + 1):
            best, chosen = above[column], SKIP_OLD
            if here[column - 1] > best:
                best, chosen = here[column - 1], SKIP_NEW
            gained = score(item, new[column - 1])
            if gained and above[column - 1] != UNREACHED and above[column - 1] + gained >= best:
                best, chosen = above[column - 1] + gained, PAIR
            here[column], row_steps[column - start] = best, chosen
        above = here
        steps.append((start, row_steps))
    return _traced(old, new, steps)


def _traced(
    old: Sequence[Item], new: Sequence[Item], steps: Sequence[tuple[int, bytearray]]
) -> Pairs[Item]:
    """The pairs on the best path, traced back from its end."""
    row, column = len(old), len(new)
    pairs = []
    while row and column:
        start, row_steps = steps[row - 1]
        at = column - start
        chosen = row_steps[at] if 0 <= at < len(row_steps) else SKIP_OLD
        if chosen == PAIR:
            pairs.append((old[row - 1], new[column - 1]))
        row -= chosen != SKIP_NEW
        column -= chosen != SKIP_OLD
    return pairs[::-1]


def longest_rise(numbers: Iterable[int]) -> set[int]:
    """The positions of the longest increasing subsequence (Fredman, 1975)."""
    places: list[int] = []
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for place, number in enumerate(numbers):
        at = bisect_left(ends, number)
        before[place] = places[at - 1] if at else None
        ends[at : at + 1], places[at : at + 1] = [number], [place]
    kept: set[int] = set()
    last = places[-1] if places else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
