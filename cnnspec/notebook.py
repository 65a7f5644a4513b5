"""Displays a Document or CheckedGraph as a diagram in Jupyter.

Both are data and do not know how they are drawn. Therefore the drawing is registered here, by the
names of the classes: nothing is imported before one of them is displayed.
"""

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnnspec.ir.checked import CheckedGraph
    from cnnspec.language.document import Document


def register(homes: Mapping[str, str]) -> None:
    """Register the display of documents and checked graphs with IPython, if it is running.

    `homes` maps public classes to their modules.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None:
        return
    svg = shell.display_formatter.formatters["image/svg+xml"]
    for name, picture in PICTURES.items():
        svg.for_type_by_name(homes[name], name, picture)


def _of_document(document: "Document") -> str | None:
    from cnnspec.spec import Spec

    return Spec.of(document)._repr_svg_()


def _of_graph(checked: "CheckedGraph") -> str | None:
    from cnnspec.backends.diagram.drawing import Drawing

    return Drawing(checked)._repr_svg_()


PICTURES = {"CheckedGraph": _of_graph, "Document": _of_document}
"""The classes without their own `_repr_svg_`, with the functions that draw them."""
