"""What text that is not YAML may be: what is missing, or too much, near where reading fails."""

import re
from collections.abc import Callable, Iterator

from cnnspec.mistakes.brackets import bracket_mistakes, without_comment
from cnnspec.mistakes.placeholder_rules import placeholders
from cnnspec.mistakes.python_rules import tuples
from cnnspec.mistakes.written import Mistake, Range, Replacement, Written
from cnnspec.records import replace

MENDED = ("yaml-syntax", "yaml-tab", "yaml-key", "duplicate-key")
"""The codes of what may be a slip of the pen; other problems are what they say."""
LINES_ABOVE = 4
"""How far above a failure its reason may be."""

_KIND = r"(?a)^(\s*(?:- +)?)([A-Za-z_][\w.]*)"


def proposed(written: Written) -> Iterator[Mistake]:
    """Propose reasons why a text is not YAML, the likeliest first."""
    assert written.problem is not None
    failure = written.problem.start.line + 1
    lines = range(max(failure - LINES_ABOVE, 1), min(failure + 1, len(written.lines.lines)) + 1)
    code = written.problem.code
    if code not in MENDED:
        return
    yield from placeholders(written)
    here = [each for each in tuples(written) if written.line_of(each.at[0]) == failure]
    if here:
        yield replace(here[0], edits=tuple(edit for each in here for edit in each.edits))
    if code == "duplicate-key":
        return
    for rule in _LINE_RULES:
        for number in sorted(lines, key=lambda each: abs(each - failure)):
            yield from rule(written, number)
    yield from bracket_mistakes(written)
    yield from _tabs(written)
    for number in sorted(lines, key=lambda each: abs(each - failure)):
        yield from _indentation(written, number)


LineRule = Callable[[Written, int], Iterator[Mistake]]


def _of(message: str, at: Range, *edits: Replacement) -> Mistake:
    return Mistake("yaml-syntax", message, at, edits)


def _line(written: Written, number: int) -> tuple[int, str]:
    return written.lines.starts[number - 1], written.lines.line(number)


def _missing_colon(written: Written, number: int) -> Iterator[Mistake]:
    """`Conv2D {filters: 32}`, `Conv2D:{filters: 32}` and `layers` above its steps."""
    start, line = _line(written, number)
    if found := re.match(_KIND + r"( *)([{\[].*)", line):
        message = f"a ':' is missing after {found[2]}"
        place = start + found.end(2), start + found.end(3)
        yield _of(message, (start + found.start(2), place[0]), (*place, ": "))
    if found := re.match(_KIND + r"(\s*)(#.*)?$", line):
        end_of_word = start + found.end(2)
        at = start + found.start(2), end_of_word
        message = f"a ':' is missing after {found[2]}"
        column = len(found[1])
        below = [
            each
            for each in range(number + 1, len(written.lines.lines) + 1)
            if written.lines.line(each).strip()
        ]
        inner = written.lines.line(below[0]) if below else ""
        indentation = len(inner) - len(inner.lstrip(" "))
        if "-" in found[1] and indentation == column:
            end = _end_of_block(written, number, column)
            edits = [(end_of_word, end_of_word, ":"), *written.indented(start, end, 2)]
            yield _of(message, at, *edits)
        yield _of(message, at, (end_of_word, end_of_word, ":"))


def _end_of_block(written: Written, number: int, column: int) -> int:
    """Return the start of the last line that is indented as far as a column."""
    last = number
    for each in range(number + 1, len(written.lines.lines) + 1):
        line = written.lines.line(each)
        if line.strip() and len(line) - len(line.lstrip(" ")) < column:
            break
        if line.strip():
            last = each
    return written.lines.starts[last - 1]


def _missing_space(written: Written, number: int) -> Iterator[Mistake]:
    """`filters:32` and `filters=32`."""
    start, line = _line(written, number)
    colons = [
        (start + found.start(1), start + found.end(1), ": ")
        for found in re.finditer(r"(?a)(?:(?<=^)|(?<=[\s{,]))[A-Za-z_]\w*(:)(?=[^\s:/\\])", line)
    ]
    if colons:
        at = start + len(line) - len(line.lstrip(" -")), start + len(without_comment(line))
        yield _of("a space is missing after ':'", at, *colons)
    signs = [
        (
            start + found.start(1),
            start + found.end(1),
            ": " if line[found.end(1) :].strip() else ":",
        )
        for found in re.finditer(
            r"(?a)(?:(?<=^)|(?<=[\s{,]))[A-Za-z_]\w*(\s*(?<![=<>!:])=(?!=)[ \t]*)", line
        )
    ]
    if signs:
        at = start + len(line) - len(line.lstrip(" -")), start + len(without_comment(line))
        yield _of("a key is followed by ':', not by '='", at, *signs)


def _missing_braces(written: Written, number: int) -> Iterator[Mistake]:
    """`Conv2D: filters: 32, kernel_size: 3`."""
    start, line = _line(written, number)
    found = re.match(r"(?a)^\s*(?:- +)?[\w.]+:\s+(?=\w+\s*[:=])", line)
    if found is None:
        return
    end = re.search(r"\s*(?:\s#.*)?$", line)
    assert end is not None
    opening, closing = start + found.end(), start + end.start()
    message = "the arguments of a call must be in braces"
    yield _of(message, (opening, closing), (opening, opening, "{"), (closing, closing, "}"))


def _separators(written: Written, number: int) -> Iterator[Mistake]:
    """`{filters: 32 kernel_size: 3}` and `{filters: 32; kernel_size: 3}`."""
    start, line = _line(written, number)
    missing = [
        (start + found.start(1), start + found.end(1), ", ")
        for found in re.finditer(r"(?a)(?<=[\w'\"\]}])(\s*;\s*|\s+)(?=[A-Za-z_]\w*:(?:\s|$))", line)
        if "{" in line[: found.start()]
    ]
    if missing:
        at = missing[0][0], missing[0][1]
        yield _of("a ',' is missing", at, *missing)
    unknown = [
        (start + found.start(), start + found.end(), "null")
        for found in re.finditer(r"(?<=[\[, ])\?(?=\s*[,\]])", line)
    ]
    if unknown:
        yield _of("an unknown size is written as null", unknown[0][:2], *unknown)
    found = re.search(r"(?:^|\s)(//)", line) if "$(" not in line else None
    if found is not None:
        at = start + found.start(1), start + found.end(1)
        mistake = _of("a comment starts with '#'", (at[0], start + len(line)), (*at, "#"))
        yield replace(mistake, suggestion="write `#` instead of `//`")


def _missing_dash(written: Written, number: int) -> Iterator[Mistake]:
    """`Flatten` and `-Flatten` between steps."""
    start, line = _line(written, number)
    indentation = len(line) - len(line.lstrip(" "))
    at = start + indentation, start + len(without_comment(line))
    if found := re.match(r"(?a)^\s*(-)(?=[A-Za-z_])", line):
        place = start + found.end(1)
        yield _of("a space is missing after '-'", at, (place, place, " "))
        return
    near = [
        written.lines.line(each)
        for each in range(max(number - 30, 1), min(number + 30, len(written.lines.lines)) + 1)
    ]
    if (
        line.strip()
        and not line.strip().startswith("#")
        and any(each.startswith(" " * indentation + "- ") for each in near)
    ):
        place = at[0]
        message = "a '- ' is missing in front of this step"
        yield _of(message, at, (place, place, "- "))


_LINE_RULES: tuple[LineRule, ...] = (
    _missing_colon,
    _missing_dash,
    _missing_space,
    _separators,
    _missing_braces,
)


def _tabs(written: Written) -> Iterator[Mistake]:
    """Propose spaces for all tabs that indent, or that stand after a dash."""
    tabs = [
        (found.start(1), found.end(1))
        for found in re.finditer(r"(?m)^([ \t]*(?:-[ \t]*)*\t[ \t]*)(?=[^\s#])", written.text)
        if "\t" in found[1]
    ]
    if not tabs:
        return
    first = written.text.index("\t", tabs[0][0])
    message = "YAML is indented with spaces, not with tabs"
    for width in (2, 4, 8):
        edits = [(start, end, _spaced(written.text[start:end], width)) for start, end in tabs]
        yield Mistake("yaml-tab", message, (first, first + 1), tuple(edits))


def _spaced(text: str, width: int) -> str:
    return re.sub(r"-[ \t]+", "- ", text).replace("\t", " " * width)


def _indentation(written: Written, number: int) -> Iterator[Mistake]:
    """Propose for a line the indentations of the lines above it."""
    start, line = _line(written, number)
    own = len(line) - len(line.lstrip(" "))
    if not line.strip() or line.lstrip().startswith("#"):
        return
    is_step = line.lstrip().startswith("- ")
    columns: dict[int, None] = {}
    for each in range(number - 1, 0, -1):
        above = written.lines.line(each)
        if not above.strip() or above.lstrip().startswith("#"):
            continue
        column = len(above) - len(above.lstrip(" "))
        if above.lstrip().startswith("- ") == is_step:
            columns[column] = None
        if above.lstrip().startswith("- ") and not is_step:
            columns[column + 2] = None
            columns[column + 4] = None
        if column == 0:
            break
    message = "the indentation of this line does not match any line above"
    at = start + own, start + len(without_comment(line))
    for column in columns:
        if column != own:
            yield _of(message, at, (start, start + own, " " * column))
