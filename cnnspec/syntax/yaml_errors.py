"""Says why a text is not YAML, from what the parser says."""

from typing import Any

from cnnspec.syntax.source import Mark

Problem = tuple[str, str, Mark, Mark] | tuple[str, str, Mark]

_HINTS = {
    "mapping values are not allowed": "a ':' where no key is allowed; a line above may be incomplete, "
    "or the indentation may be wrong",
    "did not find expected key": "the indentation of this line does not match any line above, "
    "or a '}' or ',' is missing",
    "did not find expected '-' indicator": "this line should start with '-' or have another indentation",
    "did not find expected ',' or '}'": "a ',' or '}' is missing",
    "did not find expected ',' or ']'": "a ',' or ']' is missing",
    "could not find expected ':'": "a ':' is missing after a key",
    "found unexpected end of stream": "a quote that is opened here or above is never closed",
    "found character that cannot start any token": "a value cannot start with this character; "
    "put the text in quotes",
    "did not find expected node content": "a value is missing here",
}


def syntax_problem(error: Exception, text: str) -> Problem:
    """Return the code and message for text that is not YAML, and where a reader would fix it."""
    said = getattr(error, "problem", None) or str(error)
    lines = text.splitlines() or [""]
    start = _mark(getattr(error, "problem_mark", None))
    line = lines[start.line] if start.line < len(lines) else ""
    before = line[: start.column]
    if "cannot start any token" in said and line[start.column : start.column + 1] == "\t":
        return ("yaml-tab", "a tab is not allowed here; YAML must be indented with spaces", start)
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        tab = Mark(start.line, indentation.index("\t"))
        return (
            "yaml-tab",
            "this line is indented with a tab; YAML must be indented with spaces",
            tab,
        )
    opened = _mark(getattr(error, "context_mark", None))
    context = getattr(error, "context", None) or ""
    is_late = opened.line < start.line and not before.strip()
    if is_late and ("flow" in context or "quoted" in context):
        return (
            "yaml-syntax",
            "this is not valid YAML: the bracket or quote opened here is never closed",
            opened,
        )
    if "simple key" in context:
        key = lines[opened.line][opened.column :].partition(" #")[0].rstrip()
        end = Mark(opened.line, opened.column + len(key))
        return ("yaml-syntax", "this is not valid YAML: a ':' is missing after a key", opened, end)
    if start.line >= len(lines):
        start = opened
    hint = next((hint for key, hint in _HINTS.items() if key in said), said)
    return ("yaml-syntax", f"this is not valid YAML: {hint}", start)


def _mark(mark: Any) -> Mark:
    return Mark(mark.line, mark.column) if mark else Mark(0, 0)
