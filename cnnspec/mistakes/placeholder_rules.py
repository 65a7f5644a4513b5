"""References to parameters as other languages write them: `${width}`, `{{ width }}`, `$width$`."""

import re
from collections.abc import Iterator
from typing import Any

from cnnspec.mistakes.written import Mistake, Written

_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?a)\$\{\{ *(?P<inner>[^{}\n]+?) *\}\}",
        r"(?a)\"\{\{ *(?P<inner>[^{}\n\"]+?) *\}\}\"",
        r"(?a)'\{\{ *(?P<inner>[^{}\n']+?) *\}\}'",
        r"(?a)\{\{ *(?P<inner>[^{}\n]+?) *\}\}",
        r"(?a)\$\{ *(?P<inner>[^{}\n]+?) *\}",
        r"(?a)\$(?P<inner>[A-Za-z_]\w*)\$",
        r"(?a)%\((?P<inner>[A-Za-z_]\w*)\)[sdif]?",
        r"(?a)%(?P<inner>[A-Za-z_]\w*)%",
        r"(?a)<(?P<inner>[A-Za-z_]\w*)>",
        r"(?a)@(?P<inner>[A-Za-z_]\w*)",
        r"(?a)\$ +(?P<inner>[A-Za-z_]\w*)",
        r"(?a)\$?\(?params\.(?P<inner>[A-Za-z_]\w*)\)?",
        r"(?a)(?<=[:\[,] )\{(?P<inner>[A-Za-z_]\w*)\}",
        r"(?a)\$(?P<inner>[A-Za-z_]\w*(?: *[-+*/%]+ *[\w.$]+)+)",
        r"(?a)\$(?P<inner>\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*(?=[,}\n]|$))",
    )
)


def placeholders(written: Written) -> Iterator[Mistake]:
    """Propose `$width` for `${width}`, and `$(width * 2)` for `{{ width * 2 }}`."""
    known = parameters(written)
    end = 0
    found = [
        (match.start(), match.end(), match["inner"])
        for form in _FORMS
        for match in form.finditer(written.text)
    ]
    for start, stop, inner in sorted(found, key=lambda each: (each[0], -each[1])):
        if start < end:
            continue
        text = inner.strip().lstrip("(").strip().replace("params.", "").replace("$", "")
        names = re.findall(r"(?a)[A-Za-z_]\w*", text)
        is_known = any(name in known for name in names)
        is_clear = written.text[start:stop].strip("\"'").startswith(("${", "{{"))
        if not names or not (is_known or is_clear):
            continue
        end = stop
        is_name = len(names) == 1 and names[0] == text
        new = f"${text}" if is_name else f"$({text})"
        if re.search(r"[,\[\]{}]", new):
            new = f'"{new}"'
        message = (
            f"a parameter is referred to as ${names[0]}"
            if is_name
            else "an expression is written as $(...)"
        )
        yield Mistake(
            "bad-expression",
            message,
            (start, stop),
            ((start, stop, new),),
            _around(written, start, stop),
            is_outline=not is_known,
        )


def _around(written: Written, start: int, stop: int) -> tuple[int, int]:
    """Return a placeholder with the quote or braces that YAML takes as the start of its value."""
    while start > 0 and written.text[start - 1] in "{'\"":
        start -= 1
    return start, stop


def parameters(written: Written) -> set[str]:
    """Return the names of all parameters of a text, also if it is not YAML."""
    if written.tree is not None:
        document = written.document
        sections = [document.get("params")]
        blocks: Any = document.get("blocks")
        sections += [
            block.get("params")
            for block in (blocks.values() if isinstance(blocks, dict) else ())
            if isinstance(block, dict)
        ]
        names = {str(name) for section in sections if isinstance(section, dict) for name in section}
    else:
        names = set()
        for found in re.finditer(r"(?am)^( *)params:(.*\n(?:\1 +.*\n|\s*\n)*)", written.text):
            names.update(re.findall(r"(?a)([A-Za-z_]\w*)\s*:", found[2]))
    return names | {"index"}


def unquoted_expressions(written: Written) -> Iterator[Mistake]:
    """Propose quotes for an expression that YAML splits at its comma, `$(max(a, b))` in braces."""
    for found in re.finditer(r"(?<=[:,\[] )\$\(", written.text):
        depth = 0
        for at in range(found.start() + 1, len(written.text)):
            letter = written.text[at]
            if letter in "\r\n":
                break
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                text = written.text[found.start() : at + 1]
                if "," in text:
                    message = "an expression with a comma is quoted inside braces"
                    place = found.start(), at + 1
                    yield Mistake("bad-expression", message, place, ((*place, f'"{text}"'),))
                break
