"""Reads the code blocks of a Markdown page, with the comments above them that say how they are tested."""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

COMMENT = re.compile(
    r"<!--\s*(?P<verb>saved as|part of|finds|exits|prints|about|not a spec|not run)\b:?\s*(?P<rest>.*?)\s*-->"
)
LANGUAGES = ("yaml", "console", "python")
"""The languages of blocks that are tested."""


@dataclass(frozen=True, slots=True)
class DocBlock:
    """A code block of a page."""

    page: str
    line: int
    language: str
    text: str
    marks: dict[str, str]
    """What the comments above say, such as `{"saved as": "first.yaml"}`."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path, name: str) -> list[DocBlock]:
    """Read the blocks of a page.

    Raises:
        ValueError: a comment above a block is misspelled, or a block is in a directive that hides it.

    """
    found: list[DocBlock] = []
    marks: dict[str, str] = {}
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "html_block":
            marks |= {each["verb"]: each["rest"] for each in COMMENT.finditer(token.content)}
            continue
        if token.type == "fence" and token.map:
            where = f"{name}:{token.map[0] + 1}"
            language = token.info.strip().split(" ")[0]
            if language in ("{code-block}", "{code}") or re.search(r"^```", token.content, re.M):
                raise ValueError(f"{where}: this block hides code from the tests")
            found.append(DocBlock(name, token.map[0] + 1, language, token.content, marks))
        if token.nesting <= 0:
            marks = {}
    return found
