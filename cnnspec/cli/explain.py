"""`cnnspec explain`: explain the code of a diagnostic, with a failing and a passing example."""

import textwrap

import click

from cnnspec.cli.completion import words
from cnnspec.cli.printing import echo, hanging, terminal_width, usage_error
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.explanations.reading import Block, explanation
from cnnspec.diagnostics.suggestions import did_you_mean


@click.command("explain")
@click.argument("code", required=False, shell_complete=words(lambda: CODES))
def command(code: str | None) -> None:
    """Explain the code of a diagnostic, or list all codes.

    For example, the code of `error[unknown-key]` is unknown-key.

    \b
    Example:
      cnnspec explain
      cnnspec explain shape-mismatch
    """
    if code is None:
        echo(_listed("Errors", [each for each in CODES if each not in WARNINGS]))
        echo(_listed("\nWarnings, which --ignore and `ignore` take", list(WARNINGS)))
        return
    if code not in CODES:
        hint = did_you_mean(code, CODES) or "`cnnspec explain` lists all codes"
        usage_error(f"unknown code '{code}'; {hint}")
    found = explanation(code)
    severity = "warning" if code in WARNINGS else "error"
    parts = [f"{severity}[{code}]: {CODES[code]}", _paragraphs(found.meaning)]
    parts += [_example(_title(block), block) for block in found.needed]
    parts.append(_example("This is warned of" if code in WARNINGS else "This fails", found.fails))
    parts.append(_example("This passes", found.passes))
    echo("\n\n".join(parts))


def _listed(title: str, codes: list[str]) -> str:
    width = max(map(len, CODES)) + 2
    return "\n".join(
        [
            f"{title}:",
            *(hanging(f"{code:{width}}{CODES[code]}", width + 2, first=2) for code in codes),
        ]
    )


def _paragraphs(text: str) -> str:
    """Wrap a text again if the terminal is narrower than its lines."""
    width = terminal_width()
    if width is None or width >= max(map(len, text.splitlines())):
        return text
    return "\n\n".join(hanging(" ".join(each.split()), 0) for each in text.split("\n\n"))


def _title(block: Block) -> str:
    return f"With a file {block.name}" if block.name else "After"


def _example(title: str, block: Block) -> str:
    return f"{title}:\n\n{textwrap.indent(block.text, '    ')}".rstrip()
