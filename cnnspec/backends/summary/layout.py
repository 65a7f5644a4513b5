"""Lays out tables as text: as wide as they need to be, or as wide as a terminal is."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnnspec.escaping import can_encode, writable

Frame = Literal["heavy", "simple"]
FEWEST = 5
"""The columns of a terminal below which no text is shortened."""
AROUND_SIMPLE = -2
"""What a simple frame has beside three columns for each column of the table; none at its end."""
USUAL = 12
"""The width that a shortened column keeps as long as another one can be shortened."""
_PLAIN_LINES = str.maketrans(
    {**dict.fromkeys("━─", "-"), **dict.fromkeys("┃│", "|"), **dict.fromkeys("┏┓┗┛┡┩┳╇┴└┘", "+")}
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a table is written on."""

    width: int | None = None
    """The number of columns of the terminal; None if lines may have any length."""
    encoding: str = "utf-8"

    def mark(self, mark: str, plain: str) -> str:
        """Return a mark if it can be written, and otherwise a plain one."""
        return mark if can_encode(mark, self.encoding) else plain

    def writable(self, text: str) -> str:
        """Return a text with escapes for what cannot be written."""
        return writable(text, self.encoding)

    def shortened(self, text: str, width: int) -> str:
        """Return a text of at most a width, with a mark for what was in its middle."""
        from rich.cells import cell_len

        if cell_len(text) <= width:
            return text
        mark = self.mark("…", "...")
        room = width - len(mark)
        start = end = ""
        for first, last in zip(text, reversed(text), strict=True):
            if cell_len(start + first + end) > room:
                break
            start += first
            if cell_len(start + last + end) > room:
                break
            end = last + end
        return f"{start}{mark}{end}"


SHEET = Sheet()
"""A file: without limits."""
Shorten = Callable[[str, int], str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    heading: str
    is_number: bool = False
    """Whether its cells are aligned at the right."""
    shorten: Shorten | None = None
    """How a cell is shortened to a width; without this it never is."""


def table_lines(
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    sheet: Sheet = SHEET,
    *,
    frame: Frame = "heavy",
) -> list[str]:
    """Return the lines of a table, which never wrap.

    Where it does not fit, columns that can be shortened are: the last one first, but none of them
    below `USUAL` as long as another one is wider.
    """
    from rich.box import HEAVY_HEAD, SIMPLE_HEAD, Box
    from rich.console import Console
    from rich.table import Table

    cells = [[sheet.writable(cell) for cell in row] for row in rows]
    box = HEAVY_HEAD if frame == "heavy" else SIMPLE_HEAD
    if not can_encode(str(box), sheet.encoding):
        box = Box(str(box).translate(_PLAIN_LINES), ascii=True)
    around = 3 * len(columns) + (1 if frame == "heavy" else AROUND_SIMPLE)
    headings = _fit(columns, cells, sheet, around)
    table = Table(box=box, pad_edge=frame == "heavy")
    for column, heading in zip(columns, headings, strict=True):
        table.add_column(heading, justify="right" if column.is_number else "left", no_wrap=True)
    for row in cells:
        table.add_row(*row)
    target = io.StringIO()
    # All that rich would find out about the terminal is given: the result is only text.
    settings: dict[str, Any] = {
        "color_system": None,
        "force_terminal": False,
        "force_jupyter": False,
        "legacy_windows": False,
        "width": 100_000,
        "emoji": False,
        "highlight": False,
        "markup": False,
    }
    Console(file=target, **settings).print(table)
    return [line.rstrip() for line in target.getvalue().splitlines()]


def simple_width(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> int:
    """Return the width of a table with a simple frame if nothing is shortened."""
    return sum(_widths(headings, cells)) + 3 * len(headings) + AROUND_SIMPLE


def _widths(headings: Sequence[str], cells: Sequence[Sequence[str]]) -> list[int]:
    from rich.cells import cell_len

    return [
        max(cell_len(line) for cell in column for line in cell.splitlines() or [""])
        for column in zip(headings, *cells, strict=True)
    ]


def _fit(columns: Sequence[Column], cells: list[list[str]], sheet: Sheet, around: int) -> list[str]:
    """Shorten cells in place so that a table fits; return its headings, shortened with them."""
    headings = [column.heading for column in columns]
    widths = _widths(headings, cells)
    can_be = [at for at, column in reversed(list(enumerate(columns))) if column.shorten]
    excess = 0 if sheet.width is None else sum(widths) + around - sheet.width
    for at, fewest in [(at, fewest) for fewest in (USUAL, FEWEST) for at in can_be]:
        less = min(max(excess, 0), max(widths[at] - fewest, 0))
        widths[at] -= less
        excess -= less
    for at in can_be:
        shorten = columns[at].shorten
        assert shorten is not None
        headings[at] = sheet.shortened(headings[at], widths[at])
        for row in cells:
            row[at] = shorten(row[at], widths[at])
    return headings
