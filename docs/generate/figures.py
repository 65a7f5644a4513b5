"""The directive `figure-of`: draws a spec, in a light and a dark picture.

Its argument is a file in `docs/files/` or in the repository, or the name of a block above, as in
`<!-- saved as first.yaml -->`. Without one, the spec is its content. Options are those of `cnnspec.draw`.
"""

import hashlib
import re
from pathlib import Path
from typing import Any, ClassVar, Literal

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

import cnnspec

ROOT = Path(__file__).parent.parent.parent
FOLDER = "_figures"
"""Where pictures are written, in the folder of the pages."""
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


class FigureOf(SphinxDirective):
    """Draws a spec."""

    optional_arguments = 1
    has_content = True
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {
        "style": directives.unchanged,
        "direction": directives.unchanged,
        "depth": lambda text: text if text == "all" else int(text),
        "show": directives.unchanged,
        "hide": directives.unchanged,
        "alt": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Write the pictures, and return them."""
        choices = dict(self.options)
        alt = choices.pop("alt", None)
        for key in {"show", "hide"} & {*choices}:
            choices[key] = choices[key].split()
        try:
            spec = self._spec()
            pictures = drawn(spec, choices)
        except (OSError, cnnspec.SpecError) as problem:
            raise self.error(f"cannot draw this spec: {problem}") from problem
        alt = alt or f"The layers of {spec.compile().graph.name}"
        return [*images(pictures, Path(self.env.srcdir), alt)]

    def _spec(self) -> cnnspec.Spec:
        if not self.arguments:
            return cnnspec.loads("\n".join(self.content))
        name = self.arguments[0]
        page = Path(self.env.doc2path(self.env.docname)).read_text(encoding="utf-8")
        files = blocks(page)
        if name in files:
            return cnnspec.loads(files[name])
        paths = [folder / name for folder in (ROOT / "docs/files", ROOT)]
        found = next(filter(Path.is_file, paths), paths[0])
        self.env.note_dependency(str(found))
        return cnnspec.load(found)


def blocks(page: str) -> dict[str, str]:
    """Return the blocks of a page that have the name of a file."""
    found = re.finditer(
        r"<!-- saved as (?P<name>\S+) -->\n(?:<!--.*-->\n)*```yaml\n(?P<text>.*?)```", page, re.S
    )
    return {each["name"]: each["text"] for each in found}


def drawn(spec: Any, choices: dict[str, Any]) -> dict[str, str]:
    """Draw a spec in every theme."""
    return {theme: cnnspec.draw(spec, theme=theme, **choices).svg() for theme in THEMES}


def images(pictures: dict[str, str], pages: Path, alt: str) -> list[nodes.image]:
    """Write pictures, and return what shows the one of the reader's theme."""
    found = []
    for theme, text in pictures.items():
        name = f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.svg"
        path = pages / FOLDER / name
        path.parent.mkdir(exist_ok=True)
        if not path.exists():
            path.write_text(text, encoding="utf-8")
        image = nodes.image(
            uri=f"/{FOLDER}/{name}", alt=alt, classes=[f"only-{theme}", "network"], loading="lazy"
        )
        found.append(image)
    return found
