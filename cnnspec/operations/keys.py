"""Keys of indexing, written as in Python: `:, 0, 1:-1`. They are parsed, never evaluated."""

import re
from collections.abc import Iterator
from types import EllipsisType
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.records import Record
from cnnspec.shapes import MAX_SIZE

MAX_ITEMS = 100
"""The most items of a key."""
MAX_CHARACTERS = 2000
"""The most characters of a key."""
MAX_DIGITS = 20
"""The most characters of a number, with its sign."""

_NUMBER = r"[+-]?[0-9]+"
_OUTSIDE_BRACKETS = re.compile(r",(?![^\[\]]*\])(?![^()]*\))")
_SLICE_FORM = r"(?:({0})\s*)?:(?:\s*({0}))?(?:\s*:(?:\s*({0}))?)?"
_SLICE = re.compile(_SLICE_FORM.format(_NUMBER))
_ITEM = (
    rf"\s*(?:{_NUMBER}|{_SLICE_FORM.replace('({0})', _NUMBER)}"
    r"|\.\.\.|Ellipsis|None|(?:np\.)?newaxis|null)\s*"
)
PATTERN = rf"^(?:\s*\[{_ITEM}(?:,{_ITEM})*(?:,\s*)?\]\s*|{_ITEM}(?:,{_ITEM})*(?:,\s*)?)$"
"""What a key looks like, for editors; `items` parses it."""
_WORDS: dict[str, EllipsisType | None] = {
    "...": ...,
    "Ellipsis": ...,
    "None": None,
    "newaxis": None,
    "np.newaxis": None,
    "null": None,
}


class Cut(Record):
    """A slice, `start:stop:step`."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None

    @property
    def python(self) -> slice:
        """The slice of Python."""
        return slice(self.start, self.stop, self.step)

    def __str__(self) -> str:
        ends = [self.start, self.stop, *([] if self.step is None else [self.step])]
        return ":".join("" if end is None else str(end) for end in ends)


Item = int | Cut | EllipsisType | None
"""An index, a slice, `...` or a new axis."""


def items(key: str) -> tuple[Item, ...]:
    """Parse a key.

    Raises:
        Problem: it is not a key.

    """
    if len(key) > MAX_CHARACTERS:
        raise Problem("too-large", f"a key may have {MAX_CHARACTERS} characters at most")
    written = key.strip()
    if written.startswith("[") and written.endswith("]"):
        written = written[1:-1].strip()
    parts = [part.strip() for part in _OUTSIDE_BRACKETS.split(written)]
    if len(parts) > 1 and not parts[-1]:
        del parts[-1]
    if len(parts) > MAX_ITEMS:
        raise Problem("too-large", f"a key may have {MAX_ITEMS} items at most")
    found = tuple(map(_item, parts))
    if found.count(...) > 1:
        raise Problem("conflicting-arguments", "a key may have '...' only once")
    return found


def _item(written: str) -> Item:
    if written in _WORDS:
        return _WORDS[written]
    if re.fullmatch(_NUMBER, written):
        return _bounded(written)
    match = _SLICE.fullmatch(written)
    if match is None:
        raise Problem("unknown-value", _not_a_key(written))
    start, stop, step = (None if part is None else _bounded(part) for part in match.groups())
    if step == 0:
        raise Problem("out-of-range", f"the step of the slice '{written}' must not be 0")
    return Cut(start, stop, step)


def _not_a_key(written: str) -> str:
    what = f"{shown(written)} is not an index" if written else "an index is missing"
    return f"{what}; a key has numbers, slices such as '1:-1', '...' and 'None', with commas"


def _bounded(written: str) -> int:
    if len(written) > MAX_DIGITS or abs(int(written)) > MAX_SIZE:
        raise Problem(
            "out-of-range", f"the index {shown(written)[1:-1]} is larger than a tensor can be"
        )
    return int(written)


def spelled(found: tuple[Item, ...]) -> str:
    """Write a key."""
    return ", ".join("..." if item is ... else str(item) for item in found)


def _key(value: Any, _: type[Declaration]) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, list | tuple) and value and {*map(type, value)} <= {int, str}:
        written = f'key: "{", ".join(map(str, value))}"'
        raise Problem("wrong-type", "", suggestion=f"write it as text: `{written}`")
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    return spelled(items(value))


def in_python(key: str) -> Iterator[Any]:
    """Yield the items of a key as Python has them."""
    for item in items(key):
        yield item.python if isinstance(item, Cut) else item


Key = Annotated[
    str,
    Checked(
        "an index or several, such as ':, 0, 1:-1'",
        check=_key,
        schema={"type": ["string", "integer"], "pattern": PATTERN},
    ),
]
