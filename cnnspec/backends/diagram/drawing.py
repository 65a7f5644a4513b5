"""A diagram that can be looked at, folded and written in every format.

What writes a format is imported when it is asked for: a command writes one of them.
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
from cnnspec.ir.checked import CheckedGraph

FORMATS = ("svg", "png", "pdf", "dot", "mermaid", "html")
SUFFIXES = {".svg": "svg", ".png": "png", ".pdf": "pdf", ".dot": "dot", ".gv": "dot"} | {
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".html": "html",
}
"""The format that a file's name asks for."""
MOST_LAID_OUT = 1500
"""A diagram of more boxes is not laid out even when its depth is given; DOT, Mermaid and HTML are."""
ALL = "all"


@dataclass(frozen=True)
class Drawing:
    """The diagram of a model; Jupyter shows it.

    `depth` is how many levels of blocks and submodels are unfolded, `"all"` for every one with
    every repetition; by default as many as stay legible. `start` and `end` name the layers or
    blocks between which the model is drawn.
    """

    checked: CheckedGraph
    look: Look = field(default_factory=Look)
    depth: int | str | None = None
    start: str | None = None
    end: str | None = None

    @cached_property
    def whole(self) -> Figure:
        """The figure of all layers, runs of equal parts in groups.

        Raises:
            Problem: there is no layer of the name of `start` or `end`.

        """
        return self.read_figure(details=False)

    def read_figure(self, *, details: bool) -> Figure:
        """The figure of all layers, with all that is known of them where `details` are wanted."""
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
        """What is drawn."""
        return self._folded[0]

    @property
    def note(self) -> str | None:
        """What a reader should know of what is folded without having been asked; None for nothing."""
        figure, depth = self._folded
        if self.depth is not None or depth is None:
            return None
        drawn, layers = count(figure), count(self.whole)
        return f"{layers} layers are drawn as {drawn} boxes (depth {depth}); --depth all draws every one"

    def dot(self) -> str:
        """The DOT source."""
        if self.look.style == "keras":
            from cnnspec.backends.diagram.keras_style import keras_dot as to_dot
        else:
            from cnnspec.backends.diagram.dot import rich_dot as to_dot
        return to_dot(self.figure, self.look)

    def mermaid(self) -> str:
        """The Mermaid source, which code hosts draw in Markdown."""
        from cnnspec.backends.diagram.mermaid import to_mermaid

        return to_mermaid(self.figure, self.look)

    def html(self) -> str:
        """A page of its own to zoom, search and fold in; it holds every layer, whatever is folded."""
        from cnnspec.backends.diagram.page import to_page

        return to_page(self.read_figure(details=True), self.look, self.depth)

    def svg(self, links: Mapping[str, str] | None = None) -> str:
        """The picture; `links` are by the id of a box.

        Raises:
            NoRenderer: there is no Graphviz on the machine, neither as a program nor in Python.
            TooLarge: so many boxes would take too long to lay out.

        """
        from cnnspec.backends.diagram.svg import finished

        self._check_size()
        drawn = rendered(self.dot(), "svg")
        return finished(drawn, self.figure, self.look, links or {}).decode()

    def rendered(
        self, form: str, *, dpi: int = SCREEN_DPI, links_from: Path | None = None
    ) -> bytes:
        """The diagram in one of FORMATS.

        In svg, boxes link to their lines in the spec, with paths from the folder `links_from`.

        Raises:
            NoRenderer: the machine lacks what the format takes.
            TooLarge: the picture would be shrunk, or would take too long to lay out.

        """
        if form in ("dot", "mermaid", "html"):
            text: str = getattr(self, form)()
            return text.encode()
        if form == "svg":
            return self.svg(self._links(links_from) if links_from else {}).encode()
        self._check_size()
        return rendered(self.dot(), form, dpi)

    def _check_size(self) -> None:
        drawn = count(self.figure)
        if drawn > MOST_LAID_OUT:
            message = f"{drawn} boxes would take too long to lay out"
            raise TooLarge(f"{message}; fold them with --depth, or write html, dot or mermaid")

    def _links(self, folder: Path) -> dict[str, str]:
        """Where each box stands in the spec, as a link from a folder."""
        return {
            box.id: f"{quote(Path(os.path.relpath(box.said_in[0], folder)).as_posix())}#L{box.said_in[1]}"
            for box in boxes(self.figure.children)
            if box.said_in is not None
        }

    def _repr_svg_(self) -> str | None:
        """How Jupyter shows it: as a picture, where the machine can draw one."""
        try:
            return self.svg()
        except (NoRenderer, TooLarge):
            return None

    def __str__(self) -> str:
        """The DOT source."""
        return self.dot()
