"""Keys and values with other signs between them: `filters=32`, `filters:32`."""

import re
from collections.abc import Iterator

from cnnspec.mistakes.written import Mistake, Replacement, Written

_PAIR = re.compile(r"(?a)[ \t]*[A-Za-z_]\w*([ \t]*=[ \t]*|:)(?=[^\s=:/])[^\r\n]*")


def pairs_as_text(written: Written) -> Iterator[Mistake]:
    """Propose `filters: 32` for lines such as `filters = 32` and `filters:32`, which are text."""
    for entry in written.entries:
        at, raw = written.range(entry.node), written.raw(entry.node)
        if not isinstance(entry.value, str) or raw[:1] in ("'", '"', "|", ">"):
            continue
        edits: list[Replacement] = []
        for number in range(written.line_of(at[0]), written.line_of(at[1]) + 1):
            start = max(written.lines.starts[number - 1], at[0])
            found = _PAIR.fullmatch(
                written.text[start : min(written.line_end(start), at[1])].rstrip()
            )
            if found is None:
                break
            edits.append((start + found.start(1), start + found.end(1), ": "))
        else:
            signs = {written.text[start:end].strip() for start, end, _ in edits}
            message = (
                "a space is missing after ':'"
                if signs == {":"}
                else "a key is followed by ':', not by '='"
            )
            region = written.range(entry.parent)[0] if entry.parent else at[0], at[1]
            yield Mistake("wrong-structure", message, at, tuple(edits), region, is_outline=True)


def equals_signs(written: Written) -> Iterator[Mistake]:
    """Propose `filters: 32` for `filters=32` and `filters:32` inside braces."""
    for entry in written.entries:
        if entry.key is None or not isinstance(entry.key.value, str) or entry.value is not None:
            continue
        at, text = written.range(entry.key), written.raw(entry.key)
        found = re.match(r"(?a)[A-Za-z_]\w*(\s*=\s*|:)(?=\S)(?!=)", text)
        if found is None:
            continue
        sign = found[1].strip()
        place = at[0] + found.start(1), at[0] + found.end(1)
        what = (
            "a space is missing after ':'"
            if sign == ":"
            else "a key is followed by ':', not by '='"
        )
        yield Mistake("wrong-structure", what, at, ((*place, ": "),))
