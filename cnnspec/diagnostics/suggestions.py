"""Suggestions for mistyped words."""

from collections.abc import Iterable, Iterator

from cnnspec.records import Record

NEAR = 0.7
"""How close a word must be to be suggested; 1 is the same word."""


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
    if not word:
        return None
    words = sorted(known) if isinstance(known, set | frozenset) else dict.fromkeys(known)
    near = {each: closeness for each in words if (closeness := nearness(word, each)) >= NEAR}
    if not near:
        return None
    best = min(near, key=lambda each: (-near[each], *_order(word, each)))
    rivals = [each for each in near if folded(each) != folded(best)]
    is_slip = _is_slip(word, best) and not any(_is_slip(word, each) for each in rivals)
    return Match(best, is_slip or folded(word) == folded(best))


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
    spelled = 1 - distance(left, right) / max(len(left), len(right))
    found = max(spelled, _by_parts(_parts(word), _parts(other)), min(_begun(left, right), 0.85))
    ranks = _rank(left), _rank(right)
    return found - (0.25 if ranks[0] and ranks[1] and ranks[0] != ranks[1] else 0)


def distance(word: str, other: str) -> int:
    """Count the letters to insert, delete, replace or swap to turn a word into another one."""
    before: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for at, letter in enumerate(word, 1):
        before, above, row = row, before, [at]
        for to, wanted in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != wanted))
            swapped = at > 1 and to > 1 and (letter, word[at - 2]) == (other[to - 2], wanted)
            row.append(min(cost, above[to - 2] + 1) if swapped else cost)
    return row[-1]


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
    return distance(left, right) <= (2 if length >= 8 else 1 if length >= 4 else 0)


def _rank(word: str) -> str:
    """Return the rank that a folded word names, such as `2d`; empty if it names none."""
    return next((rank for rank in ("1d", "2d", "3d", "4d") if rank in word), "")


def _parts(word: str) -> list[str]:
    """Split a word at separators, ranks and capital letters, without case."""
    return [part.casefold() for part in _split(word)]


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


def _by_parts(left: list[str], right: list[str]) -> float:
    """Return how close words are by their parts, of which one may lack some."""
    if len(left) < 2 or len(right) < 2:
        return 0.0
    rows = [0.0] * (len(right) + 1)
    for part in left:
        above, rows = rows, [0.0]
        for at, other in enumerate(right):
            both = above[at] + _likeness(part, other) * (len(part) + len(other))
            rows.append(max(above[at + 1], rows[at], both))
    return rows[-1] / sum(map(len, left + right))


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
