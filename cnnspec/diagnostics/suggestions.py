"""Suggestions for mistyped words."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from cnnspec.records import Record

NEAR = 0.7
"""How close a word must be to be suggested; 1 is the same word."""
MAX_CACHED = 20_000
"""The most words that are kept, with what was found out of them."""
MAX_PARTS = 12
"""The most parts of a word that are compared one by one."""
MAX_LENGTH = 100
"""The longest word that gets a suggestion."""


class Match(Record):
    """The known word that is closest to a mistyped one."""

    word: str
    is_certain: bool
    """Whether it is a slip of the same word, and no other known word is as near."""

    @property
    def text(self) -> str:
        """The suggestion as a question."""
        return f"did you mean '{self.word}'?"


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Suggest the known word closest to a mistyped one."""
    match = closest(word, known)
    return match.text if match else None


def closest(word: str, known: Iterable[str]) -> Match | None:
    """Return the known word closest to a mistyped one, if there is one.

    Case and separators do not count. Words are compared letter by letter and part by part, so that
    `sparse_crossentropy` is close to `sparse_categorical_crossentropy`; a part may be abbreviated.
    Words of the same rank (`2D`) and case are preferred.
    """
    if len(word) > MAX_LENGTH:
        return None
    words = sorted(known) if isinstance(known, set | frozenset) else dict.fromkeys(known)
    return _closest(word, tuple(words))


@lru_cache(1_000)  # of lists with hundreds of words
def _closest(word: str, words: tuple[str, ...]) -> Match | None:
    letters = {*folded(word)}
    near = {
        each: closeness
        for each in words
        if _share_letters(letters, each) and (closeness := nearness(word, each)) >= NEAR
    }
    if not near:
        return None
    best = min(near, key=lambda each: (-near[each], *_order(word, each)))
    rivals = [each for each in near if folded(each) != folded(best)]
    is_slip = _is_slip(word, best) and not any(_is_slip(word, each) for each in rivals)
    return Match(best, is_slip or folded(word) == folded(best))


def is_only_completion(word: str, wanted: str, known: Iterable[str]) -> bool:
    """Whether a word lacks parts of the wanted one, and no other known word has its parts."""
    return len(_parts(word)) > 1 and {folded(each) for each in known if _has_parts(each, word)} == {
        folded(wanted)
    }


def is_completion(word: str, wanted: str) -> bool:
    """Whether a wanted word has all parts of a word, or begins with its letters."""
    left, right = folded(word), folded(wanted)
    return bool(left) and (right.startswith(left) or _has_parts(wanted, word))


def _has_parts(word: str, other: str) -> bool:
    """Whether a word has all parts of another one, in their order."""
    parts = iter(_parts(word))
    return all(part in parts for part in _parts(other))


def _share_letters(letters: set[str], word: str) -> bool:
    """Whether a word has enough of some letters to be near, which is quicker to find out."""
    others = {*word[: 2 * MAX_LENGTH].casefold()}
    return 2 * len(letters & others) >= min(len(letters), len(others))


@lru_cache(MAX_CACHED)
def folded(word: str) -> str:
    """Return a word without case and separators."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def nearness(word: str, other: str) -> float:
    """Return how close two words are, from 0 to 1."""
    left, right = folded(word), folded(other)
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    longest = max(len(left), len(right))
    spelled = 1 - distance(left, right, int(longest * (1 - NEAR))) / longest
    found = max(spelled, _by_parts(_parts(word), _parts(other)), min(_begun(left, right), 0.85))
    ranks = _rank(left), _rank(right)
    return found - (0.25 if ranks[0] and ranks[1] and ranks[0] != ranks[1] else 0)


def distance(word: str, other: str, limit: int = 2 * MAX_LENGTH) -> int:
    """Count the letters to insert, delete, replace or swap to turn a word into another one.

    If there are more than `limit`, the count may be too small, but it is above the limit.
    """
    if abs(len(word) - len(other)) > limit:
        return abs(len(word) - len(other))
    word, other = _without_common_ends(word, other)
    above: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for at, letter in enumerate(word):
        before, row = row, [at + 1]
        cost: int = at + 1
        least = cost
        for to, wanted in enumerate(other):
            cost = min(cost + 1, before[to + 1] + 1, before[to] + (letter != wanted))
            if at and to and letter == other[to - 1] and wanted == word[at - 1]:
                cost = min(cost, above[to - 1] + 1)
            row.append(cost)
            least = cost if cost < least else least
        if least > limit:
            return least
        above = before
    return row[-1]


def _without_common_ends(word: str, other: str) -> tuple[str, str]:
    """Return two words without what they begin and end with."""
    start, shortest = 0, min(len(word), len(other))
    while start < shortest and word[start] == other[start]:
        start += 1
    end = 0
    while end < shortest - start and word[-1 - end] == other[-1 - end]:
        end += 1
    return word[start : len(word) - end], other[start : len(other) - end]


def _order(word: str, other: str) -> tuple[bool, bool]:
    """Return what decides between words that are equally close; after it, the first one is best."""
    rank = _rank(folded(other))
    return other[:1].isupper() != word[:1].isupper(), rank not in (_rank(folded(word)), "2d", "")


def _is_slip(word: str, other: str) -> bool:
    """Whether a word is another one with a letter or two wrong; numbers are never slips."""
    left, right = folded(word), folded(other)
    if [*filter(str.isdigit, left)] != [*filter(str.isdigit, right)]:
        return False
    if left == right or right in (left + "s", left + "es") or left in (right + "s", right + "es"):
        return True
    length = min(len(left), len(right))
    if length < 6 and left[0] != right[0]:
        return False
    return distance(left, right) <= (2 if length >= 8 else 1 if length >= 4 else 0)


def _rank(word: str) -> str:
    """Return the rank that a folded word names, such as `2d`; empty if it names none."""
    return next((rank for rank in ("1d", "2d", "3d", "4d") if rank in word), "")


@lru_cache(MAX_CACHED)
def _parts(word: str) -> tuple[str, ...]:
    """Split a word at separators, ranks and capital letters, without case."""
    return tuple(part.casefold() for part in _split(word))


def _split(word: str) -> Iterator[str]:
    part = ""
    for at, letter in enumerate(word):
        after = word[at + 1 : at + 2]
        starts = letter.isupper() and (part[-1:].islower() or (part and after.islower()))
        starts_rank = letter.isdigit() and after in ("d", "D") and part
        ends_rank = len(part) == 2 and part[0].isdigit()
        if part and (not letter.isalnum() or starts or starts_rank or ends_rank):
            yield part
            part = ""
        part += letter if letter.isalnum() else ""
    if part:
        yield part


def _by_parts(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Return how close words are by their parts, of which one may lack some."""
    if len(left) < 2 or len(right) < 2 or max(len(left), len(right)) > MAX_PARTS:
        return 0.0
    rows = [0.0] * (len(right) + 1)
    for part in left:
        above, rows = rows, [0.0]
        for at, other in enumerate(right):
            both = above[at] + _likeness(part, other) * (len(part) + len(other))
            rows.append(max(above[at + 1], rows[at], both))
    return rows[-1] / sum(map(len, left + right))


@lru_cache(MAX_CACHED)
def _likeness(part: str, other: str) -> float:
    """Return how close two parts of words are; one may have only some letters of the other."""
    spelled = 1 - distance(part, other) / max(len(part), len(other))
    short, long = sorted((part, other), key=len)
    letters = iter(long)
    is_inside = len(short) >= 3 and short[0] == long[0] and all(each in letters for each in short)
    is_close = is_inside and len(long) - len(short) <= 4
    return max(_begun(part, other), 0.8 if is_close else 0, spelled if spelled >= NEAR else 0)


def _begun(left: str, right: str) -> float:
    """Return how close the beginning of a word is to it."""
    short, long = sorted((left, right), key=len)
    if len(short) < 3 or not long.startswith(short):
        return 1.0 if short == long else 0.0
    return (0.7 if len(short) == 3 else 0.8) + 0.2 * len(short) / len(long)
