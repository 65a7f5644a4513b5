"""Makes the Markdown of generated pages: text, links, tables and blocks."""

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"([\\*_\[\]<>#|~$^])")


def plain(text: str) -> str:
    """Escape what Markdown would read as markup, apart from code in backticks."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # a backtick without another
        return _SPECIAL.sub(r"\\\1", text).replace("`", r"\`")
    return "`".join(
        part if position % 2 else _SPECIAL.sub(r"\\\1", part) for position, part in enumerate(parts)
    )


def code(text: str) -> str:
    """Return text as code; it may contain backticks."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def block(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def heading(level: int, text: str, target: str = "") -> str:
    """Return a heading, and the name that links to it."""
    above = f"({target})=\n" if target else ""
    return f"{above}{'#' * level} {text}"


def link(text: str, target: str) -> str:
    """Return a link to a name."""
    return f"[{text}](#{target})"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *([*row] for row in rows)]
    return "\n".join(f"| {' | '.join(map(_cell, cells))} |" for cells in lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", text)


def definitions(entries: Iterable[tuple[str, Iterable[str]]]) -> str:
    """Return a list of terms with their paragraphs."""
    found = []
    for term, paragraphs in entries:
        first, *others = [each for each in paragraphs if each] or [" "]
        found.append("\n\n".join([f"{term}\n: {first}", *(f"  {each}" for each in others)]))
    return "\n\n".join(found)


def listing(*pages: str) -> str:
    """Return the hidden table of contents of pages, which patterns may name."""
    return block("{toctree}", "\n".join([":hidden:", ":glob:", "", *pages]))


def page(*parts: str) -> str:
    """Join the parts of a page."""
    return "\n\n".join(filter(None, parts)) + "\n"


def capital(text: str) -> str:
    """Return text with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def slug(text: str) -> str:
    """Return text as a part of a name that links."""
    plain_text = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return plain_text or "-".join(f"{ord(letter):x}" for letter in text)
