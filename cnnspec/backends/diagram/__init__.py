"""CheckedGraph to a figure: DOT, and what is rendered from it."""

from cnnspec.backends.diagram.dot import to_dot
from cnnspec.backends.diagram.render import NoRenderer, render

__all__ = ["NoRenderer", "render", "to_dot"]
