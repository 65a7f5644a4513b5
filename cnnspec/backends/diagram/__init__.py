"""CheckedGraph to a diagram: a figure, folded as a reader wishes, in DOT and what is made of it."""

from cnnspec.backends.diagram.drawing import FORMATS, SUFFIXES, Drawing
from cnnspec.backends.diagram.look import DETAILS, DIRECTIONS, STYLES, THEME_NAMES, USUAL, Look
from cnnspec.backends.diagram.render import NoRenderer, TooLarge

__all__ = [
    "DETAILS",
    "DIRECTIONS",
    "FORMATS",
    "STYLES",
    "SUFFIXES",
    "THEME_NAMES",
    "USUAL",
    "Drawing",
    "Look",
    "NoRenderer",
    "TooLarge",
]
