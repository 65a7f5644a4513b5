"""A diagram that can be displayed, folded and written in every format.

The module of a format is imported only when it is needed.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from cnnspec.backends.diagram.figure import Figure, boxes
from cnnspec.backends.diagram.folding import (
    between,
    count,
    fitted,
    folded,
    unfolded,
    without_blocks,
)
from cnnspec.backends.diagram.look import MOST_BOXES, Look
from cnnspec.backends.diagram.reading import read
from cnnspec.backends.diagram.render import SCREEN_DPI, NoRenderer, TooLarge, rendered
from cnnspec.backends.diagram.repeats import with_repeats
from cnnspec.escaping import ESCAPES
from cnnspec.ir.checked import CheckedGraph

FORMATS = ("svg", "png", "pdf", "dot", "mermaid", "html")
SUFFIXES = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot", ".gv": "dot"} | {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".html": "html",
}
"""The format for each file suffix."""
MOST_LAID_OUT = 1500
"""The limit of boxes for layout, even with a given depth; DOT, Mermaid and HTML have no limit."""
ALL = "all"


@dataclass(frozen=True, repr=False)
class Drawing:
    """The diagram of a model, which Jupyter displays.

    `depth` is the number of levels of blocks and submodels to unfold, `"all"` to unfold everything
    including repetitions; by default it is as large as the diagram stays legible. `start` and `end`
    are the first and last layer or block to draw.
    """

    checked: CheckedGraph
    look: Look = field(default_factory=Look)
    depth: int | str | None = None
    start: str | None = None
    end: str | None = None

    @cached_property
    def whole(self) -> Figure:
        """Return the figure of all layers, with repeated parts in groups.

        Raises:
            Problem: there is no layer with the name `start` or `end`.

        """
        return self.read_figure(details=False)

    def read_figure(self, *, details: bool) -> Figure:
        """Return the figure of all layers, with all details if `details` is set."""
        figure = read(self.checked, details=details, cost="cost" in self.look.shown)
        if self.start is not None or self.end is not None:
            figure = between(figure, self.start, self.end)
        return with_repeats(figure)

    @cached_property
    def _folded(self) -> tuple[Figure, int | None]:
        if self.depth == ALL:
            return unfolded(self.whole), None
        if isinstance(self.depth, int):
            return folded(self.whole, self.depth), self.depth
        if self.look.style == "keras":
            flat = without_blocks(self.whole)
            if count(flat) <= MOST_BOXES:
                return flat, None
        return fitted(self.whole, MOST_BOXES)

    @property
    def figure(self) -> Figure:
        """Return the figure to draw."""
        return self._folded[0]

    @property
    def note(self) -> str | None:
        """Return a note if the diagram was folded automatically."""
        figure, depth = self._folded
        if self.depth is not None or depth is None:
            return None
        drawn, layers = count(figure), count(self.whole)
        return f"{layers} layers are drawn as {drawn} boxes (depth {depth}); use --depth all to draw every layer"

    def dot(self) -> str:
        """Return the DOT source."""
        if self.look.style == "keras":
            from cnnspec.backends.diagram.keras_style import keras_dot as to_dot
        else:
            from cnnspec.backends.diagram.dot import rich_dot as to_dot
        return to_dot(self.figure, self.look)

    def mermaid(self) -> str:
        """Return the Mermaid source, which code hosts render in Markdown."""
        from cnnspec.backends.diagram.mermaid import to_mermaid

        return to_mermaid(self.figure, self.look)

    def html(self) -> str:
        """Return a standalone HTML page with zoom, search and folding; it contains all layers."""
        from cnnspec.backends.diagram.page import to_page

        return to_page(self.read_figure(details=True), self.look, self.depth)

    def svg(self, links: Mapping[str, str] | None = None) -> str:
        """Return the picture as SVG; `links` are by the id of a box.

        Raises:
            NoRenderer: Graphviz is not installed, neither as a program nor in Python.
            TooLarge: laying out that many boxes would take too long.

        """
        from cnnspec.backends.diagram.svg import finished

        self._check_size()
        drawn = rendered(self.dot(), "svg")
        return finished(drawn, self.figure, self.look, links or {}).decode()

    def rendered(
        self, form: str, *, dpi: int = SCREEN_DPI, links_from: Path | None = None
    ) -> bytes:
        """Return the diagram in one of FORMATS.

        In svg, boxes link to their lines in the spec, with paths relative to `links_from`.

        Raises:
            NoRenderer: a program for the format is missing.
            TooLarge: the picture would be scaled down, or laying it out would take too long.

        """
        if form in ("dot", "mermaid", "html"):
            text: str = getattr(self, form)()
            return text.encode("utf-8", ESCAPES)
        if form == "svg":
            return self.svg(self._links(links_from) if links_from else {}).encode()
        self._check_size()
        return rendered(self.dot(), form, dpi)

    def _check_size(self) -> None:
        drawn = count(self.figure)
        if drawn > MOST_LAID_OUT:
            message = f"{drawn} boxes would take too long to lay out"
            raise TooLarge(f"{message}; fold them with --depth, or use html, dot or mermaid")

    def _links(self, folder: Path) -> dict[str, str]:
        """Return links to the lines of boxes in the spec, relative to a folder."""

        def link(file: str, line: int) -> str:
            path = Path(os.path.relpath(file, folder)).as_posix()
            return f"{quote(path, errors='surrogateescape')}#L{line}"

        return {
            box.id: link(*box.said_in)
            for box in boxes(self.figure.children)
            if box.said_in is not None
        }

    def _repr_svg_(self) -> str | None:
        """Return the picture for Jupyter, if it can be drawn."""
        try:
            return self.svg()
        except (NoRenderer, TooLarge):
            return None

    def __repr__(self) -> str:
        """Return one line, which a notebook stores beside the picture."""
        return f"{type(self).__name__}({self.checked.name!r}, {self.checked.size})"

    def __str__(self) -> str:
        """Return the DOT source."""
        return self.dot()
