"""Prints results, diagnostics and usage errors, with click only where that is needed."""

import sys
from typing import NoReturn

from cnnspec.diagnostics.report import Report

_COLOURS = {"error": "red", "warning": "yellow", "note": "blue", "caret": "red", "place": None}


def echo(text: str, *, err: bool = False) -> None:
    """Print a line. Click prints on any terminal what is more than plain ASCII."""
    if text.isascii() and text.isprintable():
        print(text, file=sys.stderr if err else sys.stdout, flush=True)
        return
    import click

    click.echo(text, err=err)


def usage_error(message: str) -> NoReturn:
    """Print a message and exit with code 2."""
    echo(f"cnnspec: {message}", err=True)
    sys.exit(2)


def tell(report: Report, *, err: bool) -> None:
    """Print diagnostics as text, coloured on a terminal."""
    if not any(True for _ in report):
        return
    import click

    from cnnspec.diagnostics.reporters import as_text

    text = as_text(report, lambda part, role: click.style(part, fg=_COLOURS[role], bold=True))
    click.echo(text, err=err)
