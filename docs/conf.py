"""Configures Sphinx, which makes the documentation (`make docs`)."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # else TensorFlow tells of the machine

import cnnspec  # noqa: E402  # of this checkout

project = "cnnspec"
author = "the authors of cnnspec"
copyright = "the authors of cnnspec"
version = release = cnnspec.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "docs.generate.extension",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["files", "gallery", "generate"]
smartquotes = False
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of Python and of internal modules have no pages

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "furo"
html_title = f"cnnspec {version}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
html_show_search_summary = False  # which fetches pages, and so needs a server
html_theme_options = {
    "top_of_page_buttons": [],  # most pages have no source to view or edit
}
pygments_style = "default"
pygments_dark_style = "github-dark"

default_role = "code"  # in docstrings, `name` is code
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
