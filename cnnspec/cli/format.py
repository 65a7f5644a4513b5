"""`cnnspec format`: format specs, keeping their comments."""

import difflib
import sys
from pathlib import Path

import click

from cnnspec.cli.common import spec_arguments
from cnnspec.cli.files import replacing, tidy
from cnnspec.cli.models import refuse_model_files
from cnnspec.cli.patterns import STDIN, expand_folders, read_stdin
from cnnspec.cli.printing import echo, echo_document, tell, usage_error
from cnnspec.diagnostics.report import Report
from cnnspec.files.reading import opened
from cnnspec.language.formatting.formatter import ChangedMeaning, formatted
from cnnspec.language.parse import parse
from cnnspec.syntax.reading import MAX_BYTES, parse_bytes

_NO_BREAK = "\n\\ No newline at end of file\n"


@click.command("format")
@spec_arguments()
@click.option(
    "--check",
    is_flag=True,
    help="Only list the files that would change; exit with 1 if there are any.",
)
@click.option("--diff", is_flag=True, help="Only print the changes.")
def command(specs: tuple[str, ...], check: bool, diff: bool) -> None:
    """Format specs in place, keeping their comments.

    Sections are put in order, and calls on one line if they fit.
    The meaning of a spec does not change; a spec with structural errors is left as it is. For a
    folder, all specs in it are formatted. `-` reads standard input and writes standard output.

    \b
    Example:
      cnnspec format specs/mnist_simple.yaml
      cnnspec format --check --diff specs
      cat model.yaml | cnnspec format -
    """
    failed = False
    files = expand_folders(specs)
    refuse_model_files(files, "format")
    if not check and not diff:
        tidy(Path(spec) for spec in files if spec != STDIN)
    for spec in files:
        before = _read(spec)
        after = _formatted(spec, before)
        failed |= after is None or (check and after != before)
        if after is None:
            continue
        if diff:
            echo_document(_changes(spec, before, after))
        elif check:
            if after != before:
                echo(f"{spec}: would be formatted")
        elif spec == STDIN:
            echo_document(after)
        elif after != before:
            with replacing(Path(spec), force=True) as temporary:
                temporary.write_bytes(after)
            echo(f"{spec}: formatted")
    sys.exit(1 if failed else 0)


def _read(spec: str) -> bytes:
    if spec == STDIN:
        return read_stdin()
    try:
        with opened(Path(spec)) as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        usage_error(f"'{spec}' cannot be read: {error.strerror}")


def _formatted(spec: str, data: bytes) -> bytes | None:
    """Format the text of a spec; print diagnostics and return None if it has errors."""
    report = Report()
    source = parse_bytes(data, "<stdin>" if spec == STDIN else spec, Path(), report)
    if source is not None:
        parse(source, report)
    tell(report, err=True)
    if source is None or report.has_errors:
        return None
    try:
        return formatted(source.text).encode()
    except ChangedMeaning as error:
        echo(f"error: '{spec}': {error}", err=True)
        return None


def _changes(spec: str, before: bytes, after: bytes) -> str:
    old, new = (text.decode("utf-8-sig").splitlines(keepends=True) for text in (before, after))
    lines = difflib.unified_diff(old, new, spec, spec)
    return "".join(line if line.endswith("\n") else line + _NO_BREAK for line in lines)
