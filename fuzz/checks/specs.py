"""Texts of specs: diagnostics, fixes, formatting, and all that a valid one can become."""

from hashlib import sha256
from pathlib import Path
from typing import Any

from cnnspec.compiler import Compilation, compile_text
from cnnspec.diagnostics.report import Report
from cnnspec.language.formatting.formatter import ChangedMeaning, formatted
from cnnspec.mistakes.fixing import fixed
from cnnspec.syntax.reading import parse_bytes
from fuzz.checks.graphs import check_graph
from fuzz.checks.reports import check_report
from fuzz.checks.structure import check_structure
from fuzz.inputs import Answer, Input

FILE = "spec.yaml"
SELDOM = 16
"""Of how many texts the slow checks take one."""
FORMATTED = 4
"""Of how many texts one is formatted and reported in each format."""


def check(given: Input, folder: Path, answer: Answer) -> None:
    """Compile a text in a folder, and check what it gives."""
    compilation = compiled(given.data, folder)
    chance = sha256(given.data).digest()[0]
    seldom, often = chance % SELDOM == 0, chance % FORMATTED == 0
    check_report(compilation.report, answer, renders=often)
    source = parse_bytes(given.data, FILE, folder, Report()) if often else None
    if source is not None:
        if compilation.document is not None:
            _check_format(source.text, answer)
        if seldom:
            check_structure(source.tree.value, compilation, answer)
            _check_fixes(source.text, compilation, folder, answer)
    if compilation.checked is not None:
        check_graph(compilation.checked, folder, answer, thorough=seldom)


def compiled(text: bytes, folder: Path) -> Compilation:
    """Compile a text; it can name no files outside of a folder."""
    return compile_text(text, FILE, folder=folder, root=folder)


def _check_fixes(text: str, compilation: Compilation, folder: Path, answer: Answer) -> None:
    """Check that fixes leave fewer errors, and nothing more to fix."""
    if not compilation.report.has_errors:
        return
    answer.checked("fixes")
    better = fixed(FILE, text, lambda each: compiled(_encoded(each), folder))
    if better.text == text:
        return
    answer.add(better.text)
    again = fixed(FILE, better.text, lambda each: compiled(_encoded(each), folder))
    if again.text != better.text:
        answer.fail("fixing twice is not fixing once")


def _check_format(text: str, answer: Answer) -> None:
    """Check that formatting keeps the meaning, and is done once."""
    answer.checked("format")
    try:
        once = formatted(text)
    except ChangedMeaning as error:
        answer.fail(f"formatting changes the meaning: {error}")
        return
    if once == text:
        return
    answer.add(once)
    if formatted(once) != once:
        answer.fail("formatting twice is not formatting once")
    before, after = (parse_bytes(_encoded(each), FILE, Path(), Report()) for each in (text, once))
    if after is None or before is None or not _same(before.tree.value, after.tree.value):
        answer.fail("a formatted text has another meaning")


def _same(one: Any, other: Any) -> bool:
    """Whether values are the same, with the types of their numbers; the order of keys does not count."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return repr(one) == repr(other)


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
