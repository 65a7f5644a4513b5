"""All generated pages."""

from pathlib import Path

from docs.generate import (
    codes,
    commands,
    gallery,
    keras_releases,
    kinds,
    language,
    limits,
    python_api,
)

FOLDERS = ("language", "kinds", "layers", "operations", "metrics", "codes", "commands")
"""The folders of `reference/` that hold nothing but generated pages."""


def pages() -> dict[str, str]:
    """Make all generated pages, by their paths without the ending."""
    makers = (codes, commands, keras_releases, kinds, language, limits, python_api)
    made = {path: text for maker in makers for path, text in maker.pages().items()}
    return {f"reference/{path}": text for path, text in made.items()} | {"gallery": gallery.text()}


def write(folder: Path) -> None:
    """Write the pages that changed, and remove those that are no longer made."""
    made = {folder / f"{path}.md": text for path, text in pages().items()}
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for name in FOLDERS:
        for path in (folder / "reference" / name).glob("*.md"):
            if path not in made:
                path.unlink()
