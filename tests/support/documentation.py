"""The pages of the documentation whose blocks are tested."""

from pathlib import Path

from tests.support.doc_blocks import DocBlock, blocks_of
from tests.support.paths import ROOT


def generated() -> list[str]:
    """List what the build makes in `docs/`, as `.gitignore` has it: folders end with a slash."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("/docs") for line in ignored if line.startswith("/docs/")]


def pages() -> list[Path]:
    """List the pages that are written by hand."""
    made = [each.strip("/") for each in generated()]
    docs = ROOT / "docs"
    written = [
        page
        for page in sorted(docs.rglob("*.md"))
        if not any(str(page.relative_to(docs)).startswith(each) for each in made)
    ]
    return [ROOT / "README.md", *written]


def blocks_by_page() -> dict[str, list[DocBlock]]:
    """Read the blocks of all pages that have some."""
    named = {str(page.relative_to(ROOT)): page for page in pages()}
    found = {name: blocks_of(page, name) for name, page in named.items()}
    return {name: blocks for name, blocks in found.items() if blocks}
