"""The Sphinx extension of this documentation: makes the pages of the reference, and figures."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from docs.generate.click_texts import described, marked
from docs.generate.figures import FigureOf
from docs.generate.reference import write


def setup(app: Sphinx) -> dict[str, Any]:
    """Register what this documentation needs."""
    app.add_directive("figure-of", FigureOf)
    app.connect("builder-inited", lambda app: write(Path(app.srcdir)))
    app.connect("sphinx-click-process-description", described)
    app.connect("sphinx-click-process-options", marked)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
