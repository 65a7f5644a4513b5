"""Prints results, diagnostics and usage errors, with click only where there are colours.

All commands print through this module, so it alone decides on colours, encodings and width.
"""

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from cnnspec.cli.streams import is_coloured
from cnnspec.diagnostics.report import Report
from cnnspec.escaping import ESCAPES

if TYPE_CHECKING:
    from cnnspec.backends.summary.layout import Sheet

_COLOURS = {"error": "red", "warning": "yellow", "note": "blue", "caret": "red", "place": None}
UTF_8 = "utf-8"
USUAL_WIDTH = 80
"""The width of a terminal that does not state it."""
NARROWEST = 20
"""The width below which text is not wrapped."""


def echo(text: str, *, err: bool = False, nl: bool = True, is_paged: bool = False) -> None:
    """Print a text for people. Its colours are removed unless the stream takes them.

    `is_paged` if a pager that shows colours reads the output.
    """
    stream = sys.stderr if err else sys.stdout
    if "\x1b" not in text:
        print(text, file=stream, end="\n" if nl else "", flush=True)
        return
    import click

    click.echo(text, file=stream, nl=nl, color=is_coloured(stream, is_paged=is_paged))


def echo_data(text: str) -> None:
    """Print JSON. What is not ASCII is escaped, unless the output is UTF-8."""
    if not _is_utf_8(sys.stdout.encoding):
        text = text.encode("ascii", ESCAPES).decode("ascii")
    echo(text)


def echo_document(document: str | bytes) -> None:
    """Print a spec, a script or a figure: as text on a terminal, elsewhere in UTF-8 as in a file."""
    if sys.stdout.isatty() and isinstance(document, str):
        echo(document, nl=False)
        return
    data = document if isinstance(document, bytes) else document.encode(UTF_8, ESCAPES)
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def styled(text: str, colour: str | None = None, *, bold: bool = False) -> str:
    """Colour a text; `echo` removes the colours again where they are not wanted."""
    import click

    return click.style(text, fg=colour, bold=bold)


def usage_error(message: str) -> NoReturn:
    """Print a message and exit with code 2."""
    echo(f"cnnspec: {message}", err=True)
    sys.exit(2)


def tell(report: Report, *, err: bool) -> None:
    """Print diagnostics as text, with colours where the stream takes them."""
    if not any(True for _ in report):
        return
    from cnnspec.diagnostics.reporters import as_text, plain

    stream = sys.stderr if err else sys.stdout
    style = _diagnostic_style if is_coloured(stream) else plain
    echo(as_text(report, style, stream.encoding or UTF_8), err=err)


def _diagnostic_style(part: str, role: str) -> str:
    return styled(part, _COLOURS[role], bold=True)


def terminal_width() -> int | None:
    """Return the width of standard output: COLUMNS, or that of the terminal; None if unlimited."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return int(columns)
    if not sys.stdout.isatty():
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or USUAL_WIDTH
    except OSError:
        return USUAL_WIDTH


def output_sheet() -> "Sheet":
    """Return the sheet for tables on standard output."""
    from cnnspec.backends.summary.layout import Sheet

    return Sheet(terminal_width(), sys.stdout.encoding or UTF_8)


def hanging(text: str, indent: int, first: int = 0) -> str:
    """Wrap a line at the width of the terminal, if there is one.

    The first line is indented by `first` columns, the others by `indent`.
    """
    width = terminal_width()
    if width is not None and width < indent + NARROWEST:
        indent = min(indent, first + 4)
    if width is None or width < indent + NARROWEST:
        return " " * first + text
    import textwrap  # which not every command needs

    return textwrap.fill(
        text,
        width,
        initial_indent=" " * first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def live_console() -> Any:
    """Return the rich console for what changes on standard error while a command runs."""
    from rich.console import Console

    colours: Any = "auto" if is_coloured(sys.stderr) else None
    return Console(
        file=sys.stderr, color_system=colours, highlight=False, markup=False, emoji=False
    )


def _is_utf_8(encoding: str | None) -> bool:
    return (encoding or UTF_8).lower().replace("_", "-") in (UTF_8, "utf8", "utf-8-sig")
