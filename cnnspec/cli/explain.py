"""`cnnspec explain`: explain a word of the language, or the code of a diagnostic."""

import json
import re
import textwrap
from typing import Any

import click

from cnnspec.cli.completion import words
from cnnspec.cli.pages import echo_entry, echo_group, echo_groups, echo_meanings, echo_names
from cnnspec.cli.printing import echo, echo_data, hanging, terminal_width, usage_error
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.explanations.reading import Block, explanation
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.vocabulary.arguments import Arguments, Values
from cnnspec.vocabulary.data import entry_data
from cnnspec.vocabulary.entries import Entry, Group
from cnnspec.vocabulary.keys import Part
from cnnspec.vocabulary.lookup import all_words, groups, groups_named, meanings

ERRORS = {code: text for code, text in CODES.items() if code not in WARNINGS}
CODE_LISTS: dict[str, dict[str, str]] = {
    "errors": ERRORS,
    "warnings": dict(WARNINGS),
    "codes": CODES,
}
"""The lists of codes, by the words that ask for them."""


def _completed() -> dict[str, str]:
    """Return the words that a shell leaves as they are, with their meanings."""
    found = {**all_words(), **CODES}
    return {word: text for word, text in found.items() if re.fullmatch(r"[A-Za-z][\w.-]*", word)}


@click.command("explain")
@click.argument("word", required=False, shell_complete=words(_completed))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="Output format.",
)
def command(word: str | None, form: str) -> None:
    """Explain a word of the language or the code of a diagnostic.

    Without a WORD, list all of them. A word is a kind, a key, an argument or a value, in any case. All its meanings are explained;
    `loss:mse` asks for one. The plural of a family lists its words.

    \b
    Example:
      cnnspec explain
      cnnspec explain Conv2D
      cnnspec explain loss:mse
      cnnspec explain optimizers
      cnnspec explain shape-mismatch
    """
    word = word and word.strip()
    if word is None:
        _list(as_json=form == "json")
    elif word in CODES:
        _explain_code(word, as_json=form == "json")
    elif found := _meanings(word):
        _explain_word(word, found, as_json=form == "json")
    elif named := groups_named(word):
        _list_groups(word, named, as_json=form == "json")
    elif (codes := CODE_LISTS.get(word.lower())) is not None:
        _list_codes(word, codes, as_json=form == "json")
    else:
        known = (*all_words(), *CODES, *CODE_LISTS, *(group.plural for group in groups()))
        hint = did_you_mean(word, known) or "`cnnspec explain` lists all words"
        usage_error(f"unknown word '{word}'; {hint}")


def _meanings(word: str) -> list[Entry]:
    try:
        return meanings(word)
    except Problem as problem:
        usage_error("; ".join(filter(None, (problem.message, problem.suggestion))))


def _explain_word(word: str, found: list[Entry], *, as_json: bool) -> None:
    if as_json:
        _echo_json({"word": word, "meanings": [entry_data(entry) for entry in found]})
        return
    for position, entry in enumerate(found):
        if position:
            echo("")
        echo_entry(entry)


def _list(*, as_json: bool) -> None:
    """List the words of all groups but arguments and values, of which there are many."""
    told = [group for group in groups() if not isinstance(group, Arguments | Values)]
    if as_json:
        listed = {group.plural: group.names() for group in groups()}
        codes = {name: [*CODE_LISTS[name]] for name in ("errors", "warnings")}
        _echo_json({"groups": {**listed, **codes}})
        return
    echo_groups(told)
    echo_names("Errors", ERRORS)
    echo_names("Warnings, which --ignore and `ignore` take", WARNINGS)
    plurals = ["keys", *(group.plural for group in told if not isinstance(group, Part))]
    plurals += ["arguments", "values", *CODE_LISTS]
    more = f"`cnnspec explain WORD` explains a word. These list words: {', '.join(plurals)}."
    echo(f"\n{hanging(more, 0)}")


def _list_groups(word: str, named: list[Group], *, as_json: bool) -> None:
    if as_json:
        described = {
            group.plural: {name: group.short(name) for name in group.names()} for group in named
        }
        _echo_json({"word": word, "groups": described})
        return
    for group in named:
        echo_group(group)


def _list_codes(word: str, codes: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        _echo_json({"word": word, "groups": {word.lower(): codes}})
    else:
        echo_meanings(word.capitalize(), codes)


def _echo_json(data: dict[str, Any]) -> None:
    echo_data(json.dumps(data, indent=2, ensure_ascii=False))


def _explain_code(code: str, *, as_json: bool) -> None:
    found = explanation(code)
    severity = "warning" if code in WARNINGS else "error"
    if as_json:
        meaning = {
            "name": code,
            "group": severity,
            "summary": CODES[code],
            "facts": [" ".join(part.split()) for part in found.meaning.split("\n\n")],
            "files": {block.name: block.text for block in found.needed if block.name},
            "fails": found.fails.text,
            "passes": found.passes.text,
        }
        _echo_json({"word": code, "meanings": [meaning]})
        return
    parts = [f"{severity}[{code}]: {CODES[code]}", _paragraphs(found.meaning)]
    parts += [_example(_title(block), block) for block in found.needed]
    parts.append(_example("This is warned of" if code in WARNINGS else "This fails", found.fails))
    parts.append(_example("This passes", found.passes))
    echo("\n\n".join(parts))


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
