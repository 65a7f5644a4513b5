"""Values in other forms: numbers in quotes, signs of other languages after them, names of files."""

import re
from collections.abc import Iterator

from cnnspec.mistakes.written import Mistake, Written
from cnnspec.objects.families import DATA
from cnnspec.syntax.scalars import plain_scalar


def quoted_numbers(written: Written) -> Iterator[Mistake]:
    """Propose `32` for `"32"`, and `10` for `10.0`."""
    for entry in written.entries:
        at, raw = written.range(entry.node), written.raw(entry.node)
        if isinstance(entry.value, str) and raw[:1] in ("'", '"') and _is_other(entry.value):
            yield Mistake("wrong-type", None, at, ((*at, entry.value),))
        elif (
            isinstance(entry.value, float) and entry.value.is_integer() and abs(entry.value) < 1e15
        ):
            yield Mistake("wrong-type", None, at, ((*at, str(int(entry.value))),))


def percentages(written: Written) -> Iterator[Mistake]:
    """Propose `0.5` for `50%`."""
    for entry in written.entries:
        if (share := share_of(entry.value)) is not None:
            at = written.range(entry.node)
            yield Mistake("wrong-type", None, at, ((*at, share),))


def share_of(value: object) -> str | None:
    """Return the number that a percentage such as `50%` is; None for other values."""
    found = re.fullmatch(r"(?a)(\d+(?:\.\d+)?) ?%", value) if isinstance(value, str) else None
    return f"{float(found[1]) / 100:.12g}" if found is not None else None


_SUM = re.compile(r"(?a)-?\d+(?:\.\d+)?(?: *(?:[-+*/%]|//|\*\*) *-?\d+(?:\.\d+)?)+")


def calculations(written: Written) -> Iterator[Mistake]:
    """Propose `$(2 * 16)` for `2 * 16`."""
    for entry in written.entries:
        if isinstance(entry.value, str) and _SUM.fullmatch(entry.value):
            at = written.range(entry.node)
            message = "a calculation is written as $(...)"
            yield Mistake("wrong-type", message, at, ((*at, f"$({entry.value})"),))


def numbers_as_regularizers(written: Written) -> Iterator[Mistake]:
    """Propose `{L2: {l2: 0.01}}` for `0.01`."""
    for entry in written.entries:
        is_number = isinstance(entry.value, int | float) and not isinstance(entry.value, bool)
        if is_number and str(entry.path[-1] if entry.path else "").endswith("_regularizer"):
            at = written.range(entry.node)
            new = f"{{L2: {{l2: {written.raw(entry.node)}}}}}"
            yield Mistake("wrong-structure", None, at, ((*at, new),), is_safe=False)


def _is_other(text: str) -> bool:
    """Whether a text without its quotes is a number or a truth value."""
    try:
        value = plain_scalar(text) if text.strip() == text and text else text
    except OverflowError:
        return False
    return value is not None and not isinstance(value, str)


def trailing_signs(written: Written) -> Iterator[Mistake]:
    """Propose `10` for `10,` and `net` for `net;` or `net  // comment`."""
    for entry in written.entries:
        if not isinstance(entry.value, str):
            continue
        at, raw = written.range(entry.node), written.raw(entry.node)
        found = re.search(r"\s+(//)", raw) if "$" not in raw else None
        if found is not None:
            place = at[0] + found.start(1), at[0] + found.end(1)
            message = "a comment starts with '#'"
            suggestion = "write `#` instead of `//`"
            edits = ((*place, "#"),)
            yield Mistake("wrong-structure", message, (place[0], at[1]), edits, at, suggestion)
        elif raw[-1:] in (",", ";") and raw[:1] not in ("'", '"'):
            place = at[1] - 1, at[1]
            message = f"a line does not end with '{raw[-1]}'"
            yield Mistake("wrong-structure", message, place, ((*place, ""),), at)


_SOURCES = {".npz": "npz", ".csv": "csv", ".parquet": "parquet", "/": "images"}


def files_of_data(written: Written) -> Iterator[Mistake]:
    """Propose `{npz: mnist.npz}` for the name of a file as the data."""
    entry = written.entry("train", "data")
    if entry is None or not isinstance(entry.value, str):
        return
    at, raw = written.range(entry.node), written.raw(entry.node)
    kinds = [kind for ending, kind in _SOURCES.items() if entry.value.endswith(ending)]
    for kind in kinds or ["keras"]:
        if kind in DATA:
            message = "the data must name its source"
            yield Mistake("wrong-structure", message, at, ((*at, f"{{{kind}: {raw}}}"),))
